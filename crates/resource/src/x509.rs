//! What an X.509 certificate says of itself.

use x509_parser::pem::Pem;
use x509_parser::prelude::{ASN1Time, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::{IssuedCertificate, Timestamp};

/// A certificate that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadCertificate {
    /// What it says, with its texts.
    pub issued: IssuedCertificate,
    /// Its names: the common name first, then the others.
    pub names: Vec<String>,
    /// `RSA_2048`, `EC_prime256v1`, …
    pub key_algorithm: String,
}

/// Why a certificate cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The certificate.
    #[error("The certificate field contains no certificate in PEM.")]
    Certificate,
    /// More than one where there must be one.
    #[error("The certificate field contains more than one certificate.")]
    Several,
    /// Those that lead to its authority.
    #[error("The certificate chain field contains something that is no certificate in PEM.")]
    Chain,
    /// The first of the chain did not sign it.
    #[error("The certificate was not signed by the first certificate of the chain.")]
    Stranger,
}

impl IssuedCertificate {
    /// Reads a certificate and the chain to its authority, both in PEM. Whether `key` belongs to it is not looked at.
    ///
    /// # Errors
    /// When a text is none, or the chain does not begin with who signed the certificate.
    pub fn read(certificate: &str, chain: &str, key: &str, at: Timestamp) -> Result<ReadCertificate, Unreadable> {
        let pems: Vec<Pem> = pems(certificate).ok_or(Unreadable::Certificate)?;
        let own = match pems.as_slice() {
            [] => return Err(Unreadable::Certificate),
            [one] => one.parse_x509().map_err(|_| Unreadable::Certificate)?,
            _ => return Err(Unreadable::Several),
        };
        let above = pems_of_chain(chain)?;
        if let Some(first) = above.first() {
            let signer = first.parse_x509().map_err(|_| Unreadable::Chain)?;
            own.verify_signature(Some(signer.public_key())).map_err(|_| Unreadable::Stranger)?;
        }
        let issued = IssuedCertificate {
            certificate: certificate.to_owned(),
            chain: chain.to_owned(),
            key: key.to_owned(),
            serial: own.raw_serial_as_string(),
            subject: own.subject().to_string(),
            issuer: own.issuer().to_string(),
            signature_algorithm: signature(&own),
            not_before: moment(own.validity().not_before),
            not_after: moment(own.validity().not_after),
            at,
        };
        Ok(ReadCertificate { issued, names: names(&own), key_algorithm: key_algorithm(&own) })
    }
}

fn pems(text: &str) -> Option<Vec<Pem>> {
    Pem::iter_from_buffer(text.as_bytes()).collect::<Result<Vec<_>, _>>().ok()
}

fn pems_of_chain(text: &str) -> Result<Vec<Pem>, Unreadable> {
    let found = pems(text).ok_or(Unreadable::Chain)?;
    match found.is_empty() && !text.trim().is_empty() {
        true => Err(Unreadable::Chain),
        false => Ok(found),
    }
}

fn moment(time: ASN1Time) -> Timestamp {
    Timestamp(u64::try_from(time.timestamp()).unwrap_or(0).saturating_mul(1000))
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok()).map(str::to_owned);
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let listed = alternative.iter().flat_map(|names| &names.value.general_names).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    let mut names: Vec<String> = Vec::new();
    for name in common.chain(listed) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn key_algorithm(certificate: &X509Certificate<'_>) -> String {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA_{}", key.key_size()),
        Ok(PublicKey::EC(point)) => match point.key_size() {
            0..=264 => "EC_prime256v1".to_owned(),
            265..=400 => "EC_secp384r1".to_owned(),
            _ => "EC_secp521r1".to_owned(),
        },
        _ => "UNKNOWN".to_owned(),
    }
}

/// Algorithms by their identifiers, in ACM's words.
fn signature(certificate: &X509Certificate<'_>) -> String {
    let id = certificate.signature_algorithm.algorithm.to_id_string();
    let known = match id.as_str() {
        "1.2.840.113549.1.1.5" => "SHA1WITHRSA",
        "1.2.840.113549.1.1.11" => "SHA256WITHRSA",
        "1.2.840.113549.1.1.12" => "SHA384WITHRSA",
        "1.2.840.113549.1.1.13" => "SHA512WITHRSA",
        "1.2.840.10045.4.3.2" => "SHA256WITHECDSA",
        "1.2.840.10045.4.3.3" => "SHA384WITHECDSA",
        "1.2.840.10045.4.3.4" => "SHA512WITHECDSA",
        _ => return id,
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(certificate: &str, chain: &str) -> Result<ReadCertificate, Unreadable> {
        IssuedCertificate::read(certificate, chain, "", Timestamp(0))
    }

    #[test]
    fn what_is_no_certificate_is_not_read() {
        assert_eq!(read("", ""), Err(Unreadable::Certificate));
        assert_eq!(read("hello", ""), Err(Unreadable::Certificate));
        let broken = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        assert_eq!(read(broken, ""), Err(Unreadable::Certificate));
        assert_eq!(read(&format!("{broken}{broken}"), ""), Err(Unreadable::Several));
    }
}
