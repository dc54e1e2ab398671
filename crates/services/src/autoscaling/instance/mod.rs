//! The instances of a group.

mod attach_instances;
mod describe_auto_scaling_instances;
mod detach_instances;
mod set_instance_health;
mod set_instance_protection;
mod standby;
mod terminate_instance;

use resource::{LifecycleState, ScalingGroup};
use serde::Serialize;

use super::refusal::validation;
use super::view::ActivityView;
use crate::operation::operation;
use crate::{Error, Operation};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(read "DescribeAutoScalingInstances" describe_auto_scaling_instances::describe_auto_scaling_instances),
    operation!(write "TerminateInstanceInAutoScalingGroup" terminate_instance::terminate_instance_in_auto_scaling_group),
    operation!(write "SetInstanceHealth" set_instance_health::set_instance_health),
    operation!(write "SetInstanceProtection" set_instance_protection::set_instance_protection),
    operation!(write "AttachInstances" attach_instances::attach_instances),
    operation!(write "DetachInstances" detach_instances::detach_instances),
    operation!(write "EnterStandby" standby::enter_standby),
    operation!(write "ExitStandby" standby::exit_standby),
];

/// What several operations answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Activities {
    activities: Vec<ActivityView>,
}

/// Takes `count` off the desired capacity; `None` when it stays.
///
/// # Errors
/// `ValidationError` below the least size.
fn shrink(group: &mut ScalingGroup, count: u32, decrement: bool) -> Result<String, Error> {
    let before = group.desired;
    if !decrement {
        return Ok(String::new());
    }
    let after = before.checked_sub(count).filter(|after| *after >= group.min);
    group.desired = after.ok_or_else(|| {
        validation(format!(
            "Currently, desiredSize equals minSize ({}). Terminating instance without replacement will violate group's min size constraint. \
             Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
            group.min
        ))
    })?;
    Ok(format!(", shrinking the capacity from {before} to {}", group.desired))
}

/// Checks that an instance is in service, which some operations need.
///
/// # Errors
/// `ValidationError`.
fn in_service(group: &ScalingGroup, instance: &str) -> Result<(), Error> {
    let message = |why: String| validation(why);
    match group.member(instance).map(|member| member.state) {
        None => Err(message(format!("The instance {instance} is not part of Auto Scaling group {}.", group.name))),
        Some(LifecycleState::InService) => Ok(()),
        Some(other) => Err(message(format!("The instance {instance} is not in InService but in {}.", other.as_str()))),
    }
}
