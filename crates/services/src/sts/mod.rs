//! STS: who one is, and being somebody else for a while.

mod assume_role;
mod get_access_key_info;
mod get_caller_identity;
mod get_session_token;
#[cfg(test)]
mod tests;

use crate::operation::operation;
use crate::{Error, Operation, Service};

/// STS.
pub const SERVICE: Service = Service { name: "sts", action_prefix: "sts", operations: &[OPERATIONS] };

/// The operations.
const OPERATIONS: &[Operation] = &[
    operation!(read "GetCallerIdentity" get_caller_identity::get_caller_identity),
    operation!(write "AssumeRole" assume_role::assume_role),
    operation!(write "GetSessionToken" get_session_token::get_session_token),
    operation!(read "GetAccessKeyInfo" get_access_key_info::get_access_key_info),
];

/// `AccessDenied`, as STS says it.
fn denied(message: impl Into<String>) -> Error {
    Error::new("AccessDenied", message).with_status(403)
}
