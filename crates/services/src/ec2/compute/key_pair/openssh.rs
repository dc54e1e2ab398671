//! OpenSSH's forms of keys (RFC 4253 §6.6, RFC 8709, and PROTOCOL.key of OpenSSH).

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{der, md5};

/// Ed25519, as OpenSSH names it.
pub const ED25519: &str = "ssh-ed25519";
/// RSA, as OpenSSH names it.
pub const RSA: &str = "ssh-rsa";

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// `ssh-ed25519` or `ssh-rsa`.
    pub algorithm: &'static str,
    blob: Vec<u8>,
}

impl PublicKey {
    /// An Ed25519 key of its 32 bytes.
    pub fn ed25519(key: &[u8]) -> Self {
        Self { algorithm: ED25519, blob: [string(ED25519.as_bytes()), string(key)].concat() }
    }

    /// An RSA key; the numbers are the contents of DER integers.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        Self { algorithm: RSA, blob: [string(RSA.as_bytes()), string(exponent), string(modulus)].concat() }
    }

    /// Reads a line of `authorized_keys`; none when it is not a key of a kind that EC2 takes.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let algorithm = [ED25519, RSA].into_iter().find(|known| words.clone().next() == Some(known))?;
        let blob = STANDARD.decode(words.nth(1)?).ok()?;
        let (name, rest) = take(&blob)?;
        let fields = std::iter::successors(take(rest), |(_, rest)| take(rest)).map(|(field, _)| field.len()).collect::<Vec<_>>();
        let plausible = match algorithm {
            ED25519 => fields == [32],
            _ => fields.len() == 2 && (128..=1025).contains(&fields[1]),
        };
        (name == algorithm.as_bytes() && plausible).then_some(Self { algorithm, blob })
    }

    /// The line for `authorized_keys`.
    pub fn line(&self, comment: &str) -> String {
        format!("{} {} {comment}", self.algorithm, STANDARD.encode(&self.blob))
    }

    /// AWS's fingerprint of an imported key: SHA-256 in base64 for Ed25519, MD5 of the X.509 form for RSA.
    pub fn fingerprint(&self) -> String {
        match self.algorithm {
            ED25519 => STANDARD.encode(digest::digest(&digest::SHA256, &self.blob)),
            _ => colons(&md5::digest(&self.x509().unwrap_or_default())),
        }
    }

    /// `SubjectPublicKeyInfo` of an RSA key.
    fn x509(&self) -> Option<Vec<u8>> {
        let (exponent, rest) = take(take(&self.blob)?.1)?;
        let (modulus, _) = take(rest)?;
        let key = der::value(der::SEQUENCE, &[der::value(der::INTEGER, modulus), der::value(der::INTEGER, exponent)].concat());
        let bits = der::value(der::BIT_STRING, &[vec![0], key].concat());
        Some(der::value(der::SEQUENCE, &[der::RSA_ALGORITHM.to_vec(), bits].concat()))
    }
}

/// The private key file of an Ed25519 key, not encrypted. `check` is any number.
pub fn ed25519_file(seed: &[u8], key: &[u8], check: u32, comment: &str) -> String {
    let mut secret = [check.to_be_bytes(), check.to_be_bytes()].concat();
    secret.extend([string(ED25519.as_bytes()), string(key), string(&[seed, key].concat()), string(comment.as_bytes())].concat());
    let padding = secret.len().next_multiple_of(8) - secret.len();
    secret.extend((1..=padding).map(|n| n as u8));
    let public = PublicKey::ed25519(key).blob;
    let body = [
        b"openssh-key-v1\0".to_vec(),
        string(b"none"),
        string(b"none"),
        string(b""),
        1u32.to_be_bytes().to_vec(),
        string(&public),
        string(&secret),
    ];
    pem("OPENSSH PRIVATE KEY", &body.concat())
}

/// A PEM block (RFC 7468).
pub fn pem(label: &str, body: &[u8]) -> String {
    let text = STANDARD.encode(body);
    let lines: String = text.as_bytes().chunks(64).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect();
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

/// Bytes in hexadecimal, with colons between.
pub fn colons(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// A length and that many bytes.
fn string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

/// Takes a [`string`] from the front.
fn take(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_reads_back_from_its_line() {
        let key = PublicKey::ed25519(&[7; 32]);
        assert_eq!(PublicKey::parse(&key.line("me@here")), Some(key));
        let key = PublicKey::rsa(&[1; 257], &[1, 0, 1]);
        assert_eq!(PublicKey::parse(&key.line("")), Some(key));
    }

    #[test]
    fn what_is_no_key_is_none() {
        let short = PublicKey { algorithm: ED25519, blob: [string(ED25519.as_bytes()), string(&[1; 31])].concat() }.line("");
        for line in ["", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-dss AAAA", "ssh-rsa AAAAC3NzaC1lZDI1NTE5", short.as_str()] {
            assert_eq!(PublicKey::parse(line), None, "{line}");
        }
    }
}
