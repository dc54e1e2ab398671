//! A balancer as answers show it.

use resource::{BalancerZone, ElasticAddress, LoadBalancer, Timestamp};
use serde::Serialize;
use store::Snapshot;

use super::super::hosted_zone;

/// A balancer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BalancerView {
    load_balancer_arn: String,
    #[serde(rename = "DNSName")]
    dns_name: String,
    canonical_hosted_zone_id: String,
    created_time: Timestamp,
    load_balancer_name: String,
    scheme: &'static str,
    vpc_id: String,
    state: State,
    #[serde(rename = "Type")]
    kind: &'static str,
    availability_zones: Vec<ZoneView>,
    security_groups: Vec<String>,
    ip_address_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    enforce_security_group_inbound_rules_on_private_link_traffic: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    code: &'static str,
}

/// A node of a balancer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ZoneView {
    zone_name: String,
    subnet_id: String,
    load_balancer_addresses: Vec<AddressView>,
}

/// The addresses of a node that the user chose.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AddressView {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocation_id: Option<String>,
    #[serde(rename = "PrivateIPv4Address", skip_serializing_if = "Option::is_none")]
    private_address: Option<String>,
}

/// The answer of CreateLoadBalancer, and of DescribeLoadBalancers with its marker.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Balancers {
    /// The balancers.
    pub load_balancers: Vec<BalancerView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
}

/// Shows a balancer.
pub fn balancer(world: &Snapshot, balancer: &LoadBalancer) -> BalancerView {
    BalancerView {
        load_balancer_arn: balancer.arn.clone(),
        dns_name: balancer.dns_name(),
        canonical_hosted_zone_id: hosted_zone::of_region(&balancer.owner.region),
        created_time: balancer.created,
        load_balancer_name: balancer.name.clone(),
        scheme: scheme(balancer.internet_facing),
        vpc_id: balancer.vpc.to_string(),
        state: State { code: balancer.state.as_str() },
        kind: "network",
        availability_zones: balancer.zones.iter().map(|zone| self::zone(world, zone)).collect(),
        security_groups: balancer.groups.iter().map(ToString::to_string).collect(),
        ip_address_type: "ipv4",
        enforce_security_group_inbound_rules_on_private_link_traffic: enforcement(balancer),
    }
}

/// Shows a node. Addresses are shown only where the user chose them.
pub fn zone(world: &Snapshot, zone: &BalancerZone) -> ZoneView {
    let elastic = zone.allocation.as_ref().and_then(|id| world.find::<ElasticAddress>(id.as_str())).filter(|a| !a.automatic);
    let chosen = elastic.is_some() || zone.chosen.is_some();
    let address = AddressView {
        ip_address: elastic.as_ref().map(|a| a.public.to_string()),
        allocation_id: elastic.map(|a| a.id.to_string()),
        private_address: zone.chosen.map(|ip| ip.to_string()),
    };
    ZoneView {
        zone_name: zone.zone.clone(),
        subnet_id: zone.subnet.to_string(),
        load_balancer_addresses: chosen.then_some(address).into_iter().collect(),
    }
}

/// AWS's word for who can reach a balancer.
pub fn scheme(internet_facing: bool) -> &'static str {
    match internet_facing {
        true => "internet-facing",
        false => "internal",
    }
}

/// Whether PrivateLink traffic must pass the groups; none for a balancer without groups.
pub fn enforcement(balancer: &LoadBalancer) -> Option<&'static str> {
    let word = if balancer.enforce_on_private_link { "on" } else { "off" };
    (!balancer.groups.is_empty()).then_some(word)
}
