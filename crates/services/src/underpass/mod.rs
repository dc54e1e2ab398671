//! Our own operations, which AWS does not have: what `underpass exec` asks for.

mod attach_process;
mod detach_process;
mod process_key;

use crate::operation::operation;
use crate::{Operation, Service};

/// The operations.
const OPERATIONS: &[Operation] = &[
    operation!(write "AttachProcess" attach_process::attach_process),
    operation!(write "DetachProcess" detach_process::detach_process),
    operation!(write "IssueProcessKey" process_key::issue_process_key),
];

/// Underpass itself.
pub const SERVICE: Service = Service { name: "underpass", action_prefix: "underpass", operations: &[OPERATIONS] };
