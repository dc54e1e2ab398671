//! Security groups, network ACLs and prefix lists.

use crate::Operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[];
