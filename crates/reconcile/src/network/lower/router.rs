//! A VPC's router: forwarding, its own addresses, the order in which routing tables are asked, the fixed filter.

use std::net::Ipv4Addr;
use std::time::Duration;

use ipnet::Ipv4Net;
use kernel::nft::{Data, Value, Verdict};
use kernel::{Object, Route, RouteKind, Rule};
use plan::Router;
use resource::DEFAULT_IDLE_SECONDS;

use super::{delivered, in_namespace, on_device, own_address, sysctl};
use crate::TimeScale;
use crate::network::ledger::Placed;
use crate::network::name::{AS_CLIENT, FABRIC, LOCAL, NOWHERE, SOCKETS, TO_SOCKET};
use crate::network::ruleset::{self, FABRIC_NET, element, set, verdict};

/// The resolver of every VPC.
const RESOLVER: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 253);
/// Instance metadata.
const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

/// Settings of every namespace that routes.
pub(super) const ROUTER_SETTINGS: &[(&str, &str)] = &[
    ("net/ipv4/ip_forward", "1"),
    ("net/ipv4/conf/all/rp_filter", "0"),
    // What a node sends comes back from an appliance with the node's address.
    ("net/ipv4/conf/all/accept_local", "1"),
    ("net/ipv4/conf/default/rp_filter", "0"),
    ("net/ipv4/conf/all/send_redirects", "0"),
    ("net/ipv4/conf/default/send_redirects", "0"),
    // Every address of a subnet is answered for by the router, also those that nobody has: packets to them vanish.
    ("net/ipv4/conf/all/proxy_arp", "1"),
    // A socket of the daemon answers by the route table that the router gave its client's first packet, and knows it.
    ("net/ipv4/tcp_fwmark_accept", "1"),
    // A closed flow's ports are free again after as long as the targets of this machine need.
    ("net/netfilter/nf_conntrack_tcp_timeout_time_wait", "5"),
];

/// After so many seconds a flow is forgotten: datagrams that were never answered, those that were, and an idle connection. That
/// is what AWS's balancers, NAT gateways and newer instances do.
fn forgotten(scale: TimeScale) -> [(&'static str, u64); 3] {
    let connections = connections_forgotten(scale).as_secs();
    [("udp_timeout", scale.seconds(30)), ("udp_timeout_stream", scale.seconds(120)), ("tcp_timeout_established", connections)]
}

/// After how long an idle connection is forgotten: never so soon that a socket, which counts in whole seconds, cannot say in
/// time that it is there.
pub(crate) fn connections_forgotten(scale: TimeScale) -> Duration {
    Duration::from_secs(scale.seconds(DEFAULT_IDLE_SECONDS.into()).max(3))
}

/// After how long a flow that takes a shortcut has to be judged again, so that the kernel forgets none that goes on.
pub fn judged_again(scale: TimeScale) -> Duration {
    Duration::from_secs(forgotten(scale).map(|(_, seconds)| seconds).into_iter().min().unwrap_or(1)) / 8
}

pub(super) fn lower(router: &Router, scale: TimeScale) -> Vec<Placed> {
    let mut objects: Vec<Object> = ROUTER_SETTINGS.iter().map(|(path, value)| sysctl(*path, value)).collect();
    let forgotten = forgotten(scale).into_iter();
    objects.extend(forgotten.map(|(what, seconds)| sysctl(format!("net/netfilter/nf_conntrack_{what}"), &seconds.to_string())));
    // The kernel sees one in many packets of a flow that takes a shortcut: numbers that it did not expect are no reason to
    // drop the next one.
    objects.push(sysctl("net/netfilter/nf_conntrack_tcp_be_liberal", "1"));
    // What belongs to no connection any more begins none.
    objects.push(sysctl("net/netfilter/nf_conntrack_tcp_loose", "0"));
    objects.extend(ruleset::objects());
    objects.extend(asking_order());
    objects.push(delivered(SOCKETS, Default::default()));
    objects.push(Object::Route(Route { table: NOWHERE, dst: Default::default(), metric: 0, kind: RouteKind::Blackhole }));
    objects.extend(router.cidrs.iter().map(|cidr| on_device(LOCAL, *cidr, "lo")));
    objects.extend(router.gateways.iter().map(|address| own_address(*address)));
    objects.push(own_address(router.fabric));
    let resolver = router.resolver.map(|address| [address, RESOLVER]);
    for address in resolver.into_iter().flatten().chain([METADATA]) {
        objects.push(own_address(address));
        objects.push(element(set::AMAZON, vec![Value::Addr(address)], Data::None));
        objects.push(verdict(set::HOME, vec![Value::Addr(address)], Verdict::Accept));
        objects.push(straight(address));
    }
    in_namespace(router.vpc.as_str(), objects)
}

/// What Amazon's sockets answer asks no route table: not even one that leads packets for the VPC's own blocks elsewhere.
fn straight(address: Ipv4Addr) -> Object {
    let (iif, from) = (Some("lo".into()), Some(Ipv4Net::from(address)));
    Object::Rule(Rule { iif, from, ..Rule::of_all(145, LOCAL) })
}

/// What is for sockets that have others' addresses first, then the fabric, then the VPC's own blocks, then (by mark, see the
/// tables) the sender's route table, then nowhere. Tables that lead packets for those blocks elsewhere come before them, but for
/// what sockets send as their client: it is not from the client's subnet.
fn asking_order() -> impl Iterator<Item = Object> {
    let rule = |priority, to: Option<&str>, fwmark, table| {
        let to = to.map(|net| net.parse().expect("a literal network is well-formed"));
        Object::Rule(Rule { to, fwmark, ..Rule::of_all(priority, table) })
    };
    let first = [rule(50, None, Some(TO_SOCKET), SOCKETS), rule(100, Some(FABRIC_NET), None, FABRIC)];
    let straight = rule(145, None, Some(AS_CLIENT), LOCAL);
    first.into_iter().chain([straight, rule(200, None, None, LOCAL), rule(400, None, None, NOWHERE)])
}
