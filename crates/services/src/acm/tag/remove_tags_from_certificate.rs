//! RemoveTagsFromCertificate.

use resource::Certificate;
use serde::{Deserialize, Serialize};

use super::super::find;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
    tags: Vec<Removed>,
}

/// A key, and the value that it must have to be removed.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Removed {
    key: String,
    #[serde(default)]
    value: Option<String>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Removes tags; one that is named with a value only when it has that value.
pub fn remove_tags_from_certificate(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut certificate = Certificate::clone(&*find::certificate(cx.txn, cx.owner(), &input.certificate_arn)?);
    for Removed { key, value } in &input.tags {
        if value.is_none() || certificate.tags.value(key) == value.as_deref() {
            certificate.tags.0.remove(key);
        }
    }
    cx.txn.put(certificate);
    Ok(Output {})
}
