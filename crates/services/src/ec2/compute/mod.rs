//! Network interfaces, instances and what they are launched from.

mod image;
mod instance;
mod instance_type;
mod interface;
mod key_pair;
mod template;

use serde::Serialize;

use crate::Operation;
use crate::operation::operation;

/// The answer of operations that say nothing but that they were done.
#[derive(Serialize)]
pub struct Done {}

/// A value as EC2 wraps attributes.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute<T> {
    pub value: T,
}

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "RunInstances" instance::run_instances::run_instances),
    operation!(read "DescribeInstances" instance::describe_instances::describe_instances),
];
