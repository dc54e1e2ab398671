//! Certificates with their keys, and which of several a client is shown.

use std::cmp::Reverse;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;

/// A certificate, ready to be shown.
#[derive(Debug)]
pub struct Certificate {
    label: String,
    key: Arc<CertifiedKey>,
    names: Vec<String>,
    rank: Rank,
}

/// Which certificate is better when several fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// The hash of its signature, as the last arc of the algorithm's identifier, which grows with the strength.
    hash: u64,
    key_size: usize,
    seconds_valid: i64,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The PEM text holds none.
    #[error("the text is no certificate or key in PEM")]
    Pem(#[from] rustls::pki_types::pem::Error),
    /// The certificate cannot be read.
    #[error("the certificate is not of X.509")]
    Unreadable,
    /// The key cannot be used, or belongs to another certificate.
    #[error("the private key does not serve for the certificate")]
    Key(#[from] rustls::Error),
}

impl Certificate {
    /// A certificate with those that lead to its authority, and its key, all in PEM. `label` is for whoever asks which
    /// certificate was shown.
    ///
    /// # Errors
    /// When they are not what they should be, or do not belong together.
    pub fn from_pem(label: impl Into<String>, chain: &str, key: &str) -> Result<Self, CertificateError> {
        let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<Vec<_>, _>>()?;
        let own = chain.first().ok_or(CertificateError::Unreadable)?;
        let (_, parsed) = X509Certificate::from_der(own).map_err(|_| CertificateError::Unreadable)?;
        let (names, rank) = (names(&parsed), rank(&parsed));
        let key = any_supported_type(&PrivateKeyDer::from_pem_slice(key.as_bytes())?)?;
        let key = CertifiedKey::new(chain, key);
        key.keys_match()?;
        Ok(Self { label: label.into(), key: Arc::new(key), names, rank })
    }

    /// What it was called when it was made.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether it is for the host `name`; a wildcard stands for one label.
    fn fits(&self, name: &str) -> bool {
        let parent = name.split_once('.').map(|(_, parent)| parent);
        self.names.iter().any(|own| match own.strip_prefix("*.") {
            Some(zone) => parent.is_some_and(|parent| parent.eq_ignore_ascii_case(zone)),
            None => own.eq_ignore_ascii_case(name),
        })
    }

    fn verifiable(&self, schemes: &[SignatureScheme]) -> bool {
        self.key.key.choose_scheme(schemes).is_some()
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let listed = alternative.iter().flat_map(|names| &names.value.general_names);
    let mut found: Vec<String> = listed
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
        found.extend(common.map(str::to_owned));
    }
    found
}

fn rank(certificate: &X509Certificate<'_>) -> Rank {
    let hash = certificate.signature_algorithm.algorithm.iter().and_then(Iterator::last).unwrap_or(0);
    let key_size = match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => key.key_size(),
        Ok(PublicKey::EC(point)) => point.key_size(),
        _ => 0,
    };
    let validity = certificate.validity();
    Rank { hash, key_size, seconds_valid: validity.not_after.timestamp() - validity.not_before.timestamp() }
}

/// The certificates of one server.
#[derive(Clone, Debug)]
pub struct Certificates {
    default: Arc<Certificate>,
    /// The default and the others, the best first.
    ranked: Vec<Arc<Certificate>>,
}

impl Certificates {
    /// Those of a server: `default` is shown when none fits the name.
    pub fn new(default: Arc<Certificate>, others: impl IntoIterator<Item = Arc<Certificate>>) -> Self {
        let mut ranked = vec![Arc::clone(&default)];
        ranked.extend(others);
        ranked.sort_by_key(|certificate| Reverse(certificate.rank));
        Self { default, ranked }
    }

    /// The best of those that are for `name` and that the client can verify, else the default.
    pub fn choose(&self, name: Option<&str>, schemes: &[SignatureScheme]) -> &Arc<Certificate> {
        let Some(name) = name else { return &self.default };
        let fitting = || self.ranked.iter().filter(|certificate| certificate.fits(name));
        let best = fitting().find(|certificate| certificate.verifiable(schemes));
        best.or_else(|| fitting().next()).unwrap_or(&self.default)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.choose(hello.server_name(), hello.signature_schemes()).key))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::authority::tests::{authority, issue};
    use super::super::{Authority, KeyKind};
    use super::*;

    const ANY: &[SignatureScheme] = &[SignatureScheme::RSA_PSS_SHA256, SignatureScheme::ECDSA_NISTP256_SHA256];

    fn certificate(authority: &Authority, label: &str, names: &[&str], key: KeyKind) -> Arc<Certificate> {
        let issued = issue(authority, names, key);
        Arc::new(Certificate::from_pem(label, &issued.certificate, &issued.key).unwrap())
    }

    #[test]
    fn the_key_of_another_certificate_is_refused() {
        let authority = authority();
        let (one, other) = (issue(&authority, &["a.example"], KeyKind::P256), issue(&authority, &["a.example"], KeyKind::P256));
        assert!(matches!(Certificate::from_pem("", &one.certificate, &other.key), Err(CertificateError::Key(_))));
        assert!(matches!(Certificate::from_pem("", "", &one.key), Err(CertificateError::Unreadable)));
        assert!(matches!(Certificate::from_pem("", &one.certificate, ""), Err(CertificateError::Pem(_))));
    }

    #[test]
    fn the_name_decides_a_wildcard_stands_for_one_label_and_the_default_is_the_rest() {
        let authority = authority();
        let default = certificate(&authority, "default", &["d.example"], KeyKind::P256);
        let others = [
            certificate(&authority, "wild", &["*.w.example"], KeyKind::P256),
            certificate(&authority, "exact", &["x.example", "y.example"], KeyKind::P256),
        ];
        let certificates = Certificates::new(default, others);
        let shown = |name: &str| certificates.choose(Some(name), ANY).label().to_owned();
        let names = ["d.example", "a.w.example", "A.W.EXAMPLE", "w.example", "a.b.w.example", "y.example", "z.example"];
        assert_eq!(names.map(shown), ["default", "wild", "wild", "default", "default", "exact", "default"]);
        assert_eq!(certificates.choose(None, ANY).label(), "default");
    }

    #[test]
    fn of_several_that_fit_the_largest_key_is_shown_that_the_client_can_verify() {
        let authority = authority();
        let small = certificate(&authority, "p256", &["x.example"], KeyKind::P256);
        let large = certificate(&authority, "rsa", &["x.example"], KeyKind::Rsa2048);
        let certificates = Certificates::new(small, [large]);
        assert_eq!(certificates.choose(Some("x.example"), ANY).label(), "rsa");
        assert_eq!(certificates.choose(Some("x.example"), &ANY[1..]).label(), "p256");
    }
}
