//! Compares what is wanted with what is there, and says what to change, purely.

use std::collections::{BTreeMap, BTreeSet};

use crate::nft::{Action, Chain, Mark, Match, Nat, NatTo, Operand, Rules, Verdict};
use crate::object::{Change, Key, LinkKind, Object, RouteKind};

/// The changes that lead from `observed` to `wanted`. Settings are never removed, and what a change would take along
/// (the addresses of a link that must be made anew, the elements of a set) is made again.
pub fn diff(wanted: &[Object], observed: &[Object]) -> Vec<Change> {
    let there: BTreeMap<Key, &Object> = observed.iter().map(|object| (object.key(), object)).collect();
    let keys: BTreeSet<Key> = wanted.iter().map(Object::key).collect();
    let lost = Lost::of(wanted, &there, &keys);
    let mut changes: Vec<Change> = observed
        .iter()
        .filter(|object| !keys.contains(&object.key()) && !matches!(object, Object::Sysctl(_)))
        .map(|object| Change::Remove(object.key()))
        .collect();
    for object in wanted {
        match there.get(&object.key()) {
            None => changes.push(Change::Add(object.clone())),
            Some(same) if hooked_otherwise(object, same) => {
                changes.extend([Change::Remove(object.key()), Change::Add(object.clone())]);
            }
            Some(same) if *same != object || lost.takes(object) => changes.push(Change::Replace(object.clone())),
            Some(_) => {}
        }
    }
    changes
}

/// Which devices, sets and times of remembering must be made anew, and so take their dependents along.
struct Lost {
    devices: BTreeSet<String>,
    sets: BTreeSet<(String, String)>,
    timeouts: BTreeSet<(String, String)>,
}

impl Lost {
    fn of(wanted: &[Object], there: &BTreeMap<Key, &Object>, keys: &BTreeSet<Key>) -> Lost {
        let mut lost = Lost { devices: BTreeSet::new(), sets: BTreeSet::new(), timeouts: BTreeSet::new() };
        for object in wanted {
            match (object, there.get(&object.key())) {
                (Object::Link(new), Some(Object::Link(old))) if !same_pair(&new.kind, &old.kind) => {
                    lost.devices.insert(new.end.name.clone());
                }
                (Object::Set(new), Some(Object::Set(old))) if new != old => {
                    lost.sets.insert((new.table.clone(), new.name.clone()));
                }
                (Object::Timeout(new), Some(Object::Timeout(old))) if new != old => {
                    lost.timeouts.insert((new.table.clone(), new.name.clone()));
                }
                _ => {}
            }
        }
        for key in there.keys().filter(|key| !keys.contains(key)) {
            match key {
                Key::Link(name) => {
                    lost.devices.insert(name.clone());
                }
                Key::Set(table, name) => {
                    lost.sets.insert((table.clone(), name.clone()));
                }
                _ => {}
            }
        }
        lost
    }

    fn takes(&self, object: &Object) -> bool {
        match object {
            Object::Address(address) => self.devices.contains(&address.link),
            Object::Neighbour(neighbour) => self.devices.contains(&neighbour.link),
            Object::Route(route) => match &route.kind {
                RouteKind::Unicast { dev, .. } | RouteKind::Local { dev } => self.devices.contains(dev),
                _ => false,
            },
            Object::Sysctl(sysctl) => device_of_sysctl(&sysctl.path).is_some_and(|dev| self.devices.contains(dev)),
            Object::Shortcut(device) => self.devices.contains(device),
            Object::Element(element) => self.sets.contains(&(element.table.clone(), element.set.clone())),
            Object::Chain(chain) => {
                let named = |name: &str| (chain.table.clone(), name.to_owned());
                sets_of(chain).into_iter().any(|set| self.sets.contains(&named(set)))
                    || timeouts_of(chain).into_iter().any(|timeout| self.timeouts.contains(&named(timeout)))
            }
            _ => false,
        }
    }
}

/// Whether one is a base chain and the other is not: the kernel cannot make one of the other.
fn hooked_otherwise(ours: &Object, theirs: &Object) -> bool {
    matches!((ours, theirs), (Object::Chain(a), Object::Chain(b)) if a.hook.is_some() != b.hook.is_some())
}

/// Whether two links differ at most in what can be changed in place.
pub(crate) fn same_pair(ours: &LinkKind, theirs: &LinkKind) -> bool {
    let (LinkKind::Veth { namespace, peer }, LinkKind::Veth { namespace: other, peer: theirs }) = (ours, theirs);
    namespace == other && peer.name == theirs.name
}

/// The device to which a setting belongs, if it belongs to one.
pub(crate) fn device_of_sysctl(path: &str) -> Option<&str> {
    let mut parts = path.split('/').skip_while(|part| *part != "conf" && *part != "neigh");
    parts.next()?;
    parts.next().filter(|device| !matches!(*device, "all" | "default" | "lo"))
}

/// The names of the sets and maps to which the rules of a chain refer.
pub(crate) fn sets_of(chain: &Chain) -> Vec<&str> {
    let Rules::Listed(rules) = &chain.rules else {
        return Vec::new();
    };
    let matched = rules.iter().flat_map(|rule| &rule.matches).filter_map(|Match { with, .. }| match with {
        Operand::Set(name) => Some(name.as_str()),
        _ => None,
    });
    matched.chain(rules.iter().flat_map(|rule| &rule.actions).filter_map(map_of)).collect()
}

/// The names of the chains to which the rules of a chain lead.
pub(crate) fn chains_of(chain: &Chain) -> Vec<&str> {
    let Rules::Listed(rules) = &chain.rules else {
        return Vec::new();
    };
    let actions = rules.iter().flat_map(|rule| &rule.actions);
    actions
        .filter_map(|action| match action {
            Action::Verdict(Verdict::Jump(name) | Verdict::Goto(name)) => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

/// The names of the times of remembering that the rules of a chain set.
pub(crate) fn timeouts_of(chain: &Chain) -> Vec<&str> {
    let Rules::Listed(rules) = &chain.rules else {
        return Vec::new();
    };
    let actions = rules.iter().flat_map(|rule| &rule.actions);
    actions.filter_map(|action| if let Action::Timeout(name) = action { Some(name.as_str()) } else { None }).collect()
}

fn map_of(action: &Action) -> Option<&str> {
    match action {
        Action::Vmap { map, .. }
        | Action::Dnat(Nat { to: NatTo::Map { map, .. }, .. })
        | Action::Snat(Nat { to: NatTo::Map { map, .. }, .. })
        | Action::SetMark(Mark::Map { map, .. })
        | Action::SetCtMark(Mark::Map { map, .. }) => Some(map),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::{Data, Element, Field, Rule, Set, SetData, Type, Value};
    use crate::object::{Address, Link, LinkEnd, Mac, Route, Sysctl};

    fn veth(name: &str, namespace: &str, mtu: u32) -> Object {
        let end = |name: &str| LinkEnd { name: name.into(), mac: Mac::of(name), mtu, up: true };
        Object::Link(Link { end: end(name), kind: LinkKind::Veth { namespace: namespace.into(), peer: end("eth0") } })
    }

    fn address(link: &str) -> Object {
        Object::Address(Address { link: link.into(), net: "10.0.0.1/24".parse().expect("a net") })
    }

    fn route(dev: &str) -> Object {
        let kind = RouteKind::Unicast { dev: dev.into(), via: None, onlink: false, src: None, realm: None };
        Object::Route(Route { table: 254, dst: "10.9.0.0/16".parse().expect("a net"), metric: 0, kind })
    }

    fn sysctl(path: &str, value: &str) -> Object {
        Object::Sysctl(Sysctl { path: path.into(), value: value.into() })
    }

    fn set(key: Type) -> Object {
        Object::Set(Set { table: "t".into(), name: "s".into(), key: vec![key], data: SetData::None })
    }

    fn element() -> Object {
        let key = vec![Value::Addr([10, 0, 0, 1].into())];
        Object::Element(Element { table: "t".into(), set: "s".into(), key, data: Data::None })
    }

    fn chain(rules: Rules) -> Object {
        Object::Chain(Chain { table: "t".into(), name: "c".into(), hook: None, rules })
    }

    fn asks_set() -> Rule {
        Rule::new([Match::in_set([Field::Saddr], "s")], [Action::Counter])
    }

    #[test]
    fn what_is_as_wanted_needs_nothing() {
        let digests = Rules::Observed(vec![Some(asks_set().digest())]);
        let there = [veth("x", "b", 1500), address("x"), set(Type::Addr), chain(digests)];
        let wanted = [chain(Rules::Listed(vec![asks_set()])), set(Type::Addr), address("x"), veth("x", "b", 1500)];
        assert_eq!(diff(&wanted, &there), []);
    }

    #[test]
    fn what_is_missing_comes_and_what_is_not_wanted_goes() {
        let changes = diff(&[address("x")], &[route("x")]);
        assert_eq!(changes, [Change::Remove(route("x").key()), Change::Add(address("x"))]);
    }

    #[test]
    fn settings_change_but_never_go() {
        let (on, off) = (sysctl("net/ipv4/ip_forward", "1"), sysctl("net/ipv4/ip_forward", "0"));
        assert_eq!(diff(std::slice::from_ref(&on), &[off]), [Change::Replace(on.clone())]);
        assert_eq!(diff(&[], &[on]), []);
    }

    #[test]
    fn a_link_that_changes_in_place_keeps_what_depends_on_it() {
        let wanted = [veth("x", "b", 9001), address("x")];
        assert_eq!(diff(&wanted, &[veth("x", "b", 1500), address("x")]), [Change::Replace(wanted[0].clone())]);
    }

    #[test]
    fn a_link_that_is_made_anew_takes_its_dependents_along() {
        let proxy = sysctl("net/ipv4/conf/x/proxy_arp", "1");
        let wanted = [veth("x", "c", 1500), address("x"), route("x"), proxy.clone(), address("y")];
        let there = [veth("x", "b", 1500), address("x"), route("x"), proxy, address("y")];
        let expected: Vec<Change> = wanted[..4].iter().cloned().map(Change::Replace).collect();
        assert_eq!(diff(&wanted, &there), expected);
    }

    #[test]
    fn a_set_that_is_made_anew_takes_its_elements_and_rules_along() {
        let rules = || chain(Rules::Listed(vec![asks_set()]));
        let wanted = [set(Type::Addr), element(), rules()];
        let expected: Vec<Change> = wanted.iter().cloned().map(Change::Replace).collect();
        assert_eq!(diff(&wanted, &[set(Type::Port), element(), rules()]), expected);
    }

    #[test]
    fn a_tampered_chain_is_another_chain() {
        let ours = || Rules::Listed(vec![asks_set(), asks_set()]);
        let digest = Some(asks_set().digest());
        for tampered in [vec![digest], vec![digest, None], vec![digest, digest, digest], vec![digest, Some(1)]] {
            assert_eq!(diff(&[chain(ours())], &[chain(Rules::Observed(tampered))]).len(), 1);
        }
    }

    #[test]
    fn a_setting_belongs_to_the_device_in_its_path() {
        assert_eq!(device_of_sysctl("net/ipv4/conf/eni0/proxy_arp"), Some("eni0"));
        assert_eq!(device_of_sysctl("net/ipv4/neigh/eni0/proxy_delay"), Some("eni0"));
        assert_eq!(device_of_sysctl("net/ipv4/conf/all/rp_filter"), None);
        assert_eq!(device_of_sysctl("net/ipv4/ip_forward"), None);
    }
}
