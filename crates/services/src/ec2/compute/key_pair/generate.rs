//! New key pairs, in the files that ssh reads.

use aws_lc_rs::encoding::{AsBigEndian, AsDer, Curve25519SeedBin, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use aws_lc_rs::{digest, rsa};

use super::der;
use super::openssh::{self, PublicKey};
use crate::Error;

/// A new key pair.
pub struct New {
    /// The public half.
    pub public: PublicKey,
    /// The private half, a PEM file.
    pub material: String,
    /// AWS's fingerprint of a key that it made.
    pub fingerprint: String,
}

/// An Ed25519 pair; the file is OpenSSH's own.
///
/// # Errors
/// A failure of ours when the machine has no randomness.
pub fn ed25519(name: &str) -> Result<New, Error> {
    let pair = Ed25519KeyPair::generate().map_err(Error::internal)?;
    let seed = pair.seed().map_err(Error::internal)?;
    let seed: Curve25519SeedBin<'_> = seed.as_be_bytes().map_err(Error::internal)?;
    let key = pair.public_key().as_ref();
    let public = PublicKey::ed25519(key);
    let material = openssh::ed25519_file(seed.as_ref(), key, rand::random(), name);
    Ok(New { fingerprint: public.fingerprint(), public, material })
}

/// An RSA pair of 2048 bits; the file is PKCS #1, and the fingerprint the SHA-1 of PKCS #8, as on AWS.
///
/// # Errors
/// A failure of ours when the machine has no randomness.
pub fn rsa() -> Result<New, Error> {
    let pair = rsa::KeyPair::generate(KeySize::Rsa2048).map_err(Error::internal)?;
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(Error::internal)?;
    let unreadable = || Error::internal("a new RSA key is not in the form of RFC 5208");
    let pkcs1 = pkcs1(pkcs8.as_ref()).ok_or_else(unreadable)?;
    let (modulus, exponent) = numbers(pair.public_key().as_ref()).ok_or_else(unreadable)?;
    let fingerprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, pkcs8.as_ref());
    Ok(New {
        public: PublicKey::rsa(modulus, exponent),
        material: openssh::pem("RSA PRIVATE KEY", pkcs1),
        fingerprint: openssh::colons(fingerprint.as_ref()),
    })
}

/// `RSAPrivateKey` within `PrivateKeyInfo`.
fn pkcs1(pkcs8: &[u8]) -> Option<&[u8]> {
    let (info, _) = der::take(pkcs8, der::SEQUENCE)?;
    let (_version, rest) = der::take(info, der::INTEGER)?;
    let (_algorithm, rest) = der::take(rest, der::SEQUENCE)?;
    der::take(rest, der::OCTET_STRING).map(|(key, _)| key)
}

/// Modulus and exponent of `RSAPublicKey`.
fn numbers(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let (key, _) = der::take(key, der::SEQUENCE)?;
    let (modulus, rest) = der::take(key, der::INTEGER)?;
    der::take(rest, der::INTEGER).map(|(exponent, _)| (modulus, exponent))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    /// What `ssh-keygen -y` derives from a private key file; none where OpenSSH is not installed.
    fn derived(material: &str, name: &str) -> Option<String> {
        let path = std::env::temp_dir().join(format!("underpass-{name}-{}", std::process::id()));
        let mut file = std::fs::File::create(&path).expect("the temporary directory can be written");
        file.set_permissions(std::fs::Permissions::from_mode(0o600)).expect("our own file");
        file.write_all(material.as_bytes()).expect("our own file");
        let output = Command::new("ssh-keygen").arg("-y").arg("-f").arg(&path).output();
        std::fs::remove_file(&path).expect("our own file");
        output.ok().map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    #[test]
    fn ssh_derives_the_same_public_key() {
        for (name, new) in [("ed25519", ed25519("key").expect("randomness")), ("rsa", rsa().expect("randomness"))] {
            assert_eq!(PublicKey::parse(&new.public.line("key")), Some(new.public.clone()));
            if let Some(line) = derived(&new.material, name) {
                assert_eq!(PublicKey::parse(&line), Some(new.public), "{name}: {line}");
            }
        }
    }
}
