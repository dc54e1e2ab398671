//! An endpoint's kernel path: in the consumer's router its address becomes a node's fabric address, with the endpoint's own
//! pool as source; the provider's router has a way back to the pool. Nothing leads the other way.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use kernel::nft::{Data, Field, Value, Verdict};
use kernel::{Link, LinkEnd, LinkKind, Object};
use plan::{Endpoint, Leg};
use resource::Transport;

use super::group::accepting;
use super::{in_namespace, link_end, neighbour, via};
use crate::network::ledger::Placed;
use crate::network::name::{FABRIC, INTERNET_ROUTER, to_consumer, to_provider};
use crate::network::ruleset::{FROM_CONSUMER, FROM_SERVICE, TO_SERVICE, chain, device, drop_if, element, resets, set, verdict};

/// AWS's MTU through an endpoint.
const MTU: u32 = 8500;

pub(super) fn lower(endpoint: &Endpoint) -> Vec<Placed> {
    let mut placed = in_namespace(endpoint.vpc.as_str(), consumer(endpoint));
    placed.extend(in_namespace(endpoint.provider_vpc.as_str(), provider(endpoint)));
    placed
}

fn consumer(endpoint: &Endpoint) -> Vec<Object> {
    let near = to_provider(endpoint.provider.0);
    let mut objects = vec![
        link(endpoint),
        neighbour(&near, across(endpoint, endpoint.provider), &ends(endpoint).1),
        verdict(set::EDGES, vec![device(&near)], Verdict::Goto(FROM_SERVICE.into())),
        verdict(set::EXITS, vec![device(&near)], Verdict::Goto(TO_SERVICE.into())),
    ];
    for leg in &endpoint.legs {
        objects.push(via(FABRIC, Ipv4Net::from(leg.node), &near, across(endpoint, endpoint.provider), None));
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
        Some(entered.chain([Object::Chain(chain(&name, rules))]).collect::<Vec<_>>())
    });
    screened.flatten().collect()
}

fn provider(endpoint: &Endpoint) -> Vec<Object> {
    let near = to_consumer(endpoint.consumer.0);
    let mut objects = vec![
        neighbour(&near, across(endpoint, endpoint.consumer), &ends(endpoint).0),
        verdict(set::EDGES, vec![device(&near)], Verdict::Goto(FROM_CONSUMER.into())),
        verdict(set::EXITS, vec![device(&near)], Verdict::Accept),
    ];
    objects.extend(endpoint.legs.iter().map(|leg| via(FABRIC, leg.pool, &near, across(endpoint, endpoint.consumer), None)));
    objects
}

/// The router at the other end of the link. In a loop that is the router itself, and the kernel takes no route through an
/// address of its own: the number that no VPC's router has stands for it.
fn across(endpoint: &Endpoint, router: (u32, Ipv4Addr)) -> Ipv4Addr {
    if endpoint.consumer == endpoint.provider { INTERNET_ROUTER } else { router.1 }
}

/// The link between the two routers, shared by all endpoints between them. Within one VPC it is a loop.
fn link(endpoint: &Endpoint) -> Object {
    let (near, far) = ends(endpoint);
    Object::Link(Link { end: near, kind: LinkKind::Veth { namespace: endpoint.provider_vpc.to_string(), peer: far } })
}

/// The consumer's and the provider's end.
fn ends(endpoint: &Endpoint) -> (LinkEnd, LinkEnd) {
    let seed = format!("{}-{}", endpoint.consumer.0, endpoint.provider.0);
    let near = link_end(&to_provider(endpoint.provider.0), &format!("near-{seed}"), MTU);
    let far = link_end(&to_consumer(endpoint.consumer.0), &format!("far-{seed}"), MTU);
    (near, far)
}
