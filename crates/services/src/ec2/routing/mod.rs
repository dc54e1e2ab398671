//! Route tables and the gateways they lead to.

use crate::Operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[];
