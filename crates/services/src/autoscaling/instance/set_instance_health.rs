//! SetInstanceHealth: a user's own health check has a say.

use resource::{LifecycleState, ScalingGroup, USER_ILLNESS};
use serde::Deserialize;

use super::super::refusal::validation;
use super::super::{Done, find};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_id: String,
    health_status: String,
    should_respect_grace_period: Option<bool>,
}

/// Says whether an instance is healthy.
pub fn set_instance_health(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let healthy = match input.health_status.as_str() {
        "Healthy" => true,
        "Unhealthy" => false,
        other => return Err(validation(format!("Invalid health status: {other}. Use Healthy or Unhealthy"))),
    };
    let found = find::group_of(cx.txn, cx.owner(), &input.instance_id);
    let found = found.ok_or_else(|| validation(format!("Instance Id not found - {} is in no group", input.instance_id)))?;
    let mut group = ScalingGroup::clone(&found);
    let grace = group.grace;
    let member = find::member(&mut group, &input.instance_id)?;
    let in_grace = member.in_service.is_none_or(|since| !cx.passed(since, grace));
    if !healthy && grace > 0 && in_grace && input.should_respect_grace_period.unwrap_or(true) {
        return Ok(Done {});
    }
    if member.state != LifecycleState::InService && !healthy {
        let message = format!("The instance {} is {}, not InService.", input.instance_id, member.state.as_str());
        return Err(validation(message));
    }
    member.healthy = healthy;
    member.illness = (!healthy).then(|| USER_ILLNESS.to_owned());
    cx.txn.put(group);
    Ok(Done {})
}
