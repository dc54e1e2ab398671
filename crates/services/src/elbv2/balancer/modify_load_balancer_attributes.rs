//! ModifyLoadBalancerAttributes: sets attributes of a balancer, all or none.

use resource::LoadBalancer;
use serde::{Deserialize, Serialize};

use super::super::{attribute, find, refusal};
use super::{access_log, attributes, node};
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
    let (known, before) = (attributes::of(&balancer), balancer.secondary_addresses());
    attribute::change(&known, &mut balancer.attributes, &input.attributes)?;
    access_log::check(cx.txn, &balancer)?;
    if balancer.secondary_addresses() < before {
        return Err(refusal::configuration(format!(
            "The number of secondary addresses of each subnet cannot be lower than {before}"
        )));
    }
    balancer.zones.iter().try_for_each(|zone| node::add_secondaries(cx, zone, balancer.secondary_addresses()))?;
    let shown = attribute::view(&known, &balancer.attributes);
    cx.txn.put(balancer);
    Ok(Output { attributes: shown })
}
