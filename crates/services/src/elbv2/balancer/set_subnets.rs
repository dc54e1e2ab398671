//! SetSubnets: the zones that a balancer has from now on. Those that it keeps stay as they are.

use resource::{BalancerState, EndpointId, EndpointService, EndpointState, LoadBalancer, Resource, VpcEndpoint};
use serde::{Deserialize, Serialize};
use store::Snapshot;

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

/// Adds the zones that the balancer does not have yet, and removes those that are not named.
pub fn set_subnets(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut balancer = LoadBalancer::clone(&*find::balancer(cx.txn, cx.owner(), &input.load_balancer_arn)?);
    if let Some(other) = input.ip_address_type.as_deref().filter(|kind| *kind != "ipv4") {
        return Err(refusal::unsupported(&format!("IpAddressType {other}"), "use ipv4"));
    }
    let plans = node::parse(cx.txn, cx.owner(), balancer.internet_facing, &input.subnets, &input.subnet_mappings)?;
    check(cx.txn, &balancer, &plans)?;
    let (kept, gone): (Vec<_>, Vec<_>) = balancer.zones.into_iter().partition(|zone| node::is_kept(zone, &plans));
    balancer.zones = kept;
    let new: Vec<Plan> =
        plans.into_iter().filter(|plan| balancer.zones.iter().all(|zone| zone.subnet != plan.subnet.id)).collect();
    node::check(cx.txn, balancer.internet_facing, &new)?;
    gone.iter().for_each(|zone| node::remove(cx.txn, zone));
    let description = node::description(&balancer.name, &balancer.id);
    for plan in &new {
        let zone = node::create(cx, &description, balancer.internet_facing, &balancer.groups, plan)?;
        node::add_secondaries(cx, &zone, balancer.secondary_addresses())?;
        balancer.zones.push(zone);
        balancer.state = BalancerState::Provisioning;
    }
    let availability_zones = balancer.zones.iter().map(|zone| view::zone(cx.txn, zone)).collect();
    cx.txn.put(balancer);
    Ok(Output { availability_zones, ip_address_type: "ipv4" })
}

/// Zones can come and go, but for those that endpoints of PrivateLink lead to, and what a zone has been given stays its own.
fn check(world: &Snapshot, balancer: &LoadBalancer, plans: &[Plan]) -> Result<(), Error> {
    if plans.iter().any(|plan| plan.subnet.vpc != balancer.vpc) {
        return Err(refusal::configuration(format!("All subnets must belong to the VPC of the load balancer, {}", balancer.vpc)));
    }
    for plan in plans {
        match balancer.zones.iter().find(|zone| zone.zone == plan.subnet.zone) {
            Some(zone) if zone.subnet != plan.subnet.id => {
                let message =
                    format!("Remove {} first; then add {}, which is in the same Availability Zone", zone.subnet, plan.subnet.id);
                return Err(refusal::configuration(message));
            }
            Some(zone) if !node::fits(zone, plan) => {
                let message = format!("The addresses of the load balancer in {} cannot be changed", zone.subnet);
                return Err(refusal::configuration(message));
            }
            _ => {}
        }
    }
    let leaves = balancer.zones.iter().any(|zone| !node::is_kept(zone, plans));
    match leaves.then(|| connected(world, balancer)).flatten() {
        Some(endpoint) => Err(refusal::configuration(format!(
            "Subnets of a load balancer cannot be removed while VPC endpoints are connected to it, such as {endpoint}"
        ))),
        None => Ok(()),
    }
}

/// An endpoint that leads to the balancer, or will once it is accepted.
fn connected(world: &Snapshot, balancer: &LoadBalancer) -> Option<EndpointId> {
    let services = world.linked::<EndpointService>(LoadBalancer::KIND, &balancer.arn);
    let mut endpoints =
        services.flat_map(|service| world.linked::<VpcEndpoint>(EndpointService::KIND, &service.id).collect::<Vec<_>>());
    let active = |endpoint: &VpcEndpoint| endpoint.state.is_open() || endpoint.state == EndpointState::PendingAcceptance;
    endpoints.find(|endpoint| active(endpoint)).map(|endpoint| endpoint.id.clone())
}
