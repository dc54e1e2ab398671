//! Targets: who is in a group, and how they are.

use crate::Operation;
use crate::operation::operation;

mod deregister_targets;
mod describe_target_health;
mod health;
pub mod quota;
mod register_targets;
mod registration;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "RegisterTargets" register_targets::register_targets),
    operation!(write "DeregisterTargets" deregister_targets::deregister_targets),
    operation!(read "DescribeTargetHealth" describe_target_health::describe_target_health),
];
