//! DescribeInstanceRefreshes: the refreshes of a group, newest first.

use serde::{Deserialize, Serialize};

use super::super::{find, paging};
use super::view::{self, RefreshView};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    instance_refresh_ids: Vec<String>,
    next_token: Option<String>,
    max_records: Option<usize>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_refreshes: Vec<RefreshView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes refreshes.
pub fn describe_instance_refreshes(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let group = find::group(cx.world, cx.owner(), &input.auto_scaling_group_name)?;
    let asked = |id: &String| input.instance_refresh_ids.is_empty() || input.instance_refresh_ids.contains(id);
    let found: Vec<_> = group.refreshes.iter().enumerate().filter(|(_, refresh)| asked(&refresh.id)).collect();
    let page = paging::cut(input.max_records, input.next_token.as_deref(), found, |(at, _)| format!("{at:08}"))?;
    let instance_refreshes = page.items.into_iter().map(|(_, refresh)| view::refresh(&group, refresh)).collect();
    Ok(Output { instance_refreshes, next_token: page.next })
}
