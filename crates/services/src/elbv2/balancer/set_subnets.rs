//! SetSubnets: adds zones to a balancer. The zones it has stay as they are.

use resource::{BalancerState, LoadBalancer};
use serde::{Deserialize, Serialize};

use super::super::{find, refusal};
use super::node::{self, Plan, SubnetMapping};
use super::view::{self, ZoneView};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    load_balancer_arn: String,
    subnets: Vec<String>,
    subnet_mappings: Vec<SubnetMapping>,
    ip_address_type: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    availability_zones: Vec<ZoneView>,
    ip_address_type: &'static str,
}

/// Adds the zones that the balancer does not have yet.
pub fn set_subnets(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut balancer = LoadBalancer::clone(&*find::balancer(cx.txn, cx.owner(), &input.load_balancer_arn)?);
    if let Some(other) = input.ip_address_type.as_deref().filter(|kind| *kind != "ipv4") {
        return Err(refusal::unsupported(&format!("IpAddressType {other}"), "use ipv4"));
    }
    let plans = node::parse(cx.txn, cx.owner(), balancer.internet_facing, &input.subnets, &input.subnet_mappings)?;
    check(&balancer, &plans)?;
    let new: Vec<Plan> =
        plans.into_iter().filter(|plan| balancer.zones.iter().all(|zone| zone.subnet != plan.subnet.id)).collect();
    node::check(cx.txn, balancer.internet_facing, &new)?;
    let description = node::description(&balancer.name, &balancer.id);
    for plan in &new {
        let zone = node::create(cx, &description, balancer.internet_facing, &balancer.groups, plan)?;
        balancer.zones.push(zone);
        balancer.state = BalancerState::Provisioning;
    }
    let availability_zones = balancer.zones.iter().map(|zone| view::zone(cx.txn, zone)).collect();
    cx.txn.put(balancer);
    Ok(Output { availability_zones, ip_address_type: "ipv4" })
}

fn check(balancer: &LoadBalancer, plans: &[Plan]) -> Result<(), Error> {
    if plans.iter().any(|plan| plan.subnet.vpc != balancer.vpc) {
        return Err(refusal::configuration(format!("All subnets must belong to the VPC of the load balancer, {}", balancer.vpc)));
    }
    match balancer.zones.iter().find(|zone| !node::is_kept(zone, plans)) {
        Some(zone) => {
            let message = format!(
                "Subnet removal is not supported for Network Load Balancers. You must specify all existing subnets, {} too",
                zone.subnet
            );
            Err(refusal::configuration(message))
        }
        None => Ok(()),
    }
}
