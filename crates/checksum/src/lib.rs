//! The checksums that S3 knows, computed as bytes come, and put together from those of parts. Pure arithmetic.

mod combine;

use aws_lc_rs::digest;
use crc::{CRC_32_ISCSI, CRC_32_ISO_HDLC, CRC_64_NVME, Crc, Table};
use md5::Digest as _;

/// Sixteen tables each: several bytes at a time.
static CRC32: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);
static CRC32C: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);
static CRC64: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_NVME);

/// A way to compute a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// CRC-32, as in gzip.
    Crc32,
    /// CRC-32C (Castagnoli).
    Crc32c,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// Its name in requests and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The algorithm of a name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The checksum of all of `bytes`.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The checksum of what has checksum `first` followed by `length` bytes that have `second`; none for hashes, which
    /// cannot be put together, and for what is not a checksum of this kind.
    pub fn combine(self, first: &[u8], second: &[u8], length: u64) -> Option<Vec<u8>> {
        combine::combine(self, first, second, length)
    }
}

/// A checksum that is being computed.
pub struct Hasher(State);

enum State {
    Short(crc::Digest<'static, u32, Table<16>>),
    Long(crc::Digest<'static, u64, Table<16>>),
    Sha(digest::Context),
}

impl Hasher {
    /// Of no bytes yet.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Crc32 => State::Short(CRC32.digest()),
            Algorithm::Crc32c => State::Short(CRC32C.digest()),
            Algorithm::Crc64Nvme => State::Long(CRC64.digest()),
            Algorithm::Sha1 => State::Sha(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            Algorithm::Sha256 => State::Sha(digest::Context::new(&digest::SHA256)),
        })
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Short(state) => state.update(bytes),
            State::Long(state) => state.update(bytes),
            State::Sha(state) => state.update(bytes),
        }
    }

    /// The checksum of all that came, most significant byte first.
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            State::Short(state) => state.finalize().to_be_bytes().to_vec(),
            State::Long(state) => state.finalize().to_be_bytes().to_vec(),
            State::Sha(state) => state.finish().as_ref().to_vec(),
        }
    }
}

/// An MD5 that is being computed: the entity tag of an object, and no protection against anybody.
#[derive(Default)]
pub struct Md5(md5::Md5);

impl Md5 {
    /// The MD5 of all of `bytes`.
    pub fn of(bytes: &[u8]) -> [u8; 16] {
        let mut hasher = Self::default();
        hasher.update(bytes);
        hasher.finish()
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The MD5 of all that came.
    pub fn finish(self) -> [u8; 16] {
        self.0.finalize().into()
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_algorithm_has_its_published_check_value() {
        for (algorithm, expected) in [
            (Algorithm::Crc32, "cbf43926"),
            (Algorithm::Crc32c, "e3069283"),
            (Algorithm::Crc64Nvme, "ae8b14860a799888"),
            (Algorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (Algorithm::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ] {
            assert_eq!(hex(&algorithm.of(b"123456789")), expected, "{}", algorithm.name());
        }
        assert_eq!(hex(&Md5::of(b"123456789")), "25f9e794323b453885f5181f1b624d0b");
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(Algorithm::named("crc64nvme"), Some(Algorithm::Crc64Nvme));
        assert_eq!(Algorithm::named("XXHASH64"), None);
    }

    #[test]
    fn hashes_cannot_be_put_together() {
        let sum = Algorithm::Sha256.of(b"a");
        assert_eq!(Algorithm::Sha256.combine(&sum, &sum, 1), None);
        assert_eq!(Algorithm::Crc32.combine(b"12", b"1234", 1), None);
    }

    proptest! {
        #[test]
        fn the_checksums_of_parts_make_the_checksum_of_the_whole(first: Vec<u8>, second: Vec<u8>) {
            for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
                let together = algorithm.combine(&algorithm.of(&first), &algorithm.of(&second), second.len() as u64);
                prop_assert_eq!(together, Some(algorithm.of(&[&first[..], &second].concat())));
            }
        }
    }
}
