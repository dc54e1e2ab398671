//! A route table: a routing table of the router, asked for packets that carry its mark.

use kernel::{Object, Route, RouteKind, Rule};
use plan::{Hop, Table};

use super::{in_namespace, via};
use crate::network::ledger::Placed;
use crate::network::name::{INTERNET_ROUTER, WAN, interface_device, table_number};

pub(super) fn lower(table: &Table) -> Vec<Placed> {
    let number = table_number(&table.id);
    let mut objects =
        vec![Object::Rule(Rule { priority: 300, iif: None, from: None, to: None, fwmark: Some(number), table: number })];
    objects.extend(table.routes.iter().map(|(dst, hop)| match hop {
        Hop::Internet(realm) => via(number, *dst, WAN, INTERNET_ROUTER, (*realm != 0).then_some(*realm)),
        Hop::Interface(id, address) => via(number, *dst, &interface_device(id), *address, None),
        // What the router has sockets for is delivered here, to those whose table says so and to nobody else.
        Hop::Endpoint(_) => {
            Object::Route(Route { table: number, dst: *dst, metric: 0, kind: RouteKind::Local { dev: "lo".into() } })
        }
        Hop::Checked(_) | Hop::Drop => Object::Route(Route { table: number, dst: *dst, metric: 0, kind: RouteKind::Blackhole }),
    }));
    in_namespace(table.vpc.as_str(), objects)
}
