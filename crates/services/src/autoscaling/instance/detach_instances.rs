//! DetachInstances: instances leave a group and run on.

use resource::{LifecycleState, ScalingGroup, sentence};
use serde::Deserialize;

use super::super::activity::Wish;
use super::super::find;
use super::{Activities, in_service, shrink};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_ids: Vec<String>,
    auto_scaling_group_name: String,
    should_decrement_desired_capacity: bool,
}

/// Detaches instances, all or none.
pub fn detach_instances(cx: &mut Write<'_>, input: Input) -> Result<Activities, Error> {
    let found = find::to_change(cx, &input.auto_scaling_group_name)?;
    let mut group = ScalingGroup::clone(&found);
    let mut activities = Vec::new();
    for id in &input.instance_ids {
        if found.member(id).is_none_or(|member| member.state != LifecycleState::Standby) {
            in_service(&found, id)?;
        }
        let shrinking = shrink(&mut group, 1, input.should_decrement_desired_capacity)?;
        let cause = sentence(cx.now, &format!("instance {id} was detached in response to a user request{shrinking}"));
        let wish = Wish { state: LifecycleState::Detaching, description: "Detaching EC2 instance", cause: &cause };
        let member = find::member(&mut group, id)?;
        activities.push(wish.begin(cx, &found, member));
    }
    cx.txn.put(group);
    Ok(Activities { activities })
}
