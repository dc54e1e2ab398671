//! What makes a listener speak TLS: its certificates, its security policy and its ALPN policy.

use resource::{Certificate, CertificateStatus, DEFAULT_SSL_POLICY, ListenerProtocol, ListenerTls, Owner, SslPolicy};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::super::refusal::{configuration, unsupported, validation};
use crate::Error;

/// A certificate on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CertificateRef {
    /// Its ARN.
    pub certificate_arn: String,
    /// Whether it is shown to clients that ask for no name that fits. Answers say it, requests do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

/// What a request says of TLS.
pub struct Wish {
    /// The default certificate.
    pub certificates: Vec<CertificateRef>,
    /// The security policy.
    pub ssl_policy: Option<String>,
    /// The ALPN policy, as a list of one.
    pub alpn_policy: Vec<String>,
}

/// How a listener of `protocol` will speak TLS, after `before`; what the request does not name stays.
///
/// # Errors
/// `ValidationError` without exactly one certificate, `CertificateNotFound`, `UnsupportedCertificate` for one that is not issued,
/// `SSLPolicyNotFound`, `ALPNPolicyNotFound`, `InvalidConfigurationRequest` for another protocol with any of them.
pub fn speak(
    world: &Snapshot,
    owner: &Owner,
    protocol: ListenerProtocol,
    before: Option<&ListenerTls>,
    wish: Wish,
) -> Result<Option<ListenerTls>, Error> {
    if protocol != ListenerProtocol::Tls {
        let any = !wish.certificates.is_empty() || wish.ssl_policy.is_some() || !wish.alpn_policy.is_empty();
        return match any {
            true => Err(configuration("Certificates, SSL policies and ALPN policies are for TLS listeners only")),
            false => Ok(None),
        };
    }
    let mut certificates: Vec<String> = before.map(|tls| tls.certificates.clone()).unwrap_or_default();
    match (wish.certificates.as_slice(), before) {
        ([only], _) => {
            let arn = usable(world, owner, only)?;
            certificates.retain(|other| *other != arn);
            // The default is replaced; those that were added stay.
            if before.is_some_and(|tls| tls.certificates.first() == certificates.first()) && !certificates.is_empty() {
                certificates.remove(0);
            }
            certificates.insert(0, arn);
        }
        ([], Some(_)) => {}
        _ => return Err(validation("A TLS listener must have exactly one certificate; add others with AddListenerCertificates")),
    }
    let policy = wish.ssl_policy.or_else(|| before.map(|tls| tls.policy.clone()));
    let alpn = match wish.alpn_policy.as_slice() {
        [] => before.and_then(|tls| tls.alpn.clone()),
        [one] => Some(one.clone()),
        _ => return Err(validation("Only one ALPN policy may be specified")),
    };
    if ListenerTls::protocols(alpn.as_deref()).is_none() {
        return Err(Error::new("ALPNPolicyNotFound", format!("ALPN policy '{}' not found", alpn.unwrap_or_default())));
    }
    Ok(Some(ListenerTls { certificates, policy: known(policy.as_deref())?.to_owned(), alpn }))
}

/// The ARN of a certificate that a listener can show.
///
/// # Errors
/// `CertificateNotFound` for one that the account does not have in this Region, `UnsupportedCertificate` for one that is not issued.
pub fn usable(world: &Snapshot, owner: &Owner, wanted: &CertificateRef) -> Result<String, Error> {
    let CertificateRef { certificate_arn: arn, is_default } = wanted;
    if is_default.is_some() {
        return Err(validation("You cannot set IsDefault when specifying a certificate"));
    }
    let found = world.find::<Certificate>(arn).filter(|found| found.owner == *owner);
    let found = found.ok_or_else(|| Error::new("CertificateNotFound", format!("Certificate '{arn}' not found")))?;
    let unfit = |why: &str| Error::new("UnsupportedCertificate", format!("The certificate '{arn}' {why}"));
    if found.status != CertificateStatus::Issued {
        return Err(unfit("must have a fully-qualified domain name, a supported signature, and a supported key size."));
    }
    match found.key_algorithm.as_str() {
        "RSA_2048" | "RSA_3072" | "EC_prime256v1" | "EC_secp384r1" | "EC_secp521r1" => Ok(arn.clone()),
        other => Err(unfit(&format!("has a key of the kind {other}, which Network Load Balancers do not support."))),
    }
}

fn known(policy: Option<&str>) -> Result<&'static str, Error> {
    let name = policy.unwrap_or(DEFAULT_SSL_POLICY);
    let known =
        SslPolicy::named(name).ok_or_else(|| Error::new("SSLPolicyNotFound", format!("SSL policy '{name}' not found")))?;
    match known.fips() {
        true => Err(unsupported(
            &format!("the policy {name}, because its cryptography is not validated for FIPS 140"),
            "use the policy of the same versions without FIPS",
        )),
        false => Ok(known.name),
    }
}
