//! A certificate authority: it signs certificates for names, and whoever trusts it believes them.

use std::time::SystemTime;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256,
};

/// The longest common name that X.509 has room for.
const COMMON_NAME: usize = 64;

/// An authority: its certificate and its key.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// What a certificate is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The DNS names, also with a wildcard, and IP addresses as text; the first is the subject.
    pub names: &'a [String],
    /// From when it is valid.
    pub not_before: SystemTime,
    /// Until when it is valid.
    pub not_after: SystemTime,
    /// The kind of its key.
    pub key: KeyKind,
}

/// Kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA of 2048 bits.
    Rsa2048,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
}

/// A certificate, all in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The certificate itself.
    pub certificate: String,
    /// The authority's certificate.
    pub chain: String,
    /// The private key, PKCS #8.
    pub key: String,
}

/// Why an authority cannot sign.
#[derive(Debug, thiserror::Error)]
#[error("the certificate authority cannot be used")]
pub struct AuthorityError(#[from] rcgen::Error);

impl Authority {
    /// The authority with this certificate and key, both in PEM.
    ///
    /// # Errors
    /// When they are not what they should be.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, AuthorityError> {
        let issuer = Issuer::from_ca_cert_pem(certificate, KeyPair::from_pem(key)?)?;
        Ok(Self { issuer, certificate: certificate.to_owned() })
    }

    /// Its certificate in PEM: what to trust.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Makes a key and signs a certificate for it.
    ///
    /// # Errors
    /// When a name can stand in no certificate.
    pub fn issue(&self, request: Request<'_>) -> Result<Issued, AuthorityError> {
        let key = KeyPair::generate_for(match request.key {
            KeyKind::Rsa2048 => &PKCS_RSA_SHA256,
            KeyKind::P256 => &PKCS_ECDSA_P256_SHA256,
            KeyKind::P384 => &PKCS_ECDSA_P384_SHA384,
        })?;
        let mut params = CertificateParams::new(request.names)?;
        params.not_before = request.not_before.into();
        params.not_after = request.not_after.into();
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.distinguished_name = rcgen::DistinguishedName::new();
        if let Some(name) = request.names.first().filter(|name| name.len() <= COMMON_NAME) {
            params.distinguished_name.push(DnType::CommonName, name.as_str());
        }
        let signed = params.signed_by(&key, &self.issuer)?;
        Ok(Issued { certificate: signed.pem(), chain: self.certificate.clone(), key: key.serialize_pem() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;

    pub(in crate::tls) fn authority() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(1));
        Authority::from_pem(&params.self_signed(&key).unwrap().pem(), &key.serialize_pem()).unwrap()
    }

    pub(in crate::tls) fn issue(authority: &Authority, names: &[&str], key: KeyKind) -> Issued {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let now = SystemTime::now();
        let hour = Duration::from_secs(3600);
        authority.issue(Request { names: &names, not_before: now - hour, not_after: now + hour, key }).unwrap()
    }

    #[test]
    fn what_is_no_authority_signs_nothing() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        assert!(Authority::from_pem("certificate", &key).is_err());
        assert!(Authority::from_pem(authority().certificate(), "key").is_err());
    }

    #[test]
    fn a_name_beyond_ascii_is_refused() {
        let now = SystemTime::now();
        let request = Request { names: &["bücher.example".to_owned()], not_before: now, not_after: now, key: KeyKind::P256 };
        assert!(authority().issue(request).is_err());
    }

    #[test]
    fn a_subject_too_long_for_a_common_name_stands_among_the_names_only() {
        let long = format!("{}.example.com", "a".repeat(60));
        let issued = issue(&authority(), &[&long], KeyKind::P384);
        assert!(issued.certificate.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(issued.key.starts_with("-----BEGIN PRIVATE KEY-----"));
    }
}
