//! The groups themselves.

mod create_auto_scaling_group;
mod delete_auto_scaling_group;
mod describe_auto_scaling_groups;
mod place;
mod set_desired_capacity;
mod settings;
pub use settings::count;
mod update_auto_scaling_group;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateAutoScalingGroup" create_auto_scaling_group::create_auto_scaling_group),
    operation!(read "DescribeAutoScalingGroups" describe_auto_scaling_groups::describe_auto_scaling_groups),
    operation!(write "UpdateAutoScalingGroup" update_auto_scaling_group::update_auto_scaling_group),
    operation!(write "DeleteAutoScalingGroup" delete_auto_scaling_group::delete_auto_scaling_group),
    operation!(write "SetDesiredCapacity" set_desired_capacity::set_desired_capacity),
];

/// Checks sizes that go together.
///
/// # Errors
/// `ValidationError`, in AWS's words.
pub fn check_sizes(min: u32, max: u32, desired: u32) -> Result<(), crate::Error> {
    use super::refusal::validation;
    if min > max {
        return Err(validation("Max bound must be greater than or equal to min bound"));
    }
    match (min..=max).contains(&desired) {
        true => Ok(()),
        false => {
            Err(validation(format!("Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}")))
        }
    }
}
