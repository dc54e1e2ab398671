//! A balancer's nodes: for each port a chain that spreads flows over the targets by their hash; conntrack pins each flow.

use kernel::Object;
use kernel::nft::{Action, Data, Field, Gives, Nat, Rule, SetData, Type, Value, Verdict};
use plan::{Balancer, Flow, Node, Port};
use std::net::Ipv4Addr;

use super::in_namespace;
use crate::network::ledger::Placed;
use crate::network::ruleset::{chain, element, hashed, set, verdict};

pub(super) fn lower(balancer: &Balancer) -> Vec<Placed> {
    let ports = balancer.nodes.iter().flat_map(|node| node.ports.iter().map(move |port| (node, port)));
    let carried = ports.filter(|(_, port)| !port.targets.is_empty() && !port.sockets);
    in_namespace(balancer.vpc.as_str(), carried.flat_map(|(node, port)| listen(node, port)))
}

fn listen(node: &Node, port: &Port) -> Vec<Object> {
    let name = format!("{}-{}-{}", node.interface, port.transport.as_str(), port.port);
    let map = format!("{name}-targets");
    let mut objects = spread(&name, &map, &port.targets);
    for address in entries(node) {
        let key = vec![Value::Addr(address), Value::Proto(port.transport.number()), Value::Port(port.port)];
        objects.push(verdict(set::SERVICES, key, Verdict::Goto(name.clone())));
        if address == node.fabric || !port.preserve_client {
            let key = vec![Value::Addr(address), Value::Port(port.port)];
            objects.push(element(set::NODE_OF, key, Data::Values(vec![Value::Addr(node.address)])));
        }
    }
    objects
}

/// The addresses that flows for a node come to.
fn entries(node: &Node) -> impl Iterator<Item = Ipv4Addr> {
    [node.address, node.fabric].into_iter().chain(node.public)
}

fn spread(name: &str, map: &str, targets: &[Flow]) -> Vec<Object> {
    let modulus = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    let hash = Field::Hash { over: vec![Field::Saddr, Field::ThSport], modulus, seed: 0 };
    let pick = Rule::new([], [Action::Dnat(Nat::by_map([hash], map, Gives::AddrPort))]);
    let mut objects = vec![
        Object::Set(hashed(map, &[Type::Mark], SetData::Values(vec![Type::Addr, Type::Port]))),
        Object::Chain(chain(name, vec![pick])),
    ];
    objects.extend((0u32..).zip(targets).map(|(n, target)| {
        element(map, vec![Value::Mark(n)], Data::Values(vec![Value::Addr(target.address), Value::Port(target.port)]))
    }));
    objects
}
