//! The target groups of a group: AWS calls them target groups in some operations and traffic sources in others.

mod attach;
mod describe;
mod detach;

use resource::{LifecycleState, ScalingGroup, TargetAttachment, TargetGroup, TargetHealth, TargetId, TargetType};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::refusal::{unsupported, validation};
use crate::operation::operation;
use crate::{Error, Operation, Read};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AttachLoadBalancerTargetGroups" attach::attach_load_balancer_target_groups),
    operation!(write "AttachTrafficSources" attach::attach_traffic_sources),
    operation!(write "DetachLoadBalancerTargetGroups" detach::detach_load_balancer_target_groups),
    operation!(write "DetachTrafficSources" detach::detach_traffic_sources),
    operation!(read "DescribeLoadBalancerTargetGroups" describe::describe_load_balancer_target_groups),
    operation!(read "DescribeTrafficSources" describe::describe_traffic_sources),
    operation!(read "DescribeLoadBalancers" describe::describe_load_balancers),
];

const KIND: &str = "elbv2";
const MAX_TARGET_GROUPS: usize = 50;

/// A traffic source as requests write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Source {
    identifier: String,
    #[serde(rename = "Type")]
    kind: Option<String>,
}

/// A traffic source of a group.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SourceView {
    identifier: String,
    #[serde(rename = "Type")]
    kind: &'static str,
}

impl SourceView {
    /// Shows a target group.
    pub fn of(target: &TargetAttachment) -> Self {
        Self { identifier: target.arn.clone(), kind: KIND }
    }
}

impl Source {
    fn arn(&self) -> Result<&str, Error> {
        match self.kind.as_deref().filter(|kind| *kind != KIND) {
            Some(other) => Err(unsupported(&format!("traffic sources of type {other}"), "use elbv2")),
            None => Ok(&self.identifier),
        }
    }
}

/// The target groups that a request names in either way.
///
/// # Errors
/// `ValidationError` for what is not there or cannot hold instances.
pub fn named(cx: &Read<'_>, arns: &[String], sources: &[Source]) -> Result<Vec<String>, Error> {
    let mut named: Vec<String> = arns.to_vec();
    for source in sources {
        named.push(source.arn()?.to_owned());
    }
    let mut distinct: Vec<String> = Vec::new();
    for arn in named {
        check(cx, &arn)?;
        if !distinct.contains(&arn) {
            distinct.push(arn);
        }
    }
    match distinct.len() > MAX_TARGET_GROUPS {
        true => Err(validation(format!("A group may have at most {MAX_TARGET_GROUPS} target groups"))),
        false => Ok(distinct),
    }
}

fn check(cx: &Read<'_>, arn: &str) -> Result<(), Error> {
    let group = cx.world.find::<TargetGroup>(arn).filter(|group| group.owner == *cx.owner());
    match group.map(|group| group.target_type) {
        None => {
            Err(validation(format!("Provided Target Groups may not be valid. Please ensure they exist and try again: {arn}")))
        }
        Some(TargetType::Instance) => Ok(()),
        Some(_) => Err(validation(format!("The target group must have the target type instance: {arn}"))),
    }
}

/// The target groups that a group has and keeps.
pub fn attached(group: &ScalingGroup) -> impl Iterator<Item = &TargetAttachment> {
    group.targets.iter().filter(|target| !target.removing)
}

/// AWS's word for where a target group of a group stands.
fn state(world: &Snapshot, group: &ScalingGroup, target: &TargetAttachment) -> &'static str {
    if target.removing {
        return "Removing";
    }
    let serving: Vec<_> = group.members.iter().filter(|member| member.state == LifecycleState::InService).collect();
    if target.original || serving.is_empty() {
        return "InService";
    }
    if serving.iter().any(|member| !member.registered.contains(&target.arn)) {
        return "Adding";
    }
    let port = world.find::<TargetGroup>(&target.arn).map_or(0, |found| found.port);
    let healthy = |member: &&resource::Member| {
        let id = member.instance.clone().map(TargetId::Instance);
        let found = id.and_then(|id| world.find::<TargetHealth>(&TargetHealth::key_of(&target.arn, &id, port)));
        found.is_some_and(|health| health.state == resource::HealthState::Healthy)
    };
    if serving.iter().any(healthy) { "InService" } else { "Added" }
}
