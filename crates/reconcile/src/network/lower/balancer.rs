//! A balancer's nodes: for each port a chain that spreads flows over the targets by their hash; conntrack pins each flow.

use kernel::Object;
use kernel::nft::{Action, Data, Field, Gives, Nat, Rule, SetData, Timeout, Type, Value, Verdict};
use plan::{Balancer, Flow, Node, Port};
use resource::Transport;
use std::net::Ipv4Addr;

use super::in_namespace;
use crate::TimeScale;
use crate::network::ledger::Placed;
use crate::network::name::TABLE;
use crate::network::ruleset::{self, SOURCES, chain, element, hashed, resets, set, verdict};

pub(super) fn lower(balancer: &Balancer, scale: TimeScale) -> Vec<Placed> {
    let ports = balancer.nodes.iter().flat_map(|node| node.ports.iter().map(move |port| (node, port)));
    let carried = ports.clone().filter(|(_, port)| !port.targets.is_empty() && !port.sockets);
    // Also where nobody is left to send new flows to.
    let streams = ports.filter(|(_, port)| !port.sockets && port.transport == Transport::Tcp);
    let ended = streams.flat_map(|(node, port)| entries(node).flat_map(|address| ended(address, port)).collect::<Vec<_>>());
    let held = balancer.nodes.iter().flat_map(|node| entries(node).chain(node.further.iter().copied()).map(resets));
    in_namespace(balancer.vpc.as_str(), carried.flat_map(|(node, port)| listen(node, port, scale)).chain(ended).chain(held))
}

fn listen(node: &Node, port: &Port, scale: TimeScale) -> Vec<Object> {
    let name = format!("{}-{}-{}", node.interface, port.transport.as_str(), port.port);
    let map = format!("{name}-targets");
    let idle = port.idle.map(|seconds| forgotten_after(scale.seconds(seconds.into())));
    let mut objects = spread(&name, &map, port, idle.as_ref());
    for address in entries(node) {
        let key = vec![Value::Addr(address), Value::Proto(port.transport.number()), Value::Port(port.port)];
        objects.push(verdict(set::SERVICES, key, Verdict::Goto(name.clone())));
        if address == node.fabric || !port.preserve_client {
            let key = vec![Value::Addr(address), Value::Port(port.port)];
            objects.push(element(set::NODE_OF, key, Data::Values(vec![Value::Addr(node.address)])));
            objects.extend(sources(node, address, port.port));
        }
    }
    objects
}

/// From which of a node's addresses its flows go on to their targets, by their hash, when it has several.
fn sources(node: &Node, entry: Ipv4Addr, port: u16) -> Vec<Object> {
    let several = if node.further.is_empty() { 0 } else { SOURCES };
    let all = std::iter::once(node.address).chain(node.further.iter().copied()).cycle();
    let source = |(n, source)| {
        let key = vec![Value::Addr(entry), Value::Port(port), Value::Mark(n)];
        element(set::SOURCE_OF, key, Data::Values(vec![Value::Addr(source)]))
    };
    (0..several).zip(all).map(source).collect()
}

/// The addresses that flows for a node come to.
pub(in crate::network) fn entries(node: &Node) -> impl Iterator<Item = Ipv4Addr> {
    [node.address, node.fabric].into_iter().chain(node.public)
}

/// Which connections of a port are ended, by the target that they go to.
fn ended(entry: Ipv4Addr, port: &Port) -> Vec<Object> {
    let here = || vec![Value::Addr(entry), Value::Port(port.port)];
    let to = |set: &'static str| {
        move |flow: &Flow| element(set, [here(), vec![Value::Addr(flow.address), Value::Port(flow.port)]].concat(), Data::None)
    };
    let mut objects: Vec<Object> = port.cut.iter().map(to(set::CUT)).collect();
    if let Some(kept) = &port.kept {
        objects.push(element(set::CLOSING, here(), Data::None));
        objects.extend(kept.iter().map(to(set::KEPT)));
    }
    if !objects.is_empty() {
        objects.push(ruleset::ended());
    }
    objects
}

/// How long the router remembers an idle connection of a port that has a time of its own. The kernel does not change such an
/// object, so that its name says what it is.
fn forgotten_after(seconds: u64) -> Timeout {
    let established = u32::try_from(seconds).unwrap_or(u32::MAX);
    Timeout { table: TABLE.into(), name: format!("idle-{established}"), established }
}

/// The destination of a port's flows is fixed here, so that source and source port make the five-tuple.
fn spread(name: &str, map: &str, port: &Port, idle: Option<&Timeout>) -> Vec<Object> {
    let targets = &port.targets;
    let modulus = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    let over = if port.sticky { vec![Field::Saddr] } else { vec![Field::Saddr, Field::ThSport] };
    let hash = Field::Hash { over, modulus, seed: 0 };
    let remember = idle.map(|timeout| Rule::new([], [Action::Timeout(timeout.name.clone())]));
    let pick = Rule::new([], [Action::Dnat(Nat::by_map([hash], map, Gives::AddrPort))]);
    let mut objects = vec![
        Object::Set(hashed(map, &[Type::Mark], SetData::Values(vec![Type::Addr, Type::Port]))),
        Object::Chain(chain(name, remember.into_iter().chain([pick]).collect())),
    ];
    objects.extend(idle.cloned().map(Object::Timeout));
    objects.extend((0u32..).zip(targets).map(|(n, target)| {
        element(map, vec![Value::Mark(n)], Data::Values(vec![Value::Addr(target.address), Value::Port(target.port)]))
    }));
    objects
}
