//! A route table: a routing table of the router, asked for packets that carry the mark of a subnet that uses it or its own.

use ipnet::Ipv4Net;
use kernel::{Object, Route, RouteKind, Rule};
use plan::{Hop, Table};

use super::{delivered, in_namespace, via};
use crate::network::ledger::Placed;
use crate::network::name::{INTERNET_ROUTER, LOCAL, WAN, interface_device, subnet_mark, table_number, to_peer};

/// The routing table of what goes another way than the VPC's own blocks do, which is asked before those.
const BEFORE_LOCAL: u32 = 0x8000_0000;

pub(super) fn lower(table: &Table) -> Vec<Placed> {
    let number = table_number(&table.id);
    let mut objects = vec![asked(300, number, number)];
    objects.extend(table.routes.iter().map(|(dst, hop)| route(number, *dst, hop)));
    if !table.within.is_empty() {
        let before = number | BEFORE_LOCAL;
        objects.push(asked(150, number, before));
        objects.extend(table.within.iter().map(|(dst, hop)| route(before, *dst, hop)));
        objects.extend(table.subnets.iter().flat_map(|subnet| [apart(*subnet), asked(150, subnet_mark(*subnet), before)]));
        objects.extend(table.subnets.iter().flat_map(|subnet| own(*subnet, before)));
    }
    in_namespace(table.vpc.as_str(), objects)
}

/// What has a mark asks a routing table.
pub(super) fn asked(priority: u32, mark: u32, table: u32) -> Object {
    Object::Rule(Rule { fwmark: Some(mark), ..Rule::of_all(priority, table) })
}

/// What stays in a subnet comes before what tables say.
fn apart(subnet: Ipv4Net) -> Object {
    Object::Rule(Rule { to: Some(subnet), fwmark: Some(subnet_mark(subnet)), ..Rule::of_all(140, LOCAL) })
}

/// The same for what the router's own sockets send from the subnet's addresses.
fn own(subnet: Ipv4Net, table: u32) -> [Object; 2] {
    let rule = |priority, to, table| {
        Object::Rule(Rule { iif: Some("lo".into()), from: Some(subnet), to, ..Rule::of_all(priority, table) })
    };
    [rule(140, Some(subnet), LOCAL), rule(150, None, table)]
}

fn route(number: u32, dst: Ipv4Net, hop: &Hop) -> Object {
    match hop {
        Hop::Internet(realm) => via(number, dst, WAN, INTERNET_ROUTER, some(*realm)),
        Hop::Peer(router, address, realm) => via(number, dst, &to_peer(*router), *address, some(*realm)),
        Hop::Interface(id, address) => via(number, dst, &interface_device(id), *address, None),
        // What the router has sockets for is delivered here, to those whose table says so and to nobody else.
        Hop::Endpoint(_) => delivered(number, dst),
        Hop::Checked(_) | Hop::Drop => Object::Route(Route { table: number, dst, metric: 0, kind: RouteKind::Blackhole }),
    }
}

/// The realm of a NAT gateway; none for routes that keep the source.
fn some(realm: u16) -> Option<u16> {
    (realm != 0).then_some(realm)
}
