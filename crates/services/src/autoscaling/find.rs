//! Finding groups and their instances: the caller's own only, with the codes of this service.

use std::sync::Arc;

use resource::{Member, Owner, SCALED_INSTANCE, ScalingGroup};
use store::Snapshot;

use super::refusal::validation;
use crate::{Error, Write};

/// A group by name.
///
/// # Errors
/// `ValidationError`, as AWS says it.
pub fn group(world: &Snapshot, owner: &Owner, name: &str) -> Result<Arc<ScalingGroup>, Error> {
    let found = world.find::<ScalingGroup>(&ScalingGroup::key_of(owner, name));
    found.ok_or_else(|| validation(format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")))
}

/// A group that is not on its way out, to be changed.
///
/// # Errors
/// As [`group`]; `ScalingActivityInProgress` for one that is being deleted.
pub fn to_change(cx: &Write<'_>, name: &str) -> Result<ScalingGroup, Error> {
    let found = group(cx.txn, cx.owner(), name)?;
    match found.deleting {
        true => Err(super::refusal::in_progress(format!("AutoScalingGroup {name} is being deleted"))),
        false => Ok(ScalingGroup::clone(&found)),
    }
}

/// The group that an instance is in.
pub fn group_of(world: &Snapshot, owner: &Owner, instance: &str) -> Option<Arc<ScalingGroup>> {
    world.named::<ScalingGroup>(SCALED_INSTANCE, instance).find(|group| group.owner == *owner)
}

/// The member of a group that an instance is, to be changed.
///
/// # Errors
/// `ValidationError` for an instance that is not in the group.
pub fn member<'a>(group: &'a mut ScalingGroup, instance: &str) -> Result<&'a mut Member, Error> {
    let message = format!("The instance {instance} is not part of Auto Scaling group {}.", group.name);
    group.members.iter_mut().find(|member| member.is(instance)).ok_or_else(|| validation(message))
}
