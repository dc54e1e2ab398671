//! Certificates of AWS Certificate Manager (ACM, "User Guide").

use serde::{Deserialize, Serialize};

use crate::{Kind, Owner, Resource, Tags, Timestamp};

/// A certificate: asked for and then issued here, or imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// `arn:aws:acm:{region}:{account}:certificate/{uuid}`.
    pub arn: String,
    /// Who owns it.
    pub owner: Owner,
    /// The name it is for.
    pub domain: String,
    /// All names, the domain among them.
    pub names: Vec<String>,
    /// `RSA_2048`, `EC_prime256v1`, …
    pub key_algorithm: String,
    /// Where it stands.
    pub status: CertificateStatus,
    /// Why it failed.
    #[serde(default)]
    pub failure: Option<CertificateFailure>,
    /// How its names are verified, by name. Empty when it was imported.
    pub validations: Vec<DomainValidation>,
    /// What was signed; none before it is issued.
    pub issued: Option<IssuedCertificate>,
    /// Whether it was imported.
    pub imported: bool,
    /// The token of the request that made it.
    pub token: Option<String>,
    /// Whether its private key may leave.
    pub exportable: bool,
    /// Whether it was exported.
    pub exported: bool,
    /// Whether it would stand in public logs; there are none here.
    pub transparency: bool,
    /// When it was asked for or imported first.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedCertificate {
    /// The certificate, in PEM.
    pub certificate: String,
    /// Those that lead to its authority, in PEM; empty for one that signed itself.
    pub chain: String,
    /// Its private key, in PEM.
    pub key: String,
    /// `0a:1b:…`.
    pub serial: String,
    /// Whose it is, as a distinguished name.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// `SHA256WITHRSA`, ….
    pub signature_algorithm: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// When it was issued or imported.
    pub at: Timestamp,
}

/// How one name is verified: by a record in public DNS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainValidation {
    /// The name.
    pub domain: String,
    /// The name in whose place it would be verified by e-mail, when that is another.
    #[serde(default)]
    pub parent: Option<String>,
    /// The name of the CNAME record.
    pub record: String,
    /// Where it must point to.
    pub target: String,
    /// Whether the record was found.
    pub done: bool,
}

/// Why no certificate was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CertificateFailure {
    /// Public DNS lets only others issue certificates for a name.
    CaaError,
    /// Something else.
    Other,
}

/// The states of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CertificateStatus {
    /// Its names are not verified yet.
    PendingValidation,
    /// It can be used.
    Issued,
    /// Its names were not verified in time.
    ValidationTimedOut,
    /// It could not be issued.
    Failed,
    /// It is valid no more.
    Expired,
}

impl CertificateStatus {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingValidation => "PENDING_VALIDATION",
            Self::Issued => "ISSUED",
            Self::ValidationTimedOut => "VALIDATION_TIMED_OUT",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl Resource for Certificate {
    const KIND: Kind = Kind("certificate");

    fn key(&self) -> String {
        self.arn.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }
}
