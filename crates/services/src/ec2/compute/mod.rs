//! Network interfaces, instances and what they are launched from.

use crate::Operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[];
