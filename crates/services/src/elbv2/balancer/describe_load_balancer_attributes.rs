//! DescribeLoadBalancerAttributes: all attributes of a balancer, set or default.

use serde::{Deserialize, Serialize};

use super::super::{attribute, find};
use super::attributes;
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<attribute::Setting>,
}

/// Describes the attributes of a balancer.
pub fn describe_load_balancer_attributes(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let balancer = find::balancer(cx.world, cx.owner(), &input.load_balancer_arn)?;
    Ok(Output { attributes: attribute::view(&attributes::of(&balancer), &balancer.attributes) })
}
