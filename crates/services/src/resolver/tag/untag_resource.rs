//! UntagResource.

use serde::{Deserialize, Serialize};

use super::change;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
    tag_keys: Vec<String>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Removes tags.
pub fn untag_resource(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    change(cx, &input.resource_arn, |tags| {
        tags.0.retain(|key, _| !input.tag_keys.contains(key));
        Ok(())
    })?;
    Ok(Output {})
}
