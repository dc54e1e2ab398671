//! DeleteAutoScalingGroup: an empty group goes at once, with `ForceDelete` one with instances goes after them.

use resource::{DeletionProtection, ScalingGroup};
use serde::Deserialize;

use super::super::{Done, find, refusal};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    force_delete: bool,
}

/// Deletes a group.
pub fn delete_auto_scaling_group(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let group = find::group(cx.txn, cx.owner(), &input.auto_scaling_group_name)?;
    check(&group, input.force_delete)?;
    let key = ScalingGroup::key_of(&group.owner, &group.name);
    match group.members.is_empty() {
        true => cx.txn.remove::<ScalingGroup>(&key),
        false => {
            let (min, max, desired) = (0, 0, 0);
            cx.txn.put(ScalingGroup { deleting: true, min, max, desired, wish: None, ..ScalingGroup::clone(&group) });
        }
    }
    Ok(Done {})
}

fn check(group: &ScalingGroup, force: bool) -> Result<(), Error> {
    let forbidden = match group.protection {
        DeletionProtection::None => false,
        DeletionProtection::PreventForceDeletion => force,
        DeletionProtection::PreventAllDeletion => true,
    };
    if forbidden {
        let message = format!("The deletion protection of AutoScalingGroup {} is {}.", group.name, group.protection.as_str());
        return Err(refusal::validation(message));
    }
    if force || group.members.is_empty() {
        return Ok(());
    }
    match group.members.iter().all(|member| member.state.is_terminating()) {
        true => Err(refusal::in_progress(
            "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
        )),
        false => Err(Error::new(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        )),
    }
}
