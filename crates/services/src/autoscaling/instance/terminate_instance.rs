//! TerminateInstanceInAutoScalingGroup: one instance goes, and another comes unless the capacity shrinks with it.

use resource::{LifecycleState, ScalingGroup, sentence};
use serde::{Deserialize, Serialize};

use super::super::activity::Wish;
use super::super::find;
use super::super::refusal::{in_progress, validation};
use super::super::view::ActivityView;
use super::shrink;
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_id: String,
    should_decrement_desired_capacity: bool,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    activity: ActivityView,
}

/// Terminates an instance.
pub fn terminate_instance_in_auto_scaling_group(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let found = find::group_of(cx.txn, cx.owner(), &input.instance_id).ok_or_else(|| {
        validation(format!("Instance Id not found - No managed instance found for instance ID: {}", input.instance_id))
    })?;
    let mut group = ScalingGroup::clone(&found);
    let counts = found.member(&input.instance_id).is_some_and(|member| member.state.counts());
    if found.member(&input.instance_id).is_some_and(|member| member.state.is_terminating()) {
        return Err(in_progress(format!("Instance {} is being terminated already.", input.instance_id)));
    }
    let shrinking = shrink(&mut group, 1, input.should_decrement_desired_capacity && counts)?;
    let what = format!("instance {} was taken out of service in response to a user request{shrinking}", input.instance_id);
    let wish =
        Wish { state: LifecycleState::Terminating, description: "Terminating EC2 instance", cause: &sentence(cx.now, &what) };
    let member = find::member(&mut group, &input.instance_id)?;
    let activity = wish.begin(cx, &found, member);
    cx.txn.put(group);
    Ok(Output { activity })
}
