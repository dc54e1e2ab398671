//! DescribeCertificate: all about a certificate but its texts; what proves its names is there at once.

use resource::{Certificate, CertificateFailure, CertificateStatus, DomainValidation, Timestamp};
use serde::{Deserialize, Serialize};

use super::find;
use super::wish::Options;
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate: Detail,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    certificate_arn: String,
    domain_name: String,
    subject_alternative_names: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    domain_validation_options: Vec<Validation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<String>,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported_at: Option<Timestamp>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<CertificateFailure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<Timestamp>,
    key_algorithm: String,
    signature_algorithm: String,
    in_use_by: Vec<String>,
    #[serde(rename = "Type")]
    kind: &'static str,
    key_usages: Vec<Named>,
    extended_key_usages: Vec<Extended>,
    renewal_eligibility: &'static str,
    options: Options,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Validation {
    domain_name: String,
    validation_domain: String,
    validation_status: &'static str,
    resource_record: Record,
    validation_method: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    name: String,
    #[serde(rename = "Type")]
    kind: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Extended {
    name: &'static str,
    #[serde(rename = "OID")]
    oid: &'static str,
}

/// Describes a certificate.
pub fn describe_certificate(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let certificate = find::certificate(cx.world, cx.owner(), &input.certificate_arn)?;
    let users = find::users(cx.world, &certificate.arn);
    Ok(Output { certificate: detail(&certificate, users.into_iter().collect()) })
}

fn detail(certificate: &Certificate, in_use_by: Vec<String>) -> Detail {
    let issued = certificate.issued.as_ref();
    let failed = matches!(certificate.status, CertificateStatus::Failed | CertificateStatus::ValidationTimedOut);
    Detail {
        certificate_arn: certificate.arn.clone(),
        domain_name: certificate.domain.clone(),
        subject_alternative_names: certificate.names.clone(),
        domain_validation_options: certificate.validations.iter().map(|one| validation(one, failed)).collect(),
        serial: issued.map(|issued| issued.serial.clone()),
        subject: issued.map_or_else(|| format!("CN={}", certificate.domain), |issued| issued.subject.clone()),
        issuer: issued.map(|issued| issued.issuer.clone()),
        created_at: certificate.created,
        issued_at: issued.filter(|_| !certificate.imported).map(|issued| issued.at),
        imported_at: issued.filter(|_| certificate.imported).map(|issued| issued.at),
        status: certificate.status.as_str(),
        failure_reason: certificate.failure,
        not_before: issued.map(|issued| issued.not_before),
        not_after: issued.map(|issued| issued.not_after),
        key_algorithm: certificate.key_algorithm.clone(),
        signature_algorithm: issued.map_or_else(|| "SHA256WITHRSA".to_owned(), |issued| issued.signature_algorithm.clone()),
        renewal_eligibility: renewal(certificate, !in_use_by.is_empty()),
        in_use_by,
        kind: kind(certificate),
        key_usages: vec![Named { name: "DIGITAL_SIGNATURE" }, Named { name: "KEY_ENCIPHERMENT" }],
        extended_key_usages: vec![Extended { name: "TLS_WEB_SERVER_AUTHENTICATION", oid: "1.3.6.1.5.5.7.3.1" }],
        options: Options::of(certificate),
    }
}

/// Where a certificate comes from.
pub fn kind(certificate: &Certificate) -> &'static str {
    if certificate.imported { "IMPORTED" } else { "AMAZON_ISSUED" }
}

/// Whether a certificate is renewed when it is about to expire: those that are issued here, while they are used.
pub fn renewal(certificate: &Certificate, used: bool) -> &'static str {
    if !certificate.imported && used && certificate.issued.is_some() { "ELIGIBLE" } else { "INELIGIBLE" }
}

fn validation(one: &DomainValidation, failed: bool) -> Validation {
    Validation {
        domain_name: one.domain.clone(),
        validation_domain: one.parent.as_ref().unwrap_or(&one.domain).clone(),
        validation_status: match (one.done, failed) {
            (true, _) => "SUCCESS",
            (false, true) => "FAILED",
            (false, false) => "PENDING_VALIDATION",
        },
        resource_record: Record { name: one.record.clone(), kind: "CNAME", value: one.target.clone() },
        validation_method: "DNS",
    }
}
