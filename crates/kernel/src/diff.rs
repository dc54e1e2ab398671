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
            Some(same) if *same != object || lost.takes(object) => changes.push(Change::Replace(object.clone())),
            Some(_) => {}
        }
    }
    changes
}

/// Which devices and sets must be made anew, and so take their dependents along.
struct Lost {
    devices: BTreeSet<String>,
    sets: BTreeSet<(String, String)>,
}

impl Lost {
    fn of(wanted: &[Object], there: &BTreeMap<Key, &Object>, keys: &BTreeSet<Key>) -> Lost {
        let mut lost = Lost { devices: BTreeSet::new(), sets: BTreeSet::new() };
        for object in wanted {
            match (object, there.get(&object.key())) {
                (Object::Link(new), Some(Object::Link(old))) if !same_pair(&new.kind, &old.kind) => {
                    lost.devices.insert(new.end.name.clone());
                }
                (Object::Set(new), Some(Object::Set(old))) if new != old => {
                    lost.sets.insert((new.table.clone(), new.name.clone()));
                }
                _ => {}
            }
        }
        for key in there.keys().filter(|key| !keys.contains(key)) {
            match key {
                Key::Link(name) => drop(lost.devices.insert(name.clone())),
                Key::Set(table, name) => drop(lost.sets.insert((table.clone(), name.clone()))),
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
            Object::Element(element) => self.sets.contains(&(element.table.clone(), element.set.clone())),
            Object::Chain(chain) => {
                sets_of(chain).into_iter().any(|set| self.sets.contains(&(chain.table.clone(), set.to_owned())))
            }
            _ => false,
        }
    }
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
    let Rules::Listed(rules) = &chain.rules else { return Vec::new() };
    let matched = rules.iter().flat_map(|rule| &rule.matches).filter_map(|Match { with, .. }| match with {
        Operand::Set(name) => Some(name.as_str()),
        _ => None,
    });
    matched.chain(rules.iter().flat_map(|rule| &rule.actions).filter_map(map_of)).collect()
}

/// The names of the chains to which the rules of a chain lead.
pub(crate) fn chains_of(chain: &Chain) -> Vec<&str> {
    let Rules::Listed(rules) = &chain.rules else { return Vec::new() };
    let actions = rules.iter().flat_map(|rule| &rule.actions);
    actions
        .filter_map(|action| match action {
            Action::Verdict(Verdict::Jump(name) | Verdict::Goto(name)) => Some(name.as_str()),
            _ => None,
        })
        .collect()
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
