//! Private keys under a passphrase: PKCS #8 with PBES2 (RFC 8018), PBKDF2 with SHA-256 and AES-256 in CBC, as OpenSSL reads them.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::pbkdf2;
use base64::{Engine, engine::general_purpose::STANDARD};
use rand::RngCore;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use yasna::models::ObjectIdentifier;

use crate::Error;

const ROUNDS: NonZeroU32 = NonZeroU32::new(100_000).expect("it is not zero");
const PBES2: &[u64] = &[1, 2, 840, 113_549, 1, 5, 13];
const PBKDF2: &[u64] = &[1, 2, 840, 113_549, 1, 5, 12];
const HMAC_SHA256: &[u64] = &[1, 2, 840, 113_549, 2, 9];
const AES_256_CBC: &[u64] = &[2, 16, 840, 1, 101, 3, 4, 1, 42];

/// `key`, a PKCS #8 key in PEM, encrypted.
///
/// # Errors
/// When it is no such key, which would be ours to mend.
pub fn encrypt(key: &str, passphrase: &[u8]) -> Result<String, Error> {
    let plain = PrivatePkcs8KeyDer::from_pem_slice(key.as_bytes()).map_err(Error::internal)?;
    let (mut salt, mut iv, mut derived) = ([0; 16], [0; 16], [0; 32]);
    rand::rng().fill_bytes(&mut salt);
    rand::rng().fill_bytes(&mut iv);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salt, passphrase, &mut derived);
    let cipher = UnboundCipherKey::new(&AES_256, &derived).and_then(PaddedBlockEncryptingKey::cbc_pkcs7);
    let mut secret = plain.secret_pkcs8_der().to_vec();
    let encrypted = cipher.and_then(|key| key.less_safe_encrypt(&mut secret, EncryptionContext::Iv128(FixedLength::from(iv))));
    encrypted.map_err(Error::internal)?;
    let der = envelope(&salt, &iv, &secret);
    let encoded = STANDARD.encode(der);
    let lines: Vec<&str> = encoded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    Ok(format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n", lines.join("\n")))
}

fn envelope(salt: &[u8], iv: &[u8], secret: &[u8]) -> Vec<u8> {
    let id = ObjectIdentifier::from_slice;
    yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_sequence(|writer| {
                writer.next().write_oid(&id(PBES2));
                writer.next().write_sequence(|writer| {
                    writer.next().write_sequence(|writer| {
                        writer.next().write_oid(&id(PBKDF2));
                        writer.next().write_sequence(|writer| {
                            writer.next().write_bytes(salt);
                            writer.next().write_u32(ROUNDS.get());
                            writer.next().write_sequence(|writer| {
                                writer.next().write_oid(&id(HMAC_SHA256));
                                writer.next().write_null();
                            });
                        });
                    });
                    writer.next().write_sequence(|writer| {
                        writer.next().write_oid(&id(AES_256_CBC));
                        writer.next().write_bytes(iv);
                    });
                });
            });
            writer.next().write_bytes(secret);
        });
    })
}
