//! RemoveTags: removes tags by key from several resources.

use serde::{Deserialize, Serialize};

use super::holder;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arns: Vec<String>,
    tag_keys: Vec<String>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Removes tags; keys that a resource does not have are no error.
pub fn remove_tags(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    for arn in &input.resource_arns {
        let mut tags = holder::tags(cx.txn, cx.owner(), arn)?;
        tags.0.retain(|key, _| !input.tag_keys.contains(key));
        holder::replace(cx.txn, arn, tags);
    }
    Ok(Output {})
}
