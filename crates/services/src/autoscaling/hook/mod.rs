//! Lifecycle hooks, and the answers for instances that wait for them.

mod complete;
mod put_lifecycle_hook;

use resource::{LifecycleHook, Transition};
use serde::{Deserialize, Serialize};

use super::refusal::{unsupported, validation};
use super::{Done, find};
use crate::operation::operation;
use crate::{Error, Operation, Read, Write};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "PutLifecycleHook" put_lifecycle_hook::put_lifecycle_hook),
    operation!(read "DescribeLifecycleHooks" describe_lifecycle_hooks),
    operation!(write "DeleteLifecycleHook" delete_lifecycle_hook),
    operation!(write "CompleteLifecycleAction" complete::complete_lifecycle_action),
    operation!(write "RecordLifecycleActionHeartbeat" complete::record_lifecycle_action_heartbeat),
];

const DEFAULT_HEARTBEAT: u32 = 3600;
const MAX_HOOKS: usize = 50;

/// AWS's `LifecycleHookSpecification`, and the members of PutLifecycleHook.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Specification {
    lifecycle_hook_name: String,
    lifecycle_transition: Option<String>,
    notification_metadata: Option<String>,
    heartbeat_timeout: Option<u32>,
    default_result: Option<String>,
    #[serde(rename = "NotificationTargetARN")]
    notification_target_arn: Option<String>,
    #[serde(rename = "RoleARN")]
    role_arn: Option<String>,
}

/// The hook that a request describes.
///
/// # Errors
/// `ValidationError`; a target that would have to be notified is refused by name.
pub fn read(specification: Specification) -> Result<LifecycleHook, Error> {
    let notified = specification.notification_target_arn.filter(|arn| !arn.is_empty()).or(specification.role_arn);
    if notified.is_some() {
        return Err(unsupported("NotificationTargetARN", "ask DescribeAutoScalingGroups for instances that wait"));
    }
    let transition = specification.lifecycle_transition.as_deref();
    let transition = transition.ok_or_else(|| validation("LifecycleTransition is required for a new lifecycle hook"))?;
    let transition =
        Transition::parse(transition).ok_or_else(|| validation(format!("Invalid lifecycle transition: {transition}")))?;
    let heartbeat = specification.heartbeat_timeout.unwrap_or(DEFAULT_HEARTBEAT);
    if !(30..=7200).contains(&heartbeat) {
        return Err(validation("HeartbeatTimeout must be between 30 and 7200 seconds"));
    }
    Ok(LifecycleHook {
        name: specification.lifecycle_hook_name,
        transition,
        metadata: specification.notification_metadata,
        heartbeat,
        default_continue: result(specification.default_result.as_deref().unwrap_or("ABANDON"))?,
    })
}

/// Whether a result lets the instance go on.
///
/// # Errors
/// `ValidationError`.
fn result(text: &str) -> Result<bool, Error> {
    match text {
        "CONTINUE" => Ok(true),
        "ABANDON" => Ok(false),
        other => Err(validation(format!("Invalid lifecycle action result: {other}. Use CONTINUE or ABANDON"))),
    }
}

/// What is asked of DescribeLifecycleHooks.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Hooks {
    auto_scaling_group_name: String,
    lifecycle_hook_names: Vec<String>,
}

/// What is asked of DeleteLifecycleHook.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Hook {
    auto_scaling_group_name: String,
    lifecycle_hook_name: String,
}

/// Hooks.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Described {
    lifecycle_hooks: Vec<HookView>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HookView {
    lifecycle_hook_name: String,
    auto_scaling_group_name: String,
    lifecycle_transition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_metadata: Option<String>,
    heartbeat_timeout: u32,
    global_timeout: u64,
    default_result: &'static str,
}

/// Describes hooks.
pub fn describe_lifecycle_hooks(cx: &Read<'_>, input: Hooks) -> Result<Described, Error> {
    let group = find::group(cx.world, cx.owner(), &input.auto_scaling_group_name)?;
    let asked = |hook: &&LifecycleHook| input.lifecycle_hook_names.is_empty() || input.lifecycle_hook_names.contains(&hook.name);
    let view = |hook: &LifecycleHook| HookView {
        lifecycle_hook_name: hook.name.clone(),
        auto_scaling_group_name: group.name.clone(),
        lifecycle_transition: hook.transition.as_str(),
        notification_metadata: hook.metadata.clone(),
        heartbeat_timeout: hook.heartbeat,
        global_timeout: hook.limit(),
        default_result: if hook.default_continue { "CONTINUE" } else { "ABANDON" },
    };
    Ok(Described { lifecycle_hooks: group.hooks.iter().filter(asked).map(view).collect() })
}

/// Deletes a hook; instances that wait for it wait no longer.
pub fn delete_lifecycle_hook(cx: &mut Write<'_>, input: Hook) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let before = group.hooks.len();
    group.hooks.retain(|hook| hook.name != input.lifecycle_hook_name);
    if group.hooks.len() == before {
        return Err(validation(format!("No Lifecycle Hook found with name {}", input.lifecycle_hook_name)));
    }
    for wait in group.members.iter_mut().filter_map(|member| member.wait.as_mut()) {
        complete::answer(wait, &input.lifecycle_hook_name, true);
    }
    cx.txn.put(group);
    Ok(Done {})
}
