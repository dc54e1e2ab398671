//! The world in memory: persistent maps of records and the index of links between them.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use imbl::{OrdMap, OrdSet};
use resource::{Link, Owner, Resource};
use tokio::sync::broadcast;

use crate::{Batch, Catalogue, Commit, Log, LogError, Memory, Revision, Row, Snapshot, StoreError, Txn, Watch};

/// How many commits a slow watcher may fall behind before it is told to look at everything.
const WATCH_DEPTH: usize = 1024;

/// A resource as the store holds it.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) value: Arc<dyn Any + Send + Sync>,
    pub(crate) key: String,
    pub(crate) owner: Option<Owner>,
    pub(crate) links: Arc<[Link]>,
}

impl Record {
    pub(crate) fn new<R: Resource>(value: Arc<R>) -> Self {
        Self { key: value.key(), owner: value.owner().cloned(), links: value.links().into(), value }
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
        Some(record)
    }
}

/// What all clones of a store share.
pub(crate) struct Shared {
    world: Mutex<World>,
    log: Box<dyn Log>,
    commits: broadcast::Sender<Batch>,
}

impl Shared {
    pub(crate) fn empty() -> Self {
        Self::with(World::default(), Box::new(Memory))
    }

    pub(crate) fn open(catalogue: &Catalogue, log: Box<dyn Log>) -> Result<Self, StoreError> {
        let (revision, rows) = log.load().map_err(|error| StoreError::Write(Arc::new(error)))?;
        let mut world = World { revision, ..World::default() };
        for (kind, key, value) in rows {
            let Some(codec) = catalogue.codec(&kind) else {
                tracing::warn!(kind, key, "the state holds a kind that this version does not know; it is kept and not used");
                continue;
            };
            let record = (codec.decode)(&value).map_err(|cause| StoreError::Corrupt { kind, key, cause: Arc::new(cause) })?;
            world.insert(codec.kind, record);
        }
        Ok(Self::with(world, log))
    }

    fn with(world: World, log: Box<dyn Log>) -> Self {
        Self { world: Mutex::new(world), log, commits: broadcast::channel(WATCH_DEPTH).0 }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { world: self.world.lock().unwrap_or_else(PoisonError::into_inner).clone() }
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch { commits: self.commits.subscribe() }
    }

    pub(crate) async fn write<T, E: From<StoreError>>(&self, mut change: impl FnMut(&mut Txn) -> Result<T, E>) -> Result<T, E> {
        loop {
            let mut txn = Txn::new(self.snapshot());
            let value = change(&mut txn)?;
            match self.commit(txn) {
                Ok(()) => return Ok(value),
                Err(LogError::Conflict) => continue,
                Err(error) => return Err(StoreError::Write(Arc::new(error)).into()),
            }
        }
    }

    fn commit(&self, txn: Txn) -> Result<(), LogError> {
        let Some((world, rows, changes)) = txn.finish() else { return Ok(()) };
        let mut current = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if current.revision.0 + 1 != world.revision.0 {
            return Err(LogError::Conflict);
        }
        self.append(&current, &world, rows)?;
        *current = world;
        let _ = self.commits.send(Batch { revision: current.revision, changes: changes.into() });
        Ok(())
    }

    fn append(&self, before: &World, after: &World, rows: Vec<Row>) -> Result<(), LogError> {
        self.log.append(&[Commit { base: before.revision, revision: after.revision, rows }])
    }
}
