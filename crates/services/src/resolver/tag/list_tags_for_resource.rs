//! ListTagsForResource.

use serde::{Deserialize, Serialize};

use super::super::{find, page};
use crate::tags::{self, Tag};
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
    #[serde(default)]
    max_results: Option<usize>,
    #[serde(default)]
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Shows the tags of an endpoint or a rule.
pub fn list_tags_for_resource(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let found = find::by_arn(cx.world, cx.owner(), &input.resource_arn)?;
    let page = page::cut(input.max_results, input.next_token.as_deref(), tags::view(found.tags()))?;
    Ok(Output { tags: page.items, next_token: page.next })
}
