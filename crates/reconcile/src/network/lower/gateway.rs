//! The ways to the internet: the link of a gateway, and the translation of public addresses and NAT gateways.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use kernel::nft::{Data, Value, Verdict};
use kernel::{Link, LinkKind, Object, Route, RouteKind};
use plan::{Gateway, Nat, Passage, PublicAddress};
use resource::FrontDoor;

use super::router::ROUTER_SETTINGS;
use super::{held_address, in_namespace, link_end, neighbour, own_address, sysctl};
use crate::network::ledger::Placed;
use crate::network::name::{INTERNET, INTERNET_HOST, INTERNET_RESOLVER, INTERNET_ROUTER, WAN, table_number, to_vpc};
use crate::network::ruleset::{FROM_INTERNET, TO_INTERNET, device, element, inwards, set, verdict};

/// AWS's MTU towards the internet.
const MTU: u32 = 1500;
/// The internet's own routing table.
const MAIN: u32 = 254;

pub(super) fn lower(gateway: &Gateway) -> Vec<Placed> {
    let near = link_end(WAN, &format!("{WAN}{}", gateway.router), MTU);
    let far = link_end(&to_vpc(gateway.router), &to_vpc(gateway.router), MTU);
    let way_back = neighbour(&far.name, gateway.fabric, &near);
    let objects = [
        inwards(),
        neighbour(WAN, INTERNET_ROUTER, &far),
        Object::Link(Link { end: near, kind: LinkKind::Veth { namespace: INTERNET.into(), peer: far } }),
        verdict(set::EDGES, vec![device(WAN)], Verdict::Goto(FROM_INTERNET.into())),
        verdict(set::EXITS, vec![device(WAN)], Verdict::Goto(TO_INTERNET.into())),
    ];
    let mut placed = in_namespace(gateway.vpc.as_str(), objects);
    placed.extend(in_namespace(INTERNET, [way_back]));
    placed.extend(internet());
    placed
}

/// What the internet is, while any gateway leads to it.
fn internet() -> Vec<Placed> {
    let settings = ROUTER_SETTINGS.iter().map(|(path, value)| sysctl(*path, value));
    let addresses = [INTERNET_ROUTER, INTERNET_HOST, INTERNET_RESOLVER];
    let doors = FrontDoor::all().map(|door| held_address(door.address()));
    in_namespace(INTERNET, settings.chain(addresses.map(own_address)).chain(doors))
}

pub(super) fn lower_address(address: &PublicAddress) -> Vec<Placed> {
    let pair = |map, from, to| element(map, vec![Value::Addr(from)], Data::Values(vec![Value::Addr(to)]));
    let (inwards, outwards) = if address.held { (set::HELD_IN, set::HELD_OUT) } else { (set::PUBLIC_IN, set::PUBLIC_OUT) };
    let objects =
        [pair(inwards, address.public, address.private), pair(outwards, address.private, address.public), public(address.public)];
    let blocked = match address.passage {
        Passage::Open => None,
        Passage::Out => Some(set::OUT_ONLY),
        Passage::Shut => Some(set::SHUT),
    };
    let named = (!address.held).then(|| element(set::NAMED, vec![Value::Addr(address.private)], Data::None));
    let known_as = || [address.public].into_iter().chain((!address.held).then_some(address.private));
    let blocked = blocked.into_iter().flat_map(|set| known_as().map(|by| element(set, vec![Value::Addr(by)], Data::None)));
    let mark = |table| Data::Values(vec![Value::Mark(table_number(table))]);
    let by_table = address.table.iter().map(|table| element(set::EDGE, vec![Value::Addr(address.private)], mark(table)));
    let mut placed = in_namespace(address.vpc.as_str(), objects.into_iter().chain(named).chain(blocked).chain(by_table));
    let kind = RouteKind::Unicast {
        dev: to_vpc(address.router),
        via: Some(address.fabric),
        onlink: true,
        src: Some(INTERNET_HOST),
        realm: None,
    };
    let route = Route { table: MAIN, dst: Ipv4Net::from(address.public), metric: 0, kind };
    placed.extend(in_namespace(INTERNET, [Object::Route(route)]));
    placed
}

pub(super) fn lower_nat(nat: &Nat) -> Vec<Placed> {
    let source = |map, address| element(map, vec![Value::Mark(nat.realm.into())], Data::Values(vec![Value::Addr(address)]));
    let outside = nat.public.into_iter().flat_map(|address| [source(set::NAT_OUT, address), public(address)]);
    in_namespace(nat.vpc.as_str(), outside.chain([source(set::NAT_WITHIN, nat.private)]))
}

/// A public address of the VPC. When it is one no more, flows that were given it end as well.
fn public(address: Ipv4Addr) -> Object {
    element(set::PUBLIC, vec![Value::Addr(address)], Data::None)
}
