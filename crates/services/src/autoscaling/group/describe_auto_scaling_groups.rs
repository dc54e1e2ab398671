//! DescribeAutoScalingGroups: groups with their instances and tags.

use std::sync::Arc;

use resource::ScalingGroup;
use serde::{Deserialize, Serialize};

use super::super::view::{self, GroupView};
use super::super::{paging, tag};
use crate::filter::{self, Filter};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_names: Vec<String>,
    include_instances: Option<bool>,
    next_token: Option<String>,
    max_records: Option<usize>,
    filters: Vec<Filter>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    auto_scaling_groups: Vec<GroupView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes groups; one that is not there is not listed, and no error.
pub fn describe_auto_scaling_groups(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let named = |group: &Arc<ScalingGroup>| {
        input.auto_scaling_group_names.is_empty()
            || input.auto_scaling_group_names.iter().any(|name| *name == group.name || *name == group.arn())
    };
    let groups = cx.world.owned::<ScalingGroup>(cx.owner()).filter(named);
    let fields = filter::of::<Arc<ScalingGroup>>();
    let found = filter::select(&input.filters, groups, |name| match name {
        "tag-key" => fields.many(|group| group.tags.keys().cloned().collect()),
        "tag-value" => fields.many(|group| group.tags.values().map(|tag| tag.value.clone()).collect()),
        _ => {
            let key = name.strip_prefix("tag:")?;
            fields.many(move |group| tag::value(group, key))
        }
    })?;
    let page = paging::cut(input.max_records, input.next_token.as_deref(), found, |group| group.name.clone())?;
    let instances = input.include_instances.unwrap_or(true);
    Ok(Output {
        auto_scaling_groups: page.items.iter().map(|group| view::group(group, instances)).collect(),
        next_token: page.next,
    })
}
