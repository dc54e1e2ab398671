//! Elastic Load Balancing, version 2 of the API: Network Load Balancers.

use crate::{Operation, Service};

/// The operations.
const OPERATIONS: &[Operation] = &[];

/// Elastic Load Balancing.
pub const SERVICE: Service = Service { name: "elbv2", action_prefix: "elasticloadbalancing", operations: &[OPERATIONS] };
