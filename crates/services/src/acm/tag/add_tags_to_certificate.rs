//! AddTagsToCertificate.

use resource::Certificate;
use serde::{Deserialize, Serialize};

use super::super::find;
use crate::tags::{self, Tag};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
    tags: Vec<Tag>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Adds tags, replacing values.
pub fn add_tags_to_certificate(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut certificate = Certificate::clone(&*find::certificate(cx.txn, cx.owner(), &input.certificate_arn)?);
    tags::add(&mut certificate.tags, &input.tags)?;
    cx.txn.put(certificate);
    Ok(Output {})
}
