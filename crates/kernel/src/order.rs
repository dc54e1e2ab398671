//! The order in which changes work: dependents go before what they depend on, and come after it; filters are in force
//! before links appear.

use crate::diff::device_of_sysctl;
use crate::object::{Change, Key, Object};

/// A group of changes that are made together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Rules, routes, neighbours and addresses go.
    Unroute,
    /// Links go.
    Unlink,
    /// nftables, as one transaction.
    Filter,
    /// Settings that belong to no device.
    Set,
    /// Links come or change.
    Link,
    /// Settings of devices.
    SetDevice,
    /// Shortcuts come or go.
    Shorten,
    /// Addresses, neighbours, routes and rules come or change.
    Route,
}

/// The changes in an order that works. Changes of one rank keep the order given.
pub(crate) fn in_order(changes: &[Change]) -> Vec<&Change> {
    let mut ordered: Vec<&Change> = changes.iter().collect();
    ordered.sort_by_key(|change| rank(change));
    ordered
}

/// The group to which a change belongs.
pub(crate) fn stage(change: &Change) -> Stage {
    rank(change).0
}

fn rank(change: &Change) -> (Stage, u8) {
    match change {
        Change::Remove(key) => match key {
            Key::Rule(_) => (Stage::Unroute, 0),
            Key::Route(..) => (Stage::Unroute, 1),
            Key::Neighbour(..) | Key::Address(..) => (Stage::Unroute, 2),
            Key::Link(_) => (Stage::Unlink, 0),
            Key::Sysctl(_) => (Stage::Set, 0),
            Key::Shortcut(_) => (Stage::Shorten, 0),
            Key::Element(..) => (Stage::Filter, 0),
            Key::Set(..) => (Stage::Filter, 1),
            Key::Chain(..) => (Stage::Filter, 2),
            Key::Timeout(..) => (Stage::Filter, 3),
            Key::Table(_) => (Stage::Filter, 4),
        },
        Change::Add(object) | Change::Replace(object) => match object {
            Object::Table(_) => (Stage::Filter, 10),
            Object::Set(_) | Object::Timeout(_) => (Stage::Filter, 11),
            Object::Chain(_) => (Stage::Filter, 12),
            Object::Element(_) => (Stage::Filter, 13),
            Object::Sysctl(sysctl) if device_of_sysctl(&sysctl.path).is_none() => (Stage::Set, 0),
            Object::Link(_) => (Stage::Link, 0),
            Object::Sysctl(_) => (Stage::SetDevice, 0),
            Object::Shortcut(_) => (Stage::Shorten, 1),
            Object::Address(_) => (Stage::Route, 0),
            Object::Neighbour(_) => (Stage::Route, 1),
            Object::Route(_) => (Stage::Route, 2),
            Object::Rule(_) => (Stage::Route, 3),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::Table;
    use crate::object::{Address, Link, LinkEnd, LinkKind, Mac, Rule, Sysctl};

    fn end() -> LinkEnd {
        LinkEnd { name: "x".into(), mac: Mac([2, 0, 0, 0, 0, 1]), mtu: 1500, up: true }
    }

    #[test]
    fn filters_are_in_force_before_links_appear_and_addresses_follow_their_links() {
        let net = "10.0.0.1/24".parse().expect("a net");
        let rule = Rule { priority: 1, iif: None, from: None, to: None, fwmark: None, table: 9 };
        let sysctl = |path: &str| Change::Add(Object::Sysctl(Sysctl { path: path.into(), value: "1".into() }));
        let changes = [
            Change::Add(Object::Rule(rule.clone())),
            Change::Add(Object::Address(Address { link: "x".into(), net })),
            sysctl("net/ipv4/conf/x/proxy_arp"),
            Change::Add(Object::Link(Link { end: end(), kind: LinkKind::Veth { namespace: "b".into(), peer: end() } })),
            sysctl("net/ipv4/ip_forward"),
            Change::Add(Object::Table(Table { name: "t".into() })),
            Change::Remove(Key::Link("y".into())),
            Change::Remove(Key::Address("y".into(), net)),
            Change::Remove(Key::Rule(rule)),
        ];
        let shown: Vec<String> = in_order(&changes).iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        remove rule 1: from all lookup 9
        remove address 10.0.0.1/24 dev y
        remove link y
        add table ip t
        add sysctl net/ipv4/ip_forward = 1
        add link x address 02:00:00:00:00:01 mtu 1500 up type veth peer x address 02:00:00:00:00:01 mtu 1500 up netns b
        add sysctl net/ipv4/conf/x/proxy_arp = 1
        add address 10.0.0.1/24 dev x
        add rule 1: from all lookup 9
        ");
        assert!(in_order(&changes).windows(2).all(|pair| stage(pair[0]) <= stage(pair[1])));
    }
}
