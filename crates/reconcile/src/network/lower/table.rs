//! A route table: a routing table of the router, asked for packets that carry its mark.

use kernel::{Object, Route, RouteKind, Rule};
use plan::{Hop, Table};

use super::{in_namespace, via};
use crate::network::ledger::Placed;
use crate::network::name::{INTERNET_ROUTER, WAN, interface_device, table_number, to_peer};

pub(super) fn lower(table: &Table) -> Vec<Placed> {
    let number = table_number(&table.id);
    let mut objects =
        vec![Object::Rule(Rule { priority: 300, iif: None, from: None, to: None, fwmark: Some(number), table: number })];
    objects.extend(table.routes.iter().map(|(dst, hop)| match hop {
        Hop::Internet(realm) => via(number, *dst, WAN, INTERNET_ROUTER, some(*realm)),
        Hop::Peer(router, address, realm) => via(number, *dst, &to_peer(*router), *address, some(*realm)),
        Hop::Interface(id, address) => via(number, *dst, &interface_device(id), *address, None),
        // What the router has sockets for is delivered here, to those whose table says so and to nobody else.
        Hop::Endpoint(_) => {
            Object::Route(Route { table: number, dst: *dst, metric: 0, kind: RouteKind::Local { dev: "lo".into() } })
        }
        Hop::Checked(_) | Hop::Drop => Object::Route(Route { table: number, dst: *dst, metric: 0, kind: RouteKind::Blackhole }),
    }));
    in_namespace(table.vpc.as_str(), objects)
}

/// The realm of a NAT gateway; none for routes that keep the source.
fn some(realm: u16) -> Option<u16> {
    (realm != 0).then_some(realm)
}
