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
    /// An item that wanted `before` now wants `after`.
    pub(super) fn replace(&mut self, before: Vec<Placed>, after: Vec<Placed>) {
        let kept: Vec<bool> = before.iter().map(|placed| after.contains(placed)).collect();
        let fresh = after.iter().filter(|placed| !before.contains(placed)).cloned().collect::<Vec<_>>();
        for placed in fresh {
            self.add(placed);
        }
        for (placed, _) in before.into_iter().zip(kept).filter(|(_, kept)| !kept) {
            self.release(placed);
        }
    }

    fn add(&mut self, placed: Placed) {
        let Placed { namespace, object } = placed;
        if !self.wanted.contains_key(&namespace) {
            self.born.push(namespace.clone());
        }
        let objects = self.wanted.entry(namespace.clone()).or_default();
        let key = object.key();
        let before = self.changed.entry(namespace).or_default();
        match objects.get_mut(&key) {
            Some(entry) => {
                entry.holders += 1;
                if entry.object != object {
                    before.entry(key).or_insert_with(|| Some(entry.object.clone()));
                    entry.object = object;
                }
            }
            None => {
                before.entry(key.clone()).or_insert(None);
                objects.insert(key, Entry { object, holders: 1 });
            }
        }
    }

    fn release(&mut self, placed: Placed) {
        let Some(objects) = self.wanted.get_mut(&placed.namespace) else { return };
        let key = placed.object.key();
        let Some(entry) = objects.get_mut(&key) else { return };
        entry.holders -= 1;
        if entry.holders == 0 {
            let object = entry.object.clone();
            objects.remove(&key);
            self.changed.entry(placed.namespace).or_default().entry(key).or_insert(Some(object));
        }
    }

    /// The changes since the last call, by namespace. Those of a namespace that nobody wants any more are left out: it goes whole.
    pub(super) fn take_changes(&mut self) -> BTreeMap<String, Vec<Change>> {
        let changed = std::mem::take(&mut self.changed);
        let live = changed.into_iter().filter(|(namespace, _)| self.wanted.get(namespace).is_some_and(|objects| !objects.is_empty()));
        let changes = live.map(|(namespace, keys)| {
            let objects = &self.wanted[&namespace];
            let changes = keys.into_iter().filter_map(|(key, before)| change(key, before, objects)).collect();
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
        let gone: Vec<String> = self.wanted.iter().filter(|(_, objects)| objects.is_empty()).map(|(name, _)| name.clone()).collect();
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

fn change(key: Key, before: Option<Object>, objects: &HashMap<Key, Entry>) -> Option<Change> {
    match (before, objects.get(&key).map(|entry| &entry.object)) {
        (None, Some(after)) => Some(Change::Add(after.clone())),
        (Some(before), Some(after)) if before != *after => Some(Change::Replace(after.clone())),
        (Some(_), None) => Some(Change::Remove(key)),
        _ => None,
    }
}
