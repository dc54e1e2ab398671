//! TagResource.

use resource::ResolverEndpoint;
use serde::{Deserialize, Serialize};

use super::super::find;
use super::super::refusal::of_tags;
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
    let mut endpoint = ResolverEndpoint::clone(&*find::by_arn(cx.txn, cx.owner(), &input.resource_arn)?);
    tags::add(&mut endpoint.tags, &input.tags).map_err(of_tags)?;
    cx.txn.put(endpoint);
    Ok(Output {})
}
