//! DetachLoadBalancerTargetGroups and DetachTrafficSources: instances are deregistered, and the target group is then left.

use serde::Deserialize;

use super::super::refusal::validation;
use super::super::{Done, find};
use super::Source;
use crate::{Error, Write};

/// What is asked of the first.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TargetGroups {
    auto_scaling_group_name: String,
    #[serde(rename = "TargetGroupARNs")]
    target_group_arns: Vec<String>,
}

/// What is asked of the second.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TrafficSources {
    auto_scaling_group_name: String,
    traffic_sources: Vec<Source>,
}

/// Detaches target groups.
pub fn detach_load_balancer_target_groups(cx: &mut Write<'_>, input: TargetGroups) -> Result<Done, Error> {
    detach(cx, &input.auto_scaling_group_name, input.target_group_arns)
}

/// Detaches traffic sources.
pub fn detach_traffic_sources(cx: &mut Write<'_>, input: TrafficSources) -> Result<Done, Error> {
    let arns = input.traffic_sources.iter().map(|source| source.arn().map(str::to_owned)).collect::<Result<_, _>>()?;
    detach(cx, &input.auto_scaling_group_name, arns)
}

fn detach(cx: &mut Write<'_>, name: &str, arns: Vec<String>) -> Result<Done, Error> {
    let mut group = find::to_change(cx, name)?;
    for arn in arns {
        let target = group.targets.iter_mut().find(|target| target.arn == arn);
        let target = target.ok_or_else(|| validation(format!("The target group {arn} is not attached to the group {name}")))?;
        target.removing = true;
    }
    cx.txn.put(group);
    Ok(Done {})
}
