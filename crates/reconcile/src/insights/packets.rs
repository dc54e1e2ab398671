//! The packets that a path is about. Of a range of ports, one stands for all that no rule and no listener tells apart.

use std::collections::BTreeSet;

use resource::{FrontDoor, InsightsPath, Listener, NetworkAcl, SecurityGroup, Traffic};
use store::Snapshot;

/// A packet, by its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// Where it goes.
    pub port: u16,
    /// Where it comes from, where that is known.
    pub from_ports: Option<(u16, u16)>,
}

/// All packets of a path that may fare differently.
pub(super) fn of(world: &Snapshot, path: &InsightsPath) -> Vec<Sent> {
    let filters = || path.at_source.iter().chain(&path.at_destination);
    let to = match (path.port, path.at_source.as_ref().and_then(|filter| filter.to_ports)) {
        (Some(port), _) => BTreeSet::from([port]),
        (None, range) => told_apart(range.unwrap_or((0, u16::MAX)), edges(world)),
    };
    let from: Vec<Option<(u16, u16)>> = match filters().find_map(|filter| filter.from_ports) {
        None => vec![None],
        Some(range) => told_apart(range, acl_edges(world)).into_iter().map(|port| Some((port, port))).collect(),
    };
    to.iter().flat_map(|port| from.iter().map(|from_ports| Sent { port: *port, from_ports: *from_ports })).collect()
}

/// The first port of a range, and each in it at which something begins or has just ended.
fn told_apart((low, high): (u16, u16), edges: impl Iterator<Item = u16>) -> BTreeSet<u16> {
    edges.filter(|edge| (low..=high).contains(edge)).chain([low]).collect()
}

fn edges(world: &Snapshot) -> impl Iterator<Item = u16> + '_ {
    let groups = world
        .all::<SecurityGroup>()
        .flat_map(|group| group.rules.iter().flat_map(|rule| of_traffic(rule.traffic)).collect::<Vec<_>>());
    let listeners = world.all::<Listener>().flat_map(|listener| around(listener.port, listener.port));
    let doors = FrontDoor::all().flat_map(|door| door.ports().iter().flat_map(|port| around(*port, *port)));
    groups.chain(listeners).chain(doors).chain(around(53, 53)).chain(acl_edges(world))
}

fn acl_edges(world: &Snapshot) -> impl Iterator<Item = u16> + '_ {
    world.all::<NetworkAcl>().flat_map(|acl| acl.entries.iter().flat_map(|entry| of_traffic(entry.traffic)).collect::<Vec<_>>())
}

fn of_traffic(traffic: Traffic) -> impl Iterator<Item = u16> {
    let range = match traffic {
        Traffic::Tcp(from, to) | Traffic::Udp(from, to) => Some((from, to)),
        _ => None,
    };
    range.into_iter().flat_map(|(from, to)| around(from, to))
}

/// Where a range begins, and what comes after it.
fn around(from: u16, to: u16) -> impl Iterator<Item = u16> {
    std::iter::once(from).chain(to.checked_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_tried_where_something_changes_in_it() {
        let tried = |range| told_apart(range, around(443, 443).chain(around(8000, 8080))).into_iter().collect::<Vec<_>>();
        assert_eq!(tried((80, 80)), [80]);
        assert_eq!(tried((80, 500)), [80, 443, 444]);
        assert_eq!(tried((8010, u16::MAX)), [8010, 8081]);
    }
}
