//! A route table: a routing table of the router, asked for packets that carry its mark.

use kernel::{Object, Route, RouteKind, Rule};
use plan::{Hop, Table};
use resource::router_address;

use super::{in_namespace, via};
use crate::network::ledger::Placed;
use crate::network::name::{WAN, interface_device, table_number};

pub(super) fn lower(table: &Table) -> Vec<Placed> {
    let number = table_number(&table.id);
    let mut objects = vec![Object::Rule(Rule { priority: 300, iif: None, from: None, to: None, fwmark: Some(number), table: number })];
    objects.extend(table.routes.iter().map(|(dst, hop)| match hop {
        Hop::Internet(realm) => {
            let internet = router_address(0).expect("the internet's router is number 0");
            via(number, *dst, WAN, internet, (*realm != 0).then_some(*realm))
        }
        Hop::Interface(id, address) => via(number, *dst, &interface_device(id), *address, None),
        Hop::Drop => Object::Route(Route { table: number, dst: *dst, metric: 0, kind: RouteKind::Blackhole }),
    }));
    in_namespace(table.vpc.as_str(), objects)
}
