//! DescribeCapacityReservation: no balancer reserves capacity here, which is what Terraform wants to hear of every balancer.

use serde::{Deserialize, Serialize};

use super::super::find;
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
}

/// The answer: neither a capacity nor the state of one in any zone.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    capacity_reservation_state: [(); 0],
}

/// Describes the capacity that is reserved for a balancer.
pub fn describe_capacity_reservation(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    find::balancer(cx.world, cx.owner(), &input.load_balancer_arn)?;
    Ok(Output { capacity_reservation_state: [] })
}
