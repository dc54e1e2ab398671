//! DescribeTargetGroups: by ARN, by name, by balancer, or all.

use std::collections::BTreeSet;
use std::sync::Arc;

use resource::{TARGET_GROUP_NAME, TargetGroup};
use serde::Deserialize;

use super::super::{find, paging, refusal};
use super::view::{self, TargetGroups};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    load_balancer_arn: Option<String>,
    target_group_arns: Vec<String>,
    names: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// Describes groups.
pub fn describe_target_groups(cx: &Read<'_>, input: Input) -> Result<TargetGroups, Error> {
    let found = wanted(cx, &input)?;
    let page = paging::cut(input.marker.as_deref(), input.page_size, found, |group| group.arn.clone())?;
    let target_groups = page.items.iter().map(|group| view::target_group(cx.world, group)).collect();
    Ok(TargetGroups { target_groups, next_marker: page.next })
}

fn wanted(cx: &Read<'_>, input: &Input) -> Result<Vec<Arc<TargetGroup>>, Error> {
    let by_arn = |arn: &String| find::target_group(cx.world, cx.owner(), arn);
    match (&input.load_balancer_arn, input.target_group_arns.is_empty(), input.names.is_empty()) {
        (None, true, true) => Ok(cx.world.owned(cx.owner()).collect()),
        (None, false, true) => input.target_group_arns.iter().map(by_arn).collect(),
        (None, true, false) => input.names.iter().map(|name| by_name(cx, name)).collect(),
        (Some(balancer), true, true) => {
            let balancer = find::balancer(cx.world, cx.owner(), balancer)?;
            let arns: BTreeSet<String> = find::listeners_of(cx.world, &balancer.arn).map(|l| l.target_group.clone()).collect();
            arns.iter().map(by_arn).collect()
        }
        _ => Err(refusal::validation("Specify only one of: load balancer ARN, target group ARNs, target group names")),
    }
}

fn by_name(cx: &Read<'_>, name: &str) -> Result<Arc<TargetGroup>, Error> {
    let found = cx.world.named(TARGET_GROUP_NAME, find::name_key(cx.owner(), name)).next();
    found.ok_or_else(|| Error::new("TargetGroupNotFound", format!("One or more target groups not found: {name}")))
}
