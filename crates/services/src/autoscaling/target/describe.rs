//! DescribeLoadBalancerTargetGroups, DescribeTrafficSources and DescribeLoadBalancers (of which there are none).

use serde::{Deserialize, Serialize};

use super::super::{find, paging};
use super::{KIND, state};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    traffic_source_type: Option<String>,
    next_token: Option<String>,
    max_records: Option<usize>,
}

/// The answer of the first.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetGroups {
    load_balancer_target_groups: Vec<TargetGroupState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
struct TargetGroupState {
    #[serde(rename = "LoadBalancerTargetGroupARN")]
    arn: String,
    #[serde(rename = "State")]
    state: &'static str,
}

/// The answer of the second.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TrafficSources {
    traffic_sources: Vec<SourceState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SourceState {
    identifier: String,
    state: &'static str,
    #[serde(rename = "Type")]
    kind: &'static str,
}

/// The answer of the third.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoadBalancers {
    load_balancers: [(); 0],
}

/// Describes target groups.
pub fn describe_load_balancer_target_groups(cx: &Read<'_>, input: Input) -> Result<TargetGroups, Error> {
    let (found, next_token) = found(cx, &input)?;
    let views = found.into_iter().map(|(arn, state)| TargetGroupState { arn, state });
    Ok(TargetGroups { load_balancer_target_groups: views.collect(), next_token })
}

/// Describes traffic sources.
pub fn describe_traffic_sources(cx: &Read<'_>, input: Input) -> Result<TrafficSources, Error> {
    let other = input.traffic_source_type.as_deref().is_some_and(|kind| kind != KIND);
    let (found, next_token) = found(cx, &input)?;
    let found = found.into_iter().filter(|_| !other);
    let views = found.map(|(identifier, state)| SourceState { identifier, state, kind: KIND });
    Ok(TrafficSources { traffic_sources: views.collect(), next_token })
}

/// Describes classic load balancers.
pub fn describe_load_balancers(cx: &Read<'_>, input: Input) -> Result<LoadBalancers, Error> {
    find::group(cx.world, cx.owner(), &input.auto_scaling_group_name)?;
    Ok(LoadBalancers { load_balancers: [] })
}

fn found(cx: &Read<'_>, input: &Input) -> Result<(Vec<(String, &'static str)>, Option<String>), Error> {
    let group = find::group(cx.world, cx.owner(), &input.auto_scaling_group_name)?;
    let all = group.targets.iter().map(|target| (target.arn.clone(), state(cx.world, &group, target))).collect();
    let page = paging::cut(input.max_records, input.next_token.as_deref(), all, |(arn, _): &(String, _)| arn.clone())?;
    Ok((page.items, page.next))
}
