//! ListTagsForCertificate.

use serde::{Deserialize, Serialize};

use super::super::find;
use crate::tags::{self, Tag};
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
    tags: Vec<Tag>,
}

/// Shows the tags of a certificate.
pub fn list_tags_for_certificate(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let certificate = find::certificate(cx.world, cx.owner(), &input.certificate_arn)?;
    Ok(Output { tags: tags::view(&certificate.tags) })
}
