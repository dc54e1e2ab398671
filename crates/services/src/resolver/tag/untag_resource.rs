//! UntagResource.

use resource::ResolverEndpoint;
use serde::{Deserialize, Serialize};

use super::super::find;
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
    let mut endpoint = ResolverEndpoint::clone(&*find::by_arn(cx.txn, cx.owner(), &input.resource_arn)?);
    endpoint.tags.0.retain(|key, _| !input.tag_keys.contains(key));
    cx.txn.put(endpoint);
    Ok(Output {})
}
