//! EnterStandby and ExitStandby: instances leave their target groups to be looked at, and come back.

use resource::{LifecycleState, ScalingGroup, sentence};
use serde::Deserialize;

use super::super::activity::Wish;
use super::super::find;
use super::super::refusal::validation;
use super::{Activities, in_service, shrink};
use crate::{Error, Write};

/// What is asked of EnterStandby.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Enter {
    instance_ids: Vec<String>,
    auto_scaling_group_name: String,
    should_decrement_desired_capacity: bool,
}

/// What is asked of ExitStandby.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Exit {
    instance_ids: Vec<String>,
    auto_scaling_group_name: String,
}

/// Puts instances on standby, all or none.
pub fn enter_standby(cx: &mut Write<'_>, input: Enter) -> Result<Activities, Error> {
    let found = find::to_change(cx, &input.auto_scaling_group_name)?;
    let mut group = ScalingGroup::clone(&found);
    let mut activities = Vec::new();
    for id in &input.instance_ids {
        in_service(&found, id)?;
        let shrinking = shrink(&mut group, 1, input.should_decrement_desired_capacity)?;
        let cause = sentence(cx.now, &format!("instance {id} was moved to standby in response to a user request{shrinking}"));
        let wish = Wish { state: LifecycleState::EnteringStandby, description: "Moving EC2 instance to Standby", cause: &cause };
        let member = find::member(&mut group, id)?;
        activities.push(wish.begin(cx, &found, member));
    }
    cx.txn.put(group);
    Ok(Activities { activities })
}

/// Brings instances back, all or none; the capacity grows by them.
pub fn exit_standby(cx: &mut Write<'_>, input: Exit) -> Result<Activities, Error> {
    let found = find::to_change(cx, &input.auto_scaling_group_name)?;
    let mut group = ScalingGroup::clone(&found);
    let mut activities = Vec::new();
    for id in &input.instance_ids {
        let member = find::member(&mut group, id)?;
        if member.state != LifecycleState::Standby {
            return Err(validation(format!("The instance {id} is not in Standby but in {}.", member.state.as_str())));
        }
        let before = group.desired;
        if before >= group.max {
            return Err(validation(format!("The group {} has its max size of {} instances already.", group.name, group.max)));
        }
        group.desired += 1;
        let what = format!(
            "instance {id} was moved out of standby in response to a user request, increasing the capacity from {before} to {}",
            group.desired
        );
        let cause = sentence(cx.now, &what);
        let wish = Wish { state: LifecycleState::Pending, description: "Moving EC2 instance out of Standby", cause: &cause };
        let member = find::member(&mut group, id)?;
        member.healthy = true;
        activities.push(wish.begin(cx, &found, member));
    }
    cx.txn.put(group);
    Ok(Activities { activities })
}
