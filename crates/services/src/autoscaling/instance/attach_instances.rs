//! AttachInstances: running instances become part of a group, whose capacity grows by them.

use std::collections::BTreeSet;
use std::sync::Arc;

use resource::{
    ActivityStatus, Instance, InstanceState, LifecycleState, Member, SCALED_INSTANCE, SCALING_GROUP_TAG, ScalingActivity,
    ScalingGroup, random_uuid, sentence,
};
use serde::Deserialize;

use super::super::refusal::validation;
use super::super::{Done, find};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_ids: Vec<String>,
    auto_scaling_group_name: String,
}

/// Attaches instances, all or none.
pub fn attach_instances(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let (before, now) = (group.desired, cx.now);
    let after = before.saturating_add(u32::try_from(input.instance_ids.len()).unwrap_or(u32::MAX));
    if after > group.max {
        let message = format!(
            "AutoScalingGroup {} has desired size {before} and max size {}: {} more instances do not fit.",
            group.name,
            group.max,
            input.instance_ids.len()
        );
        return Err(validation(message));
    }
    group.desired = after;
    for id in &input.instance_ids {
        let instance = fitting(cx, &group, id)?;
        let member = member(&instance, group.protect_new, now);
        let cause = sentence(
            now,
            &format!(
                "instance {id} was attached in response to a user request, increasing the capacity from {before} to {after}"
            ),
        );
        let what = format!("Attaching an existing EC2 instance: {id}");
        let mut activity = ScalingActivity::begin(&group, &member.token, &member, (&what, &cause), now);
        activity.end(ActivityStatus::Successful, None, now);
        cx.txn.put(activity);
        cx.txn.update::<Instance>(id, |instance| {
            instance.tags.0.insert(SCALING_GROUP_TAG.to_owned(), group.name.clone());
        });
        group.members.push(member);
    }
    cx.txn.put(group);
    Ok(Done {})
}

/// An instance that runs, where the group's instances may be, and in no group.
fn fitting(cx: &Write<'_>, group: &ScalingGroup, id: &str) -> Result<Arc<Instance>, Error> {
    let found = cx.txn.find::<Instance>(id).filter(|instance| instance.owner == group.owner);
    let instance = found.ok_or_else(|| validation(format!("Invalid Instance ID(s): [{id}] specified")))?;
    if instance.state != InstanceState::Running {
        let state = instance.state.code_and_name().1;
        return Err(validation(format!("Invalid Instance ID(s): {id} is {state}, not running")));
    }
    if !group.zones.contains(&instance.zone) {
        return Err(validation(format!("The instance {id} is not in one of the group's availability zones")));
    }
    if cx.txn.named::<ScalingGroup>(SCALED_INSTANCE, id).next().is_some() || group.member(id).is_some() {
        return Err(validation(format!("Instance {id} is already part of an AutoScalingGroup")));
    }
    Ok(instance)
}

fn member(instance: &Instance, protected: bool, now: resource::Timestamp) -> Member {
    Member {
        token: random_uuid(),
        instance: Some(instance.id.clone()),
        launch: None,
        subnet: instance.subnet.clone(),
        zone: instance.zone.clone(),
        instance_type: Some(instance.instance_type.clone()),
        image: Some(instance.image.clone()),
        version: None,
        state: LifecycleState::InService,
        since: now,
        launched: now,
        in_service: Some(now),
        healthy: true,
        illness: None,
        protected,
        spare: false,
        registered: BTreeSet::new(),
        draining: false,
        wait: None,
        activity: None,
    }
}
