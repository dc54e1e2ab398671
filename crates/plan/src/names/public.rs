//! Names that everybody can resolve, whether or not they lead to addresses that everybody can reach: balancers', endpoints'
//! and public addresses' (as on AWS, an internal balancer has a public name with private addresses).

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    AllocationId, BalancerZone, ElasticAddress, EndpointId, EndpointKind, FrontDoor, InterfaceId, Listener, LoadBalancer,
    NetworkInterface, Resource, TargetGroup, VpcEndpoint, public_dns_name,
};
use store::Snapshot;

use super::entry::{Entry, PUBLIC_DOMAIN, Scope};

/// The zone of AWS's public names, in which those of its services lead to their front doors, whoever is there.
pub fn front_doors() -> impl Iterator<Item = Entry> {
    let zone = std::iter::once(Entry::zone(Scope::Public, PUBLIC_DOMAIN));
    zone.chain(FrontDoor::all().flat_map(|door| door.names().filter_map(|name| Entry::public(&name, vec![door.address()]))))
}

/// A balancer's name leads to its nodes that have as many healthy targets as they need, or to those that have targets to send
/// to when none has, or to all; each node also has a name of its own.
pub(super) fn of_balancer(world: &Snapshot, arn: &str) -> Vec<Entry> {
    let Some(balancer) = world.find::<LoadBalancer>(arn) else { return Vec::new() };
    let name = balancer.dns_name();
    let groups: Vec<Arc<TargetGroup>> = groups(world, arn).collect();
    let healthy = |zone: &&BalancerZone| groups.iter().any(|group| crate::is_named(world, &balancer, group, &zone.zone));
    let useful = |zone: &&BalancerZone| {
        groups.iter().any(|group| !crate::eligible_targets(world, &balancer, group, &zone.zone).is_empty())
    };
    let mut answering: Vec<&BalancerZone> = balancer.zones.iter().filter(healthy).collect();
    if answering.is_empty() {
        answering.extend(balancer.zones.iter().filter(useful));
    }
    if answering.is_empty() {
        answering.extend(&balancer.zones);
    }
    let node = |zone: &BalancerZone| node_address(world, &balancer, zone);
    let regional = Entry::public(&name, answering.into_iter().filter_map(node).collect());
    let zonal =
        balancer.zones.iter().map(|zone| Entry::public(&format!("{}.{name}", zone.zone), node(zone).into_iter().collect()));
    std::iter::once(regional).chain(zonal).flatten().collect()
}

/// The groups to which a balancer's listeners send.
fn groups(world: &Snapshot, balancer: &str) -> impl Iterator<Item = Arc<TargetGroup>> {
    let listeners = world.linked::<Listener>(LoadBalancer::KIND, balancer);
    listeners.filter_map(|listener| world.find::<TargetGroup>(&listener.target_group))
}

/// Where clients reach a node: its public address when the balancer faces the internet.
fn node_address(world: &Snapshot, balancer: &LoadBalancer, zone: &BalancerZone) -> Option<Ipv4Addr> {
    match balancer.internet_facing {
        true => world.linked::<ElasticAddress>(NetworkInterface::KIND, &zone.interface).next().map(|address| address.public),
        false => primary(world, &zone.interface),
    }
}

/// An open endpoint's names: one with all of its addresses, and one for each of its zones.
pub(super) fn of_endpoint(world: &Snapshot, id: &EndpointId) -> Vec<Entry> {
    let endpoint = world.find::<VpcEndpoint>(id.as_str());
    let open = endpoint.filter(|endpoint| endpoint.kind == EndpointKind::Interface && endpoint.state.is_open());
    open.map(|endpoint| own_names(world, &endpoint)).unwrap_or_default()
}

/// The names that an endpoint has as soon as it is open.
pub fn own_names(world: &Snapshot, endpoint: &VpcEndpoint) -> Vec<Entry> {
    let interfaces: Vec<_> = endpoint.interfaces.iter().filter_map(|id| world.find::<NetworkInterface>(id.as_str())).collect();
    let all = interfaces.iter().filter_map(|interface| interface.primary()).collect();
    let zonal = interfaces
        .iter()
        .map(|interface| Entry::public(&endpoint.zonal_name(&interface.zone), interface.primary().into_iter().collect()));
    std::iter::once(Entry::public(&endpoint.regional_name(), all)).chain(zonal).flatten().collect()
}

/// The host name of a public address, used or not.
pub(super) fn of_address(world: &Snapshot, id: &AllocationId) -> Vec<Entry> {
    let address = world.find::<ElasticAddress>(id.as_str());
    let entry = |address: Arc<ElasticAddress>| {
        Entry::public(&public_dns_name(&address.owner.region, address.public), vec![address.public])
    };
    address.and_then(entry).into_iter().collect()
}

fn primary(world: &Snapshot, id: &InterfaceId) -> Option<Ipv4Addr> {
    world.find::<NetworkInterface>(id.as_str())?.primary()
}
