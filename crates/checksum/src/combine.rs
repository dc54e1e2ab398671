//! Putting the CRCs of two parts together: the first is multiplied by x to the power of the bits that follow it, modulo the
//! polynomial, and the second added. All three CRCs are reflected, and their first and last inversions cancel out.

use crate::Algorithm;

/// A field of polynomials, written with the lowest power in the highest bit.
struct Field {
    polynomial: u64,
    width: u32,
}

/// The checksum of the whole; none where the algorithm is no CRC or a sum has the wrong length.
pub(crate) fn combine(algorithm: Algorithm, first: &[u8], second: &[u8], length: u64) -> Option<Vec<u8>> {
    let field = match algorithm {
        Algorithm::Crc32 => Field { polynomial: 0xedb8_8320, width: 32 },
        Algorithm::Crc32c => Field { polynomial: 0x82f6_3b78, width: 32 },
        Algorithm::Crc64Nvme => Field { polynomial: 0x9a6c_9329_ac4b_c9b5, width: 64 },
        Algorithm::Sha1 | Algorithm::Sha256 => return None,
    };
    let (first, second) = (field.read(first)?, field.read(second)?);
    let whole = field.multiply(field.power_of_bytes(length), first) ^ second;
    Some(whole.to_be_bytes()[8 - field.bytes()..].to_vec())
}

impl Field {
    fn bytes(&self) -> usize {
        self.width as usize / 8
    }

    fn read(&self, bytes: &[u8]) -> Option<u64> {
        let fits = bytes.len() == self.bytes();
        fits.then(|| bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// x to the power of `exponent`, for an exponent less than the width.
    fn power(&self, exponent: u32) -> u64 {
        1 << (self.width - 1 - exponent)
    }

    /// x to the power of eight times `bytes`, by squaring.
    fn power_of_bytes(&self, mut bytes: u64) -> u64 {
        let (mut product, mut square) = (self.power(0), self.power(8));
        while bytes > 0 {
            if bytes & 1 == 1 {
                product = self.multiply(product, square);
            }
            square = self.multiply(square, square);
            bytes >>= 1;
        }
        product
    }

    fn multiply(&self, left: u64, mut right: u64) -> u64 {
        let mut product = 0;
        for exponent in 0..self.width {
            if left & self.power(exponent) != 0 {
                product ^= right;
            }
            right = if right & 1 == 1 { right >> 1 ^ self.polynomial } else { right >> 1 };
        }
        product
    }
}
