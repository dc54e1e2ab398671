//! PutLifecycleHook: a hook is made or changed; instances that wait already go by what it said.

use resource::LifecycleHook;
use serde::Deserialize;

use super::super::{Done, find};
use super::{MAX_HOOKS, Specification};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
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

/// Makes or changes a hook.
pub fn put_lifecycle_hook(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let known = group.hooks.iter().position(|hook| hook.name == input.lifecycle_hook_name);
    let before = known.map(|at| group.hooks[at].clone());
    let hook = super::read(over(input, before.as_ref()))?;
    match known {
        Some(at) => group.hooks[at] = hook,
        None if group.hooks.len() >= MAX_HOOKS => {
            return Err(Error::new("LimitExceeded", format!("A group may have at most {MAX_HOOKS} lifecycle hooks")));
        }
        None => group.hooks.push(hook),
    }
    cx.txn.put(group);
    Ok(Done {})
}

/// What the request says, and where it says nothing what there was before.
fn over(input: Input, before: Option<&LifecycleHook>) -> Specification {
    let result = |hook: &LifecycleHook| if hook.default_continue { "CONTINUE" } else { "ABANDON" }.to_owned();
    Specification {
        lifecycle_hook_name: input.lifecycle_hook_name,
        lifecycle_transition: input.lifecycle_transition.or_else(|| before.map(|hook| hook.transition.as_str().to_owned())),
        notification_metadata: input.notification_metadata.or_else(|| before.and_then(|hook| hook.metadata.clone())),
        heartbeat_timeout: input.heartbeat_timeout.or_else(|| before.map(|hook| hook.heartbeat)),
        default_result: input.default_result.or_else(|| before.map(result)),
        notification_target_arn: input.notification_target_arn,
        role_arn: input.role_arn,
    }
}
