//! AddTags: adds tags to several resources, replacing values of keys that they have.

use serde::{Deserialize, Serialize};

use super::{add, holder};
use crate::tags::Tag;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arns: Vec<String>,
    tags: Vec<Tag>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Adds tags.
pub fn add_tags(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    for arn in &input.resource_arns {
        let mut tags = holder::tags(cx.txn, cx.owner(), arn)?;
        add(&mut tags, &input.tags)?;
        holder::replace(cx.txn, arn, tags);
    }
    Ok(Output {})
}
