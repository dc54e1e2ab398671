//! VPCs, subnets, DHCP options, tags, and what Regions and accounts have.

use crate::Operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[];
