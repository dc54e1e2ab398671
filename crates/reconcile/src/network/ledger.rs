//! Counts who wants each object, so that what several items share goes with the last of them.

use std::collections::{BTreeMap, HashMap};

use kernel::{Change, Key, Object};

/// An object in a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) namespace: String,
    pub(super) object: Object,
}

/// All wanted objects by namespace, and what changed since the last look.
#[derive(Default)]
pub(super) struct Ledger {
    wanted: BTreeMap<String, HashMap<Key, Entry>>,
    changed: BTreeMap<String, BTreeMap<Key, Option<Object>>>,
    born: Vec<String>,
}

struct Entry {
    object: Object,
    holders: usize,
}

impl Ledger {
    /// An item that wanted `before` now wants `after`. An item holds an object once, however often it names it.
    pub(super) fn replace(&mut self, before: Vec<Placed>, after: Vec<Placed>) {
        let mut before = by_key(before);
        for ((namespace, key), object) in by_key(after) {
            let place = (namespace, key);
            let held = before.remove(&place);
            if held.as_ref() != Some(&object) {
                self.want(place, object, held.is_none());
            }
        }
        before.into_keys().for_each(|place| self.release(place));
    }

    fn want(&mut self, (namespace, key): (String, Key), object: Object, by_one_more: bool) {
        if !self.wanted.contains_key(&namespace) {
            self.born.push(namespace.clone());
        }
        let objects = self.wanted.entry(namespace.clone()).or_default();
        let changed = self.changed.entry(namespace).or_default();
        match objects.get_mut(&key) {
            Some(entry) => {
                entry.holders += usize::from(by_one_more);
                if entry.object != object {
                    let before = std::mem::replace(&mut entry.object, object);
                    changed.entry(key).or_insert(Some(before));
                }
            }
            None => {
                changed.entry(key.clone()).or_insert(None);
                objects.insert(key, Entry { object, holders: 1 });
            }
        }
    }

    fn release(&mut self, (namespace, key): (String, Key)) {
        let Some(objects) = self.wanted.get_mut(&namespace) else { return };
        let Some(entry) = objects.get_mut(&key) else { return };
        entry.holders -= 1;
        if entry.holders == 0
            && let Some(Entry { object, .. }) = objects.remove(&key)
        {
            self.changed.entry(namespace).or_default().entry(key).or_insert(Some(object));
        }
    }

    /// The changes since the last call, by namespace. Those of a namespace that nobody wants any more are left out: it goes whole.
    pub(super) fn take_changes(&mut self) -> BTreeMap<String, Vec<Change>> {
        let changed = std::mem::take(&mut self.changed);
        let live =
            changed.into_iter().filter(|(namespace, _)| self.wanted.get(namespace).is_some_and(|objects| !objects.is_empty()));
        let changes = live.map(|(namespace, before)| {
            let changes = changes(before, &self.wanted[&namespace]);
            (namespace, changes)
        });
        changes.collect()
    }

    /// The namespaces that are wanted since the last call.
    pub(super) fn take_born(&mut self) -> Vec<String> {
        std::mem::take(&mut self.born).into_iter().filter(|namespace| !self.wanted[namespace].is_empty()).collect()
    }

    /// The namespaces that nobody wants any more.
    pub(super) fn take_gone(&mut self) -> Vec<String> {
        let gone: Vec<String> =
            self.wanted.iter().filter(|(_, objects)| objects.is_empty()).map(|(name, _)| name.clone()).collect();
        for namespace in &gone {
            self.wanted.remove(namespace);
        }
        gone
    }

    /// Forgets what changed: somebody compares with the kernel itself.
    pub(super) fn forget_changes(&mut self) {
        self.changed.clear();
        self.born.clear();
        drop(self.take_gone());
    }

    /// The wanted namespaces.
    pub(super) fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.wanted.keys().map(String::as_str)
    }

    /// The wanted objects of a namespace.
    pub(super) fn objects(&self, namespace: &str) -> impl Iterator<Item = &Object> {
        self.wanted.get(namespace).into_iter().flat_map(|objects| objects.values().map(|entry| &entry.object))
    }
}

fn by_key(placed: Vec<Placed>) -> BTreeMap<(String, Key), Object> {
    placed.into_iter().map(|Placed { namespace, object }| ((namespace, object.key()), object)).collect()
}

/// The changes of one namespace from what its changed objects were before.
fn changes(before: BTreeMap<Key, Option<Object>>, objects: &HashMap<Key, Entry>) -> Vec<Change> {
    let remade = |(key, before): (&Key, &Option<Object>)| {
        let after = objects.get(key).map(|entry| &entry.object);
        matches!(key, Key::Link(_) | Key::Set(..)) && before.is_some() && after.is_some() && before.as_ref() != after
    };
    match before.iter().any(remade) {
        true => with_dependents(before, objects),
        false => before.into_iter().filter_map(|(key, before)| change(key, before, objects)).collect(),
    }
}

/// A link or a set that is made anew takes along what depends on it, though nobody changed that.
fn with_dependents(before: BTreeMap<Key, Option<Object>>, objects: &HashMap<Key, Entry>) -> Vec<Change> {
    let wanted: Vec<Object> = objects.values().map(|entry| entry.object.clone()).collect();
    let unchanged = wanted.iter().filter(|object| !before.contains_key(&object.key())).cloned();
    let there: Vec<Object> = unchanged.chain(before.values().flatten().cloned()).collect();
    kernel::diff(&wanted, &there)
}

fn change(key: Key, before: Option<Object>, objects: &HashMap<Key, Entry>) -> Option<Change> {
    match (before, objects.get(&key).map(|entry| &entry.object)) {
        (None, Some(after)) => Some(Change::Add(after.clone())),
        (Some(before), Some(after)) if before != *after => Some(Change::Replace(after.clone())),
        (Some(_), None) => Some(Change::Remove(key)),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::{Fake, Kernel, Link, LinkEnd, LinkKind, Mac, Route, RouteKind, Sysctl};
    use proptest::prelude::*;

    use super::*;

    fn setting(namespace: &str, name: u8, value: u8) -> Placed {
        let object = Object::Sysctl(Sysctl { path: format!("net/{name}"), value: value.to_string() });
        Placed { namespace: namespace.into(), object }
    }

    fn told(ledger: &mut Ledger) -> Vec<String> {
        let changes = ledger.take_changes();
        changes
            .into_iter()
            .flat_map(|(namespace, changes)| changes.into_iter().map(move |c| format!("{namespace}: {c}")))
            .collect()
    }

    #[test]
    fn what_two_want_goes_with_the_last_of_them() {
        let mut ledger = Ledger::default();
        let shared = || vec![setting("a", 1, 1)];
        ledger.replace(vec![], shared());
        ledger.replace(vec![], [shared(), vec![setting("a", 2, 1)]].concat());
        assert_eq!(ledger.take_born(), ["a"]);
        assert_eq!(told(&mut ledger), ["a: add sysctl net/1 = 1", "a: add sysctl net/2 = 1"]);
        ledger.replace(shared(), vec![]);
        assert_eq!(told(&mut ledger), [""; 0], "the second still wants it");
        ledger.replace(shared(), vec![]);
        assert_eq!(told(&mut ledger), ["a: remove sysctl net/1"]);
        assert!(ledger.take_gone().is_empty());
    }

    #[test]
    fn an_item_that_names_an_object_twice_holds_it_once() {
        let mut ledger = Ledger::default();
        let twice = || vec![setting("a", 1, 1), setting("a", 1, 1)];
        ledger.replace(vec![], vec![setting("a", 1, 1)]);
        ledger.replace(vec![setting("a", 1, 1)], twice());
        ledger.replace(vec![], twice());
        ledger.replace(twice(), vec![]);
        assert_eq!(ledger.objects("a").count(), 1);
        ledger.replace(twice(), vec![]);
        assert_eq!(ledger.objects("a").count(), 0);
        assert_eq!(ledger.take_gone(), ["a"]);
    }

    #[test]
    fn what_came_and_went_between_two_looks_is_no_change() {
        let mut ledger = Ledger::default();
        ledger.replace(vec![], vec![setting("a", 1, 1), setting("a", 2, 1)]);
        told(&mut ledger);
        ledger.replace(vec![setting("a", 1, 1)], vec![setting("a", 1, 2), setting("a", 3, 1)]);
        ledger.replace(vec![setting("a", 1, 2), setting("a", 3, 1)], vec![setting("a", 1, 1)]);
        assert_eq!(told(&mut ledger), [""; 0]);
    }

    #[test]
    fn a_namespace_that_nobody_wants_goes_whole_and_may_come_back() {
        let mut ledger = Ledger::default();
        ledger.replace(vec![], vec![setting("a", 1, 1)]);
        told(&mut ledger);
        ledger.take_born();
        ledger.replace(vec![setting("a", 1, 1)], vec![]);
        assert_eq!((told(&mut ledger), ledger.take_gone()), (vec![], vec!["a".to_owned()]));
        ledger.replace(vec![], vec![setting("a", 1, 1)]);
        assert_eq!((told(&mut ledger), ledger.take_born()), (vec!["a: add sysctl net/1 = 1".to_owned()], vec!["a".to_owned()]));
    }

    #[test]
    fn a_link_that_moves_takes_its_routes_along() {
        let end = |name: &str| LinkEnd { name: name.into(), mac: Mac::of(name), mtu: 1500, up: true };
        let link = |namespace: &str| {
            let kind = LinkKind::Veth { namespace: namespace.into(), peer: end("eth0") };
            Placed { namespace: "a".into(), object: Object::Link(Link { end: end("x"), kind }) }
        };
        let kind = RouteKind::Unicast { dev: "x".into(), via: None, onlink: false, src: None, realm: None };
        let route = Route { table: 100, dst: "10.0.0.4/32".parse().unwrap(), metric: 0, kind };
        let mut ledger = Ledger::default();
        ledger.replace(vec![], vec![link("b"), Placed { namespace: "a".into(), object: Object::Route(route) }]);
        told(&mut ledger);
        ledger.replace(vec![link("b")], vec![link("c")]);
        let mut changes = told(&mut ledger);
        changes.sort();
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert!(
            changes[0].starts_with("a: replace link x") && changes[1].starts_with("a: replace route 10.0.0.4/32"),
            "{changes:?}"
        );
    }

    /// A few items, each of which wants one of a few lists of objects; the value of an object follows from its name, as
    /// what items share is always equal.
    fn wish(seed: u16) -> Vec<Placed> {
        (0..12u8).filter(|n| seed >> n & 1 == 1).map(|n| setting(["a", "b", "c"][usize::from(n % 3)], n / 3, n)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_the_order_exactly_the_union_of_the_wishes_is_left(
            steps in prop::collection::vec((0..5usize, any::<u16>(), any::<bool>()), 1..60),
        ) {
            let (kernel, mut ledger) = (Fake::new(), Ledger::default());
            let mut wishes = vec![Vec::new(); 5];
            for (item, seed, look) in steps {
                let after = wish(seed);
                ledger.replace(std::mem::replace(&mut wishes[item], after.clone()), after);
                if look {
                    carry_out(&kernel, &mut ledger);
                    prop_assert_eq!(there(&kernel), union(&wishes));
                }
            }
        }
    }

    fn carry_out(kernel: &Fake, ledger: &mut Ledger) {
        let changes = ledger.take_changes();
        ledger.take_born().iter().for_each(|namespace| kernel.create_namespace(namespace).unwrap());
        changes.iter().for_each(|(namespace, changes)| kernel.apply(namespace, changes).unwrap());
        ledger.take_gone().iter().for_each(|namespace| kernel.delete_namespace(namespace).unwrap());
    }

    fn there(kernel: &Fake) -> BTreeSet<String> {
        let paths: Vec<String> = (0..12).map(|n| format!("net/{n}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let namespaces = kernel.namespaces().unwrap();
        let objects =
            namespaces.iter().flat_map(|name| kernel.observe(name, &paths).unwrap().into_iter().map(move |o| (name, o)));
        objects.map(|(name, object)| format!("{name} {object}")).collect()
    }

    fn union(wishes: &[Vec<Placed>]) -> BTreeSet<String> {
        wishes.iter().flatten().map(|placed| format!("{} {}", placed.namespace, placed.object)).collect()
    }
}
