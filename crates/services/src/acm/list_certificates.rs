//! ListCertificates: a summary of each certificate, by state and kind of key.

use resource::{Certificate, Timestamp};
use serde::{Deserialize, Serialize};

use super::describe_certificate::{kind, renewal};
use super::find::{self, validation};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// How many are shown at once unless the request says otherwise.
const PAGE: usize = 1000;

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    certificate_statuses: Vec<String>,
    includes: Includes,
    next_token: Option<String>,
    max_items: Option<usize>,
    sort_by: Option<String>,
    sort_order: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Includes {
    key_types: Vec<String>,
    extended_key_usage: Vec<String>,
    key_usage: Vec<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    certificate_summary_list: Vec<Summary>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    certificate_arn: String,
    domain_name: String,
    subject_alternative_name_summaries: Vec<String>,
    has_additional_subject_alternative_names: bool,
    status: &'static str,
    #[serde(rename = "Type")]
    kind: &'static str,
    key_algorithm: String,
    key_usages: [&'static str; 2],
    extended_key_usages: [&'static str; 1],
    in_use: bool,
    exported: bool,
    renewal_eligibility: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<Timestamp>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported_at: Option<Timestamp>,
}

/// Lists certificates. Without a filter only those with RSA keys of up to 2048 bits are shown, as on AWS.
pub fn list_certificates(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    if input.sort_by.is_some() != input.sort_order.is_some() {
        return Err(validation("SortBy and SortOrder must be given together."));
    }
    let own = cx.world.all::<Certificate>().filter(|certificate| certificate.owner == *cx.owner());
    let mut found: Vec<_> = own.filter(|certificate| fits(certificate, &input)).collect();
    found.sort_by_key(|certificate| certificate.created);
    if input.sort_order.as_deref() == Some("DESCENDING") {
        found.reverse();
    }
    let place = |n: usize| format!("{n:08}");
    let numbered: Vec<_> = found.into_iter().enumerate().collect();
    let ask = Ask { max_results: Some(input.max_items.unwrap_or(PAGE)), token: input.next_token.as_deref() };
    let page =
        page::cut(ask, numbered, |(n, _)| place(*n)).map_err(|_| validation("The token is not one that this API returned."))?;
    let summaries = page.items.iter().map(|(_, certificate)| summary(cx, certificate)).collect();
    Ok(Output { next_token: page.next, certificate_summary_list: summaries })
}

fn fits(certificate: &Certificate, input: &Input) -> bool {
    let stands = |status: &String| status == certificate.status.as_str();
    let status = input.certificate_statuses.is_empty() || input.certificate_statuses.iter().any(stands);
    let key = match input.includes.key_types.as_slice() {
        [] => matches!(certificate.key_algorithm.as_str(), "RSA_1024" | "RSA_2048"),
        kinds => kinds.contains(&certificate.key_algorithm),
    };
    let among = |wanted: &[String], own: &[&str]| wanted.is_empty() || wanted.iter().any(|name| own.contains(&name.as_str()));
    status
        && key
        && among(&input.includes.key_usage, &["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT", "ANY"])
        && among(&input.includes.extended_key_usage, &["TLS_WEB_SERVER_AUTHENTICATION", "ANY"])
}

fn summary(cx: &Read<'_>, certificate: &Certificate) -> Summary {
    let used = !find::users(cx.world, &certificate.arn).is_empty();
    let issued = certificate.issued.as_ref();
    Summary {
        certificate_arn: certificate.arn.clone(),
        domain_name: certificate.domain.clone(),
        subject_alternative_name_summaries: certificate.names.clone(),
        has_additional_subject_alternative_names: false,
        status: certificate.status.as_str(),
        kind: kind(certificate),
        key_algorithm: certificate.key_algorithm.clone(),
        key_usages: ["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"],
        extended_key_usages: ["TLS_WEB_SERVER_AUTHENTICATION"],
        in_use: used,
        exported: certificate.exported,
        renewal_eligibility: renewal(certificate, used),
        not_before: issued.map(|issued| issued.not_before),
        not_after: issued.map(|issued| issued.not_after),
        created_at: certificate.created,
        issued_at: issued.filter(|_| !certificate.imported).map(|issued| issued.at),
        imported_at: issued.filter(|_| certificate.imported).map(|issued| issued.at),
    }
}
