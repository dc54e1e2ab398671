//! CompleteLifecycleAction and RecordLifecycleActionHeartbeat: a waiting instance goes on, or may wait longer.

use resource::{HookWait, ScalingGroup};
use serde::Deserialize;

use super::super::refusal::validation;
use super::super::{Done, find};
use crate::{Error, Write};

/// What is asked of CompleteLifecycleAction.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Complete {
    auto_scaling_group_name: String,
    lifecycle_hook_name: String,
    lifecycle_action_token: Option<String>,
    lifecycle_action_result: String,
    instance_id: Option<String>,
}

/// What is asked of RecordLifecycleActionHeartbeat.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Heartbeat {
    auto_scaling_group_name: String,
    lifecycle_hook_name: String,
    lifecycle_action_token: Option<String>,
    instance_id: Option<String>,
}

/// Lets an instance go on, or not.
pub fn complete_lifecycle_action(cx: &mut Write<'_>, input: Complete) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let goes_on = super::result(&input.lifecycle_action_result)?;
    let (instance, token) = (input.instance_id.as_deref(), input.lifecycle_action_token.as_deref());
    let wait = waiting(&mut group, &input.lifecycle_hook_name, instance, token)?;
    answer(wait, &input.lifecycle_hook_name, goes_on);
    cx.txn.put(group);
    Ok(Done {})
}

/// Begins the hook's time anew.
pub fn record_lifecycle_action_heartbeat(cx: &mut Write<'_>, input: Heartbeat) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let (instance, token) = (input.instance_id.as_deref(), input.lifecycle_action_token.as_deref());
    let now = cx.now;
    let wait = waiting(&mut group, &input.lifecycle_hook_name, instance, token)?;
    if let Some(at) = wait.hooks.iter().position(|name| *name == input.lifecycle_hook_name) {
        wait.since[at] = now;
    }
    cx.txn.put(group);
    Ok(Done {})
}

fn waiting<'a>(
    group: &'a mut ScalingGroup,
    hook: &str,
    instance: Option<&str>,
    token: Option<&str>,
) -> Result<&'a mut HookWait, Error> {
    let name = group.name.clone();
    let means = |member: &&mut resource::Member| {
        let waits = member
            .wait
            .as_ref()
            .is_some_and(|wait| wait.hooks.iter().any(|known| known == hook) && token.is_none_or(|token| token == wait.token));
        waits && instance.is_none_or(|id| member.is(id)) && (instance.is_some() || token.is_some())
    };
    let found = group.members.iter_mut().find(means).and_then(|member| member.wait.as_mut());
    found.ok_or_else(|| {
        let whom = instance.or(token).unwrap_or("nobody");
        validation(format!("No active Lifecycle Action found with instance ID {whom} for hook {hook} of group {name}"))
    })
}

/// Answers for a hook: it is waited for no longer. `ABANDON` ends the wait for all of them.
pub fn answer(wait: &mut HookWait, hook: &str, goes_on: bool) {
    if let Some(at) = wait.hooks.iter().position(|name| name == hook) {
        wait.hooks.remove(at);
        wait.since.remove(at);
    }
    wait.abandoned |= !goes_on;
}
