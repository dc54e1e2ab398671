//! AttachLoadBalancerTargetGroups and AttachTrafficSources: the group's instances are registered there from now on.

use resource::TargetAttachment;
use serde::Deserialize;

use super::super::{Done, find};
use super::{Source, named};
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

/// Attaches target groups.
pub fn attach_load_balancer_target_groups(cx: &mut Write<'_>, input: TargetGroups) -> Result<Done, Error> {
    attach(cx, &input.auto_scaling_group_name, &input.target_group_arns, &[])
}

/// Attaches traffic sources.
pub fn attach_traffic_sources(cx: &mut Write<'_>, input: TrafficSources) -> Result<Done, Error> {
    attach(cx, &input.auto_scaling_group_name, &[], &input.traffic_sources)
}

fn attach(cx: &mut Write<'_>, name: &str, arns: &[String], sources: &[Source]) -> Result<Done, Error> {
    let mut group = find::to_change(cx, name)?;
    for arn in named(&cx.read(), arns, sources)? {
        if let Some(target) = group.targets.iter_mut().find(|target| target.arn == arn) {
            target.removing = false;
            continue;
        }
        group.targets.push(TargetAttachment { arn, original: false, removing: false });
    }
    cx.txn.put(group);
    Ok(Done {})
}
