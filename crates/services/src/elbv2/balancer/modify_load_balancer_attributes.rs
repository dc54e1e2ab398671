//! ModifyLoadBalancerAttributes: sets attributes of a balancer, all or none.

use resource::LoadBalancer;
use serde::{Deserialize, Serialize};

use super::super::{attribute, find};
use super::{access_log, attributes};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    attributes: Vec<attribute::Setting>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<attribute::Setting>,
}

/// Sets attributes; returns all of them.
pub fn modify_load_balancer_attributes(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut balancer = LoadBalancer::clone(&*find::balancer(cx.txn, cx.owner(), &input.load_balancer_arn)?);
    let known = attributes::of(&balancer);
    attribute::change(&known, &mut balancer.attributes, &input.attributes)?;
    access_log::check(cx.txn, &balancer)?;
    let shown = attribute::view(&known, &balancer.attributes);
    cx.txn.put(balancer);
    Ok(Output { attributes: shown })
}
