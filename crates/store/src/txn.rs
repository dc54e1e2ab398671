//! Writing: a view that shows its own writes, and turns into one commit.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use resource::{Resource, Sequence};

use crate::watch::Change;
use crate::world::{Record, World};
use crate::{Revision, Row, Snapshot};

/// A transaction: reads like a [`Snapshot`] that shows its own writes.
pub struct Txn {
    view: Snapshot,
    written: BTreeMap<(&'static str, String), Written>,
}

struct Written {
    before: Option<Record>,
    after: Option<(Record, Vec<u8>)>,
}

impl Txn {
    pub(crate) fn new(view: Snapshot) -> Self {
        Self { view, written: BTreeMap::new() }
    }

    /// Creates or replaces a resource.
    pub fn put<R: Resource>(&mut self, value: R) {
        let bytes = serde_json::to_vec(&value).expect("resources have string keys and finite numbers, which JSON always takes");
        let record = Record::new(Arc::new(value));
        let before = self.view.world.insert(R::KIND.0, record.clone());
        let written = self.entry(R::KIND.0, record.key.clone(), before);
        written.after = Some((record, bytes));
    }

    /// Removes a resource; no effect when there is none.
    pub fn remove<R: Resource>(&mut self, key: &str) {
        if let Some(before) = self.view.world.remove(R::KIND.0, key) {
            self.entry(R::KIND.0, key.to_owned(), Some(before)).after = None;
        }
    }

    /// Changes a resource in place; returns whether there was one. Writes nothing when `change` leaves it equal.
    pub fn update<R: Resource>(&mut self, key: &str, change: impl FnOnce(&mut R)) -> bool {
        let Some(before) = self.view.find::<R>(key) else { return false };
        let mut after = (*before).clone();
        change(&mut after);
        if after != *before {
            self.put(after);
        }
        true
    }

    /// The next number of a sequence; none when all are used.
    pub fn next_number(&mut self, sequence: &str) -> Option<u32> {
        let next = self.view.find::<Sequence>(sequence).map_or(1, |s| s.next);
        self.put(Sequence { name: sequence.to_owned(), next: next.checked_add(1)? });
        Some(next)
    }

    fn entry(&mut self, kind: &'static str, key: String, before: Option<Record>) -> &mut Written {
        self.written.entry((kind, key)).or_insert(Written { before, after: None })
    }

    /// The world after this transaction and what it changed; none when it wrote nothing.
    pub(crate) fn finish(self) -> Option<(World, Vec<Row>, Vec<Change>)> {
        if self.written.is_empty() {
            return None;
        }
        let mut world = self.view.world;
        world.revision = Revision(world.revision.0 + 1);
        let (mut rows, mut changes) = (Vec::new(), Vec::new());
        for ((kind, key), Written { before, after }) in self.written {
            let (record, value) = after.unzip();
            rows.push(Row { kind, key: key.clone(), value });
            changes.push(Change { kind: resource::Kind(kind), key, before, after: record });
        }
        Some((world, rows, changes))
    }
}

impl Deref for Txn {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.view
    }
}
