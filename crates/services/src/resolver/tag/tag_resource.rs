//! TagResource.

use serde::{Deserialize, Serialize};

use super::super::refusal::of_tags;
use super::change;
use crate::tags::{self, Tag};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
    tags: Vec<Tag>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Adds tags, replacing values.
pub fn tag_resource(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    change(cx, &input.resource_arn, |tags| tags::add(tags, &input.tags).map_err(of_tags))?;
    Ok(Output {})
}
