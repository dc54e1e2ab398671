//! Target groups: what a listener's flows go to, and how its health is checked.

use crate::Operation;
use crate::operation::operation;

mod attributes;
mod create_target_group;
mod delete_target_group;
mod describe_target_group_attributes;
mod describe_target_groups;
mod health_check;
mod modify_target_group;
mod modify_target_group_attributes;
mod view;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateTargetGroup" create_target_group::create_target_group),
    operation!(read "DescribeTargetGroups" describe_target_groups::describe_target_groups),
    operation!(write "ModifyTargetGroup" modify_target_group::modify_target_group),
    operation!(write "DeleteTargetGroup" delete_target_group::delete_target_group),
    operation!(read "DescribeTargetGroupAttributes" describe_target_group_attributes::describe_target_group_attributes),
    operation!(write "ModifyTargetGroupAttributes" modify_target_group_attributes::modify_target_group_attributes),
];
