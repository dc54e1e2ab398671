//! What an instance may know about each of its interfaces.

use std::net::Ipv4Addr;

use resource::{
    ElasticAddress, Instance, NetworkInterface, Resource, SecurityGroup, Subnet, Vpc, private_dns_name, public_dns_name,
};
use store::Snapshot;

use super::items::{has_public_names, owned};

/// The items of one interface.
pub(super) fn items(world: &Snapshot, instance: &Instance, interface: &NetworkInterface) -> Vec<(String, String)> {
    let index = interface.attachment.as_ref().map_or(0, |attachment| attachment.device_index);
    let mut items = owned([
        ("device-number", index.to_string()),
        ("interface-id", interface.id.to_string()),
        ("local-ipv4s", lines(&interface.addresses)),
        ("mac", interface.mac.clone()),
        ("owner-id", interface.owner.account.clone()),
        ("security-group-ids", lines(&interface.groups)),
        ("security-groups", group_names(world, interface)),
        ("subnet-id", interface.subnet.to_string()),
        ("vpc-id", interface.vpc.to_string()),
    ]);
    items.extend(
        interface.primary().map(|address| ("local-hostname".to_owned(), private_dns_name(&interface.owner.region, address))),
    );
    items.extend(blocks(world, interface));
    items.extend(public(world, instance, interface));
    items.into_iter().map(|(path, body)| (format!("network/interfaces/macs/{}/{path}", interface.mac), body)).collect()
}

fn blocks(world: &Snapshot, interface: &NetworkInterface) -> Vec<(String, String)> {
    let mut items = Vec::new();
    if let Some(subnet) = world.find::<Subnet>(interface.subnet.as_str()) {
        items.push(("subnet-ipv4-cidr-block".to_owned(), subnet.cidr.to_string()));
    }
    if let Some(vpc) = world.find::<Vpc>(interface.vpc.as_str()) {
        let blocks: Vec<_> = vpc.cidrs.iter().map(|association| association.cidr).collect();
        items.extend(vpc.primary().map(|cidr| ("vpc-ipv4-cidr-block".to_owned(), cidr.to_string())));
        items.push(("vpc-ipv4-cidr-blocks".to_owned(), lines(&blocks)));
    }
    items
}

fn public(world: &Snapshot, instance: &Instance, interface: &NetworkInterface) -> Vec<(String, String)> {
    let associated = associations(world, interface);
    let Some((first, _)) = associated.first() else { return Vec::new() };
    let addresses: Vec<Ipv4Addr> = associated.iter().map(|(public, _)| *public).collect();
    let mut items = owned([("public-ipv4s", lines(&addresses))]);
    if has_public_names(world, instance) {
        items.push(("public-hostname".to_owned(), public_dns_name(&interface.owner.region, *first)));
    }
    items.extend(associated.iter().map(|(public, private)| (format!("ipv4-associations/{public}"), private.to_string())));
    items
}

/// The public addresses of an interface, that of its primary address first.
pub(super) fn public_addresses(world: &Snapshot, interface: &NetworkInterface) -> Vec<Ipv4Addr> {
    associations(world, interface).into_iter().map(|(public, _)| public).collect()
}

/// Public addresses and what they stand for, in the order of the private ones.
fn associations(world: &Snapshot, interface: &NetworkInterface) -> Vec<(Ipv4Addr, Ipv4Addr)> {
    let addresses = world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
    let mut pairs: Vec<_> =
        addresses.filter_map(|address| Some((address.public, address.association.as_ref()?.private))).collect();
    pairs.sort_by_key(|(public, private)| (interface.addresses.iter().position(|address| address == private), *public));
    pairs
}

/// The names of the groups on an interface.
pub(super) fn group_names(world: &Snapshot, interface: &NetworkInterface) -> String {
    let groups = interface.groups.iter().filter_map(|id| world.find::<SecurityGroup>(id.as_str()));
    lines(&groups.map(|group| group.name.clone()).collect::<Vec<_>>())
}

fn lines<T: ToString>(things: &[T]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
