//! A peering: a link between two routers. Each takes from it only what comes from the other's blocks and goes to its own, so
//! nothing passes through a VPC to a third, and nobody leaves by another's gateways.

use kernel::nft::{Field, Match, Verdict};
use kernel::{Link, LinkEnd, LinkKind, Object};
use plan::{Peering, PeeringEnd};

use super::{in_namespace, link_end, neighbour};
use crate::network::ledger::Placed;
use crate::network::name::to_peer;
use crate::network::ruleset::{accept_if, chain, device, drop_if, set, verdict, vmap};

/// AWS's MTU between VPCs of one Region.
const JUMBO: u32 = 9001;
/// AWS's MTU between Regions.
const PLAIN: u32 = 1500;

pub(super) fn lower(peering: &Peering) -> Vec<Placed> {
    let (one, two) = (&peering.requester, &peering.accepter);
    let (near, far) = ends(peering);
    let mut placed = in_namespace(one.vpc.as_str(), side(one, two, &near, &far));
    placed.extend(in_namespace(two.vpc.as_str(), side(two, one, &far, &near)));
    let kind = LinkKind::Veth { namespace: two.vpc.to_string(), peer: far };
    placed.extend(in_namespace(one.vpc.as_str(), [Object::Link(Link { end: near, kind })]));
    placed
}

/// The end in the requester's router, and the one in the accepter's.
fn ends(peering: &Peering) -> (LinkEnd, LinkEnd) {
    let (one, two) = (peering.requester.router.0, peering.accepter.router.0);
    let mtu = if peering.regional { JUMBO } else { PLAIN };
    let end = |own: u32, other: u32| link_end(&to_peer(other), &format!("peer-{own}-{other}"), mtu);
    (end(one, two), end(two, one))
}

/// What the router of `own` has for its link to `other`.
fn side(own: &PeeringEnd, other: &PeeringEnd, near: &LinkEnd, far: &LinkEnd) -> Vec<Object> {
    let from = format!("from-{}", near.name);
    let pairs = other.cidrs.iter().flat_map(|source| own.cidrs.iter().map(move |target| (*source, *target)));
    let to_amazon = drop_if(vec![Match::in_set([Field::Daddr], set::AMAZON)]);
    let passing =
        pairs.map(|(source, target)| accept_if(vec![Match::within(Field::Saddr, source), Match::within(Field::Daddr, target)]));
    // What the router's own sockets answer leaves by the table of the address that was asked.
    let home = vmap([Field::Daddr], set::HOME);
    let rules = [home, to_amazon].into_iter().chain(passing).chain([drop_if(vec![])]).collect();
    vec![
        Object::Shortcut(near.name.clone()),
        Object::Chain(chain(&from, rules)),
        neighbour(&near.name, other.router.1, far),
        verdict(set::EDGES, vec![device(&near.name)], Verdict::Goto(from)),
        verdict(set::EXITS, vec![device(&near.name)], Verdict::Accept),
    ]
}
