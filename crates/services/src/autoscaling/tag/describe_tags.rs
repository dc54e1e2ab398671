//! DescribeTags: the tags of all groups that the filters let through.

use resource::ScalingGroup;
use serde::{Deserialize, Serialize};

use super::super::paging;
use super::{TagView, views};
use crate::filter::{self, Filter};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    filters: Vec<Filter>,
    next_token: Option<String>,
    max_records: Option<usize>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Vec<TagView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes tags.
pub fn describe_tags(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let all = cx.world.owned::<ScalingGroup>(cx.owner()).flat_map(|group| views(&group));
    let fields = filter::of::<TagView>();
    let found = filter::select(&input.filters, all, |name| match name {
        "auto-scaling-group" => fields.one(|tag| tag.resource_id.clone()),
        "key" => fields.one(|tag| tag.key.clone()),
        "value" => fields.one(|tag| tag.value.clone()),
        "propagate-at-launch" => fields.one(|tag| tag.propagate_at_launch),
        _ => None,
    })?;
    let page =
        paging::cut(input.max_records, input.next_token.as_deref(), found, |tag| format!("{}/{}", tag.resource_id, tag.key))?;
    Ok(Output { tags: page.items, next_token: page.next })
}
