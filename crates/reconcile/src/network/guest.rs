//! What is somebody else's in a machine: as on AWS nobody touches what a guest does to its own interfaces. What we gave it
//! comes back, as from its DHCP client; what it has besides stays.

use std::collections::{HashMap, HashSet};

use kernel::{Key, Link, LinkKind, Object};

use super::name::is_machine;

/// What was found in a namespace, as far as it is for us to judge.
pub(super) fn ours(namespace: &str, wanted: &[Object], found: Vec<Object>) -> Vec<Object> {
    let links: HashMap<&str, &Link> = wanted.iter().filter_map(link).map(|link| (link.end.name.as_str(), link)).collect();
    let keys: HashSet<Key> = if is_machine(namespace) { wanted.iter().map(Object::key).collect() } else { HashSet::new() };
    let own = |object: &Object| !is_machine(namespace) || !matches!(object, Object::Address(_)) || keys.contains(&object.key());
    let judged =
        |object: Object| match link(&object).and_then(|found| links.get(found.end.name.as_str()).map(|link| (*link, found))) {
            Some((wanted, found)) if is_set_up(wanted, found) => Object::Link(wanted.clone()),
            _ => object,
        };
    found.into_iter().filter(own).map(judged).collect()
}

fn link(object: &Object) -> Option<&Link> {
    match object {
        Object::Link(link) => Some(link),
        _ => None,
    }
}

/// Whether a link into a machine was brought about: the router's end is the last to become what it should be. How the other
/// end is set is the guest's business from then on.
fn is_set_up(wanted: &Link, found: &Link) -> bool {
    let (LinkKind::Veth { namespace, peer }, LinkKind::Veth { namespace: far, peer: guests }) = (&wanted.kind, &found.kind);
    is_machine(namespace) && namespace == far && peer.name == guests.name && wanted.end == found.end
}

#[cfg(test)]
mod tests {
    use kernel::{Address, LinkEnd, Mac};

    use super::*;

    const MACHINE: &str = "i-0123456789abcdef0";

    fn end(name: &str, mtu: u32, up: bool) -> LinkEnd {
        LinkEnd { name: name.into(), mac: Mac::of(name), mtu, up }
    }

    fn link_to(namespace: &str, own: LinkEnd, peer: LinkEnd) -> Object {
        Object::Link(Link { end: own, kind: LinkKind::Veth { namespace: namespace.into(), peer } })
    }

    fn changes(namespace: &str, wanted: &[Object], found: Vec<Object>) -> Vec<String> {
        kernel::diff(wanted, &ours(namespace, wanted, found)).iter().map(ToString::to_string).collect()
    }

    fn address(link: &str, net: &str) -> Object {
        Object::Address(Address { link: link.into(), net: net.parse().expect("a net") })
    }

    #[test]
    fn addresses_of_a_guests_own_stay_and_those_it_was_given_come_back() {
        let wanted = [address("eth0", "10.0.0.4/24")];
        let found = || vec![address("lo", "203.0.115.9/32"), address("eth0", "10.0.0.9/24")];
        assert_eq!(changes(MACHINE, &wanted, found()), ["add address 10.0.0.4/24 dev eth0"]);
        assert_eq!(changes("vpc-1", &wanted, found()).len(), 3, "in a router they are a stranger's");
    }

    #[test]
    fn a_guest_sets_its_end_of_a_link_once_it_has_it() {
        let wanted = |far| link_to(far, end("e1", 9001, true), end("eth0", 9001, true));
        let found = |far, up| link_to(far, end("e1", 9001, up), end("eth0", 1400, false));
        assert_eq!(changes("vpc-1", &[wanted(MACHINE)], vec![found(MACHINE, true)]), [""; 0]);
        assert_eq!(changes("vpc-1", &[wanted(MACHINE)], vec![found(MACHINE, false)]).len(), 1, "made, and not set up yet");
        assert_eq!(changes("vpc-1", &[wanted("vpc-2")], vec![found("vpc-2", true)]).len(), 1, "another router is no guest");
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_made_anew() {
        let wanted = link_to(MACHINE, end("e1", 9001, true), end("eth0", 9001, true));
        let lost = link_to("", end("e1", 9001, true), end("", 0, false));
        assert_eq!(changes("vpc-1", &[wanted], vec![lost]).len(), 1);
    }
}
