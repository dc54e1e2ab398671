//! PrivateLink: endpoints and endpoint services.

use crate::Operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[];
