//! Names that only one VPC can resolve, while its DNS attributes are both on: its interfaces', their addresses in reverse,
//! what its endpoints take over, and its own public host names, which lead to private addresses inside (VPC User Guide, "DNS attributes for your VPC").

use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use resource::{
    AllocationId, ElasticAddress, EndpointId, EndpointState, Holder, InterfaceId, NetworkInterface, PeeringConnection, Resource,
    Subnet, Vpc, VpcEndpoint, VpcId, private_dns_name, private_domain, public_dns_name, zone_of_private_name,
};
use store::Snapshot;

use super::entry::{Content, Entry, Scope, plain};

/// The zones that a VPC has however few interfaces it has.
pub(super) fn of_vpc(world: &Snapshot, id: &VpcId) -> Vec<Entry> {
    let Some(vpc) = naming(world, id) else { return Vec::new() };
    let own = std::iter::once(private_domain(&vpc.owner.region));
    let reverse = vpc.cidrs.iter().map(|association| reverse_zone(association.cidr));
    own.chain(reverse).map(|zone| Entry::zone(Scope::Vpc(id.clone()), &zone)).collect()
}

/// The names of an interface's addresses, and the addresses' names.
pub(super) fn of_interface(world: &Snapshot, id: &InterfaceId) -> Vec<Entry> {
    let Some(interface) = world.find::<NetworkInterface>(id.as_str()) else { return Vec::new() };
    let Some(vpc) = naming(world, &interface.vpc) else { return Vec::new() };
    let region = &vpc.owner.region;
    let both = |address: &Ipv4Addr| {
        let name = private_dns_name(region, *address);
        let block = vpc.cidrs.iter().map(|association| association.cidr).find(|cidr| cidr.contains(address));
        let reverse = block.map(|cidr| Entry::reverse(&vpc.id, &reverse_zone(cidr), *address, &name));
        std::iter::once(Entry::private(&vpc.id, region, &name, *address)).chain(reverse).collect::<Vec<_>>()
    };
    let instance = resource_name(world, &interface).zip(interface.primary());
    let instance =
        instance.map(|(name, address)| Entry::private(&vpc.id, region, &format!("{name}.{}", private_domain(region)), address));
    interface.addresses.iter().flat_map(both).chain(instance).collect()
}

/// The host name of a public address inside the VPC that uses it, and inside the peers that the VPC lets resolve it: a zone
/// of its own, so that it hides nothing else.
pub(super) fn of_address(world: &Snapshot, id: &AllocationId) -> Vec<Entry> {
    let Some(address) = world.find::<ElasticAddress>(id.as_str()) else { return Vec::new() };
    let Some(association) = &address.association else { return Vec::new() };
    let vpc = world.find::<NetworkInterface>(association.interface.as_str()).and_then(|eni| naming(world, &eni.vpc));
    let Some(vpc) = vpc else { return Vec::new() };
    let name = public_dns_name(&address.owner.region, address.public);
    let peers = peers_that_resolve(world, &vpc.id).into_iter();
    let within = |vpc: VpcId| Entry::addresses(Scope::Vpc(vpc), &name, &name, vec![association.private]);
    std::iter::once(vpc.id.clone()).chain(peers).filter_map(within).collect()
}

/// The peers of a VPC that resolve its public host names to private addresses.
fn peers_that_resolve(world: &Snapshot, vpc: &VpcId) -> Vec<VpcId> {
    let carrying = world.linked::<PeeringConnection>(Vpc::KIND, vpc).filter(|peering| peering.state.carries());
    let far = |peering: Arc<PeeringConnection>| {
        let (own, far) = peering.sides_from(vpc)?;
        (own.resolves && naming(world, &far.vpc).is_some()).then(|| far.vpc.clone())
    };
    carrying.filter_map(far).collect()
}

/// The names that an endpoint with private DNS takes over: addresses for a service of AWS's, the endpoint's own name for a
/// custom one. Its zones are there as long as it is, so that nobody else answers for them meanwhile.
pub(super) fn of_endpoint(world: &Snapshot, id: &EndpointId) -> Vec<Entry> {
    let Some(endpoint) = world.find::<VpcEndpoint>(id.as_str()) else { return Vec::new() };
    if naming(world, &endpoint.vpc).is_none() {
        return Vec::new();
    }
    if endpoint.private_dns && endpoint.private_names.is_empty() {
        return for_inbound(world, &endpoint);
    }
    let scope = || Scope::Private(endpoint.vpc.clone());
    let zones: Vec<&str> = endpoint.private_zones().collect();
    let named = |name: &String| {
        let zone = zone_of_private_name(name);
        if endpoint.service.is_some() {
            return Some(Entry::name(scope(), zone, name, Content::Alias(plain(&endpoint.regional_name()))));
        }
        Entry::addresses(scope(), zone, name, legs(world, &endpoint))
    };
    let names = endpoint.private_names.iter().filter(|name| zones.contains(&zone_of_private_name(name)));
    zones.iter().map(|zone| Entry::zone(scope(), zone)).chain(names.filter_map(named)).collect()
}

/// The names of the service of an endpoint whose private DNS is for inbound resolver endpoints only.
fn for_inbound(world: &Snapshot, endpoint: &VpcEndpoint) -> Vec<Entry> {
    let there = !matches!(endpoint.state, EndpointState::Deleting | EndpointState::Deleted);
    let service = endpoint.aws_service().filter(|_| there);
    let names = service.into_iter().flat_map(|service| service.private_names(&endpoint.owner.region));
    let entry = |name: String| {
        let scope = Scope::Inbound(endpoint.vpc.clone());
        Entry::addresses(scope, zone_of_private_name(&name), &name, legs(world, endpoint))
    };
    names.filter_map(entry).collect()
}

/// The addresses of an endpoint's interfaces.
fn legs(world: &Snapshot, endpoint: &VpcEndpoint) -> Vec<Ipv4Addr> {
    let interfaces = endpoint.interfaces.iter().filter_map(|id| world.find::<NetworkInterface>(id.as_str()));
    interfaces.filter_map(|interface| interface.primary()).collect()
}

/// The VPC, if it has private names.
fn naming(world: &Snapshot, id: &VpcId) -> Option<Arc<Vpc>> {
    world.find::<Vpc>(id.as_str()).filter(|vpc| vpc.has_host_names())
}

/// The label of an instance by its id, where its subnet wants such names.
fn resource_name(world: &Snapshot, interface: &NetworkInterface) -> Option<String> {
    let attachment = interface.attachment.as_ref().filter(|attachment| attachment.device_index == 0)?;
    let Holder::Instance(id) = &attachment.holder else { return None };
    let wanted = world.find::<Subnet>(interface.subnet.as_str())?.resource_name_a_record;
    wanted.then(|| id.to_string())
}

/// The zone of a block in reverse. Zones end at whole bytes, so it may hold more addresses than the block: nobody else would
/// answer for those in this VPC either.
fn reverse_zone(cidr: Ipv4Net) -> String {
    let bytes = cidr.network().octets();
    let labels = bytes.iter().take(usize::from(cidr.prefix_len() / 8)).rev();
    labels.map(|byte| format!("{byte}.")).collect::<String>() + "in-addr.arpa"
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_reverse_zone_of_a_block_ends_at_the_byte_that_holds_it_whole() {
        let zones =
            ["10.0.0.0/16", "10.0.16.0/20", "192.168.7.0/24", "192.168.7.16/28"].map(|cidr| reverse_zone(cidr.parse().unwrap()));
        assert_eq!(zones, ["0.10.in-addr.arpa", "0.10.in-addr.arpa", "7.168.192.in-addr.arpa", "7.168.192.in-addr.arpa"]);
    }
}
