//! Turns items of the plan into objects in namespaces: a file per kind of item.

mod acl;
mod balancer;
mod endpoint;
mod gateway;
mod group;
mod interface;
mod peering;
mod router;
mod table;

pub(super) use balancer::entries;

use ipnet::Ipv4Net;
use kernel::nft::{Data, Value};
use kernel::{Address, LinkEnd, Mac, Neighbour, Object, Route, RouteKind, Sysctl};
use plan::{Item, Served};
use std::net::Ipv4Addr;

pub(crate) use router::connections_forgotten;
pub use router::judged_again;

use super::ledger::Placed;
use super::ruleset::{element, set};
use crate::TimeScale;

/// The objects that `item` needs, where time passes at `scale`.
pub(super) fn lower(item: &Item, scale: TimeScale) -> Vec<Placed> {
    let mut objects = carried(item, scale);
    objects.extend(in_namespace(item.vpc().as_str(), item.served().into_iter().map(served)));
    objects
}

/// What the kernel carries for it.
fn carried(item: &Item, scale: TimeScale) -> Vec<Placed> {
    match item {
        Item::Router(item) => router::lower(item, scale),
        Item::Interface(item) => interface::lower(item),
        Item::Table(item) => table::lower(item),
        Item::Group(item) => group::lower(item),
        Item::Acl(item) => acl::lower(item),
        Item::Gateway(item) => gateway::lower(item),
        Item::Address(item) => gateway::lower_address(item),
        Item::Nat(item) => gateway::lower_nat(item),
        Item::Peering(item) => peering::lower(item),
        Item::Balancer(item) => balancer::lower(item, scale),
        Item::Endpoint(item) => endpoint::lower(item),
        // Others hold its addresses, the daemon has its sockets.
        Item::Door(_) | Item::Resolver(_) => Vec::new(),
    }
}

/// A place where a socket of the daemon answers.
fn served(served: Served) -> Object {
    let Served { address, transport, port } = served;
    let key = vec![Value::Addr(address), Value::Proto(transport.number()), Value::Port(port)];
    element(set::SERVED, key, Data::None)
}

/// Objects in one namespace.
fn in_namespace(namespace: &str, objects: impl IntoIterator<Item = Object>) -> Vec<Placed> {
    objects.into_iter().map(|object| Placed { namespace: namespace.to_owned(), object }).collect()
}

/// An address that the namespace itself holds.
fn own_address(address: Ipv4Addr) -> Object {
    Object::Address(Address { link: "lo".into(), net: Ipv4Net::from(address) })
}

/// The kernel's table of what is delivered here.
const HERE: u32 = 255;

/// An address that the namespace holds for a service, of which there may be thousands: a route costs the same however many
/// there are, while the kernel walks a device's addresses with each that is added.
fn held_address(address: Ipv4Addr) -> Object {
    delivered(HERE, Ipv4Net::from(address))
}

/// What a table delivers to sockets of the router, whoever has the address.
fn delivered(table: u32, dst: Ipv4Net) -> Object {
    Object::Route(Route { table, dst, metric: 0, kind: RouteKind::Local { dev: "lo".into() } })
}

/// A route through a neighbour that need not be on the link by anybody's prefix.
fn via(table: u32, dst: Ipv4Net, dev: &str, via: Ipv4Addr, realm: Option<u16>) -> Object {
    let kind = RouteKind::Unicast { dev: dev.into(), via: Some(via), onlink: true, src: None, realm };
    Object::Route(Route { table, dst, metric: 0, kind })
}

/// A route to what is directly on a device.
fn on_device(table: u32, dst: Ipv4Net, dev: &str) -> Object {
    let kind = RouteKind::Unicast { dev: dev.into(), via: None, onlink: false, src: None, realm: None };
    Object::Route(Route { table, dst, metric: 0, kind })
}

/// A setting.
fn sysctl(path: impl Into<String>, value: &str) -> Object {
    Object::Sysctl(Sysctl { path: path.into(), value: value.into() })
}

/// A router at the other end of a link, which is never asked for: its answer would depend on the asker's address, which it
/// may have itself.
fn neighbour(link: &str, ip: Ipv4Addr, end: &LinkEnd) -> Object {
    Object::Neighbour(Neighbour { link: link.into(), ip, mac: end.mac })
}

/// An end of a link that is up, with an address that follows from `seed`.
fn link_end(name: &str, seed: &str, mtu: u32) -> LinkEnd {
    LinkEnd { name: name.into(), mac: Mac::of(seed), mtu, up: true }
}
