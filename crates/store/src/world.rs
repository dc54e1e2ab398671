//! The world in memory: persistent maps of records and the index of links between them.

use std::any::Any;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use resource::{Link, Owner, Resource};

use crate::Revision;

/// A resource as the store holds it.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) value: Arc<dyn Any + Send + Sync>,
    pub(crate) key: String,
    pub(crate) owner: Option<Owner>,
    pub(crate) links: Arc<[Link]>,
    pub(crate) takes: Option<(Link, usize)>,
}

impl Record {
    pub(crate) fn new<R: Resource>(value: Arc<R>) -> Self {
        Self { key: value.key(), owner: value.owner().cloned(), links: value.links().into(), takes: value.takes(), value }
    }
}

/// All records at one revision. Cloning is cheap and shares structure.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) revision: Revision,
    pub(crate) records: OrdMap<(&'static str, String), Record>,
    /// (kind, account, region, key)
    pub(crate) owned: OrdSet<(&'static str, String, String, String)>,
    /// (target namespace, target key, kind, key)
    pub(crate) linked: OrdSet<(&'static str, String, &'static str, String)>,
    /// (target namespace, target key) to the sum of what is taken of it
    pub(crate) taken: OrdMap<(&'static str, String), usize>,
}

impl World {
    pub(crate) fn insert(&mut self, kind: &'static str, record: Record) -> Option<Record> {
        let before = self.remove(kind, &record.key);
        if let Some(owner) = &record.owner {
            self.owned.insert((kind, owner.account.clone(), owner.region.clone(), record.key.clone()));
        }
        for link in record.links.iter() {
            self.linked.insert((link.to, link.key.clone(), kind, record.key.clone()));
        }
        if let Some((of, amount)) = &record.takes {
            self.take(of, |sum| sum + amount);
        }
        self.records.insert((kind, record.key.clone()), record);
        before
    }

    pub(crate) fn remove(&mut self, kind: &'static str, key: &str) -> Option<Record> {
        let record = self.records.remove(&(kind, key.to_owned()))?;
        if let Some(owner) = &record.owner {
            self.owned.remove(&(kind, owner.account.clone(), owner.region.clone(), record.key.clone()));
        }
        for link in record.links.iter() {
            self.linked.remove(&(link.to, link.key.clone(), kind, record.key.clone()));
        }
        if let Some((of, amount)) = &record.takes {
            self.take(of, |sum| sum.saturating_sub(*amount));
        }
        Some(record)
    }

    fn take(&mut self, of: &Link, change: impl FnOnce(usize) -> usize) {
        let target = (of.to, of.key.clone());
        match change(self.taken.get(&target).copied().unwrap_or(0)) {
            0 => drop(self.taken.remove(&target)),
            sum => drop(self.taken.insert(target, sum)),
        }
    }
}
