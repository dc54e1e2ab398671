//! An endpoint's kernel path: in the consumer's router its address becomes a node's fabric address, with the endpoint's own
//! pool as source; the provider's router has a way back to the pool. Nothing leads the other way.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use kernel::nft::{Data, Field, Value, Verdict};
use kernel::{Link, LinkEnd, LinkKind, Object};
use plan::{Behind, Endpoint, Leg};
use resource::{Transport, VpcId};

use super::group::accepting;
use super::{in_namespace, link_end, neighbour, via};
use crate::network::ledger::Placed;
use crate::network::name::{FABRIC, INTERNET_ROUTER, to_consumer, to_provider};
use crate::network::ruleset::{
    self, FROM_CONSUMER, FROM_SERVICE, TO_SERVICE, chain, device, drop_if, element, resets, set, verdict,
};

/// AWS's MTU through an endpoint.
const MTU: u32 = 8500;

pub(super) fn lower(endpoint: &Endpoint) -> Vec<Placed> {
    let mut placed = in_namespace(endpoint.vpc.as_str(), consumer(endpoint));
    for to in providers(endpoint) {
        placed.extend(in_namespace(to.vpc.as_str(), provider(endpoint, &to)));
    }
    placed
}

/// A router that an endpoint leads to.
#[derive(Clone, Copy)]
struct Provider<'a> {
    vpc: &'a VpcId,
    router: (u32, Ipv4Addr),
}

impl<'a> Provider<'a> {
    fn of(behind: &'a Behind) -> Self {
        Self { vpc: &behind.vpc, router: behind.router }
    }
}

/// The routers of all balancers behind it.
fn providers(endpoint: &Endpoint) -> impl Iterator<Item = Provider<'_>> {
    let routers: BTreeMap<u32, Provider<'_>> = endpoint.behind.iter().map(|b| (b.router.0, Provider::of(b))).collect();
    routers.into_values()
}

fn consumer(endpoint: &Endpoint) -> Vec<Object> {
    let mut objects = Vec::new();
    for to in providers(endpoint) {
        let near = to_provider(to.router.0);
        objects.extend([
            link(endpoint, &to),
            neighbour(&near, across(endpoint, &to, to.router), &ends(endpoint, &to).1),
            verdict(set::EDGES, vec![device(&near)], Verdict::Goto(FROM_SERVICE.into())),
            verdict(set::EXITS, vec![device(&near)], Verdict::Goto(TO_SERVICE.into())),
        ]);
        objects.extend(shortcut(endpoint, &to, near));
    }
    for leg in &endpoint.legs {
        let Some(to) = endpoint.behind(leg).map(Provider::of) else { continue };
        let near = to_provider(to.router.0);
        objects.push(via(FABRIC, Ipv4Net::from(leg.node), &near, across(endpoint, &to, to.router), None));
        objects.push(resets(leg.address));
        objects.push(element(set::POOL_OF, vec![Value::Addr(leg.address)], Data::Pool(leg.pool.network(), leg.pool.broadcast())));
        if endpoint.open {
            objects.push(element(set::OPEN, vec![Value::Addr(leg.address)], Data::None));
            let behind = endpoint.behind(leg).into_iter();
            let carried = behind.flat_map(|behind| behind.ports.iter().filter(|(_, port)| !behind.sockets.contains(port)));
            objects.extend(carried.map(|(transport, port)| forward(leg, *transport, *port)));
        }
    }
    objects.extend(screen(endpoint));
    objects
}

fn forward(leg: &Leg, transport: Transport, port: u16) -> Object {
    let key = vec![Value::Addr(leg.address), Value::Proto(transport.number()), Value::Port(port)];
    element(set::FORWARD, key, Data::Values(vec![Value::Addr(leg.node)]))
}

/// What the balancers' own groups let in, each at the legs that lead to it.
fn screen(endpoint: &Endpoint) -> Vec<Object> {
    let screens = endpoint.behind.iter().enumerate();
    let screened = screens.filter_map(|(n, behind)| {
        let name = if n == 0 { format!("screen-{}", endpoint.id) } else { format!("screen-{}-{n}", endpoint.id) };
        let mut rules = accepting(behind.screen.as_ref()?, &Field::Saddr);
        rules.push(drop_if(vec![]));
        let legs = endpoint.legs.iter().filter(|leg| leg.balancer == behind.balancer);
        let entered = legs.map(|leg| verdict(set::SCREENED, vec![Value::Addr(leg.address)], Verdict::Goto(name.clone())));
        Some(entered.chain([ruleset::screen(), Object::Chain(chain(&name, rules))]).collect::<Vec<_>>())
    });
    screened.flatten().collect()
}

fn provider(endpoint: &Endpoint, to: &Provider<'_>) -> Vec<Object> {
    let near = to_consumer(endpoint.consumer.0);
    let back = across(endpoint, to, endpoint.consumer);
    let mut objects = vec![
        neighbour(&near, back, &ends(endpoint, to).0),
        verdict(set::EDGES, vec![device(&near)], Verdict::Goto(FROM_CONSUMER.into())),
        verdict(set::EXITS, vec![device(&near)], Verdict::Accept),
    ];
    objects.extend(shortcut(endpoint, to, near.clone()));
    let leads = |leg: &&Leg| endpoint.behind(leg).is_some_and(|behind| behind.router.0 == to.router.0);
    objects.extend(endpoint.legs.iter().filter(leads).map(|leg| via(FABRIC, leg.pool, &near, back, None)));
    objects
}

/// The kernel knows no shortcut through a loop.
fn shortcut(endpoint: &Endpoint, to: &Provider<'_>, device: String) -> Option<Object> {
    (endpoint.consumer != to.router).then_some(Object::Shortcut(device))
}

/// The router at the other end of the link. In a loop that is the router itself, and the kernel takes no route through an
/// address of its own: the number that no VPC's router has stands for it.
fn across(endpoint: &Endpoint, to: &Provider<'_>, router: (u32, Ipv4Addr)) -> Ipv4Addr {
    if endpoint.consumer == to.router { INTERNET_ROUTER } else { router.1 }
}

/// The link between the two routers, shared by all endpoints between them. Within one VPC it is a loop.
fn link(endpoint: &Endpoint, to: &Provider<'_>) -> Object {
    let (near, far) = ends(endpoint, to);
    Object::Link(Link { end: near, kind: LinkKind::Veth { namespace: to.vpc.to_string(), peer: far } })
}

/// The consumer's and the provider's end.
fn ends(endpoint: &Endpoint, to: &Provider<'_>) -> (LinkEnd, LinkEnd) {
    let seed = format!("{}-{}", endpoint.consumer.0, to.router.0);
    let near = link_end(&to_provider(to.router.0), &format!("near-{seed}"), MTU);
    let far = link_end(&to_consumer(endpoint.consumer.0), &format!("far-{seed}"), MTU);
    (near, far)
}
