//! Flows of datagrams to targets that have left: nobody can be told of their end, so the router forgets them, and the next
//! datagram goes to another target.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddrV4;

use plan::{Balancer, Item};
use resource::Transport;

use super::lower::entries;

/// For each place where a balancer takes datagrams and ends flows: the targets to which they may go on.
type Kept = BTreeMap<SocketAddrV4, BTreeSet<SocketAddrV4>>;

/// The places where some may not go on any more, now that the item is `after`; all of them when it is not known what was before.
pub(super) fn parted(before: Option<&Item>, after: &Balancer) -> Kept {
    let before = match before {
        Some(Item::Balancer(before)) => Some(kept(before)),
        _ => None,
    };
    let lost = |at: &SocketAddrV4, now: &BTreeSet<SocketAddrV4>| {
        before.as_ref().and_then(|before| before.get(at)).is_none_or(|then| !then.is_subset(now))
    };
    kept(after).into_iter().filter(|(at, now)| lost(at, now)).collect()
}

fn kept(balancer: &Balancer) -> Kept {
    let ports = balancer.nodes.iter().flat_map(|node| node.ports.iter().map(move |port| (node, port)));
    let ports = ports.filter(|(_, port)| port.transport == Transport::Udp);
    let places = ports.filter_map(|(node, port)| {
        let targets: BTreeSet<_> = port.kept.as_ref()?.iter().map(|flow| SocketAddrV4::new(flow.address, flow.port)).collect();
        Some(entries(node).map(move |address| (SocketAddrV4::new(address, port.port), targets.clone())))
    });
    places.flatten().collect()
}

#[cfg(test)]
mod tests {
    use plan::{Flow, Node, Port};

    use super::*;

    fn balancer(kept: Option<&[[u8; 4]]>, transport: Transport) -> Balancer {
        let flow = |address: &[u8; 4]| Flow { address: (*address).into(), port: 53 };
        let port = Port {
            port: 53,
            listener: "listener".into(),
            transport,
            preserve_client: true,
            sticky: false,
            sockets: false,
            idle: None,
            targets: Vec::new(),
            cut: Vec::new(),
            kept: kept.map(|kept| kept.iter().map(flow).collect()),
        };
        let node = Node {
            interface: resource::InterfaceId::random(),
            zone: "us-east-1a".into(),
            address: [10, 0, 0, 9].into(),
            further: Vec::new(),
            fabric: [248, 0, 0, 1].into(),
            public: None,
            ports: vec![port],
        };
        Balancer { arn: "arn".into(), vpc: resource::VpcId::random(), nodes: vec![node] }
    }

    #[test]
    fn only_a_target_that_left_parts_flows_of_datagrams() {
        let (one, two) = ([10, 0, 0, 1], [10, 0, 0, 2]);
        let both = balancer(Some(&[one, two]), Transport::Udp);
        let first = Item::Balancer(balancer(Some(&[one]), Transport::Udp));
        assert_eq!(parted(Some(&first), &both).len(), 0, "one came");
        let left = parted(Some(&Item::Balancer(both)), &balancer(Some(&[one]), Transport::Udp));
        assert_eq!(left.keys().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.9:53", "248.0.0.1:53"]);
        assert!(left.values().all(|kept| kept.iter().map(ToString::to_string).eq(["10.0.0.1:53"])));
        assert_eq!(parted(None, &balancer(Some(&[one]), Transport::Udp)).len(), 2, "after a start nothing is known");
        assert_eq!(parted(None, &balancer(None, Transport::Udp)).len(), 0);
        assert_eq!(parted(None, &balancer(Some(&[]), Transport::Tcp)).len(), 0, "connections get a reset");
    }
}
