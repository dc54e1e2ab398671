//! RequestCertificate: a certificate for names whose owner proves them by records in public DNS.

use aws_lc_rs::digest::{SHA256, digest};
use resource::{Certificate, CertificateStatus, DomainValidation, Owner, Tags};
use serde::{Deserialize, Serialize};

use super::find::validation;
use super::wish::Options;
use crate::quotas::{self, known::CERTIFICATE_NAMES};
use crate::tags::{self, Tag};
use crate::{Error, Write};

/// How long a token stands for one request.
const TOKEN_MILLIS: u64 = 3600 * 1000;

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    domain_name: String,
    domain_validation_options: Vec<ValidationOption>,
    validation_method: Option<String>,
    subject_alternative_names: Vec<String>,
    idempotency_token: Option<String>,
    options: Options,
    tags: Vec<Tag>,
    key_algorithm: Option<String>,
}

/// Where e-mail about a name would go; with DNS it is kept and shown.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ValidationOption {
    domain_name: String,
    validation_domain: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate_arn: String,
}

/// Asks for a certificate; it is issued once all names are verified.
pub fn request_certificate(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    check_method(input.validation_method.as_deref())?;
    let key_algorithm = check_key(input.key_algorithm.as_deref())?;
    let names = names(&input, quotas::most(cx.txn, cx.owner(), &CERTIFICATE_NAMES))?;
    check_parents(&input.domain_validation_options, &names)?;
    if let Some(known) = repeated(cx, &input, &names) {
        return Ok(Output { certificate_arn: known });
    }
    let mut tagged = Tags::default();
    tags::add(&mut tagged, &input.tags)?;
    let certificate = Certificate {
        arn: fresh_arn(cx.owner()),
        owner: cx.owner().clone(),
        validations: names.iter().map(|name| proof(cx.owner(), name, &input.domain_validation_options)).collect(),
        domain: input.domain_name.to_ascii_lowercase(),
        names,
        key_algorithm,
        status: CertificateStatus::PendingValidation,
        issued: None,
        imported: false,
        token: input.idempotency_token,
        exportable: input.options.export()?.unwrap_or(false),
        exported: false,
        failure: None,
        transparency: input.options.transparency()?.unwrap_or(true),
        created: cx.now,
        tags: tagged,
    };
    let certificate_arn = certificate.arn.clone();
    cx.txn.put(certificate);
    Ok(Output { certificate_arn })
}

/// The ARN of a certificate that there was not before.
pub fn fresh_arn(owner: &Owner) -> String {
    let n: u128 = rand::random();
    let hex = format!("{n:032x}");
    let id = format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
    owner.arn("acm", &format!("certificate/{id}"))
}

fn check_method(method: Option<&str>) -> Result<(), Error> {
    match method {
        Some("DNS") => Ok(()),
        other => {
            let method = other.unwrap_or("EMAIL");
            let message = format!("underpass does not support ValidationMethod {method} yet; use DNS");
            Err(Error::new("UnsupportedOperation", message))
        }
    }
}

fn check_key(algorithm: Option<&str>) -> Result<String, Error> {
    match algorithm.unwrap_or("RSA_2048") {
        known @ ("RSA_2048" | "EC_prime256v1" | "EC_secp384r1") => Ok(known.to_owned()),
        other => Err(validation(format!("The key algorithm {other} is not supported for certificates that ACM issues."))),
    }
}

/// All names, each once, the domain first.
fn names(input: &Input, most: usize) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::new();
    for name in std::iter::once(&input.domain_name).chain(&input.subject_alternative_names) {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".amazonaws.com") {
            let message = format!("The domain {name} belongs to AWS.");
            return Err(Error::new("InvalidDomainValidationOptionsException", message));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() > most {
        true => Err(Error::new("LimitExceededException", format!("A certificate may have at most {most} names."))),
        false => Ok(names),
    }
}

/// Names that are asked for, each with itself or a domain above it.
fn check_parents(options: &[ValidationOption], names: &[String]) -> Result<(), Error> {
    let good = |option: &ValidationOption| {
        let (name, parent) = (option.domain_name.to_ascii_lowercase(), option.validation_domain.to_ascii_lowercase());
        names.contains(&name) && (name == parent || name.ends_with(&format!(".{parent}")))
    };
    match options.iter().find(|option| !good(option)) {
        None => Ok(()),
        Some(option) => {
            let message = format!("{} is no validation domain for {}.", option.validation_domain, option.domain_name);
            Err(Error::new("InvalidDomainValidationOptionsException", message))
        }
    }
}

/// The ARN of the certificate that the same request with the same token made within the hour.
fn repeated(cx: &Write<'_>, input: &Input, names: &[String]) -> Option<String> {
    let token = input.idempotency_token.as_ref()?;
    let recent = |known: &Certificate| cx.now.millis_since(known.created) < TOKEN_MILLIS;
    let mut all = cx.txn.all::<Certificate>();
    let same = all
        .find(|known| known.owner == *cx.owner() && known.token.as_ref() == Some(token) && recent(known) && known.names == names);
    same.map(|known| known.arn.clone())
}

/// The record that proves a name: the same for `x` and `*.x`, and for every request of the account.
fn proof(owner: &Owner, name: &str, options: &[ValidationOption]) -> DomainValidation {
    let base = name.strip_prefix("*.").unwrap_or(name);
    let drawn = |what: &str| {
        let digest = digest(&SHA256, format!("{what}|{}|{base}", owner.account).as_bytes());
        digest.as_ref().to_vec()
    };
    let hex = |bytes: &[u8]| bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let letters: String = drawn("zone")[..10].iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let option = options.iter().find(|option| option.domain_name.eq_ignore_ascii_case(name));
    DomainValidation {
        domain: name.to_owned(),
        parent: option.map(|option| option.validation_domain.to_ascii_lowercase()).filter(|parent| parent != name),
        record: format!("_{}.{base}.", hex(&drawn("name"))),
        target: format!("_{}.{letters}.acm-validations.aws.", hex(&drawn("value"))),
        done: false,
    }
}
