//! What all clones of a store share: the durable world, the one that is about to be, and the thread between them.
//!
//! Changes are computed one after the other on the pending world and become durable in groups: while the log writes one
//! group, the next gathers. Readers and watchers see only what is durable.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, oneshot};

use crate::watch::Change;
use crate::world::World;
use crate::{Batch, Catalogue, Commit, Log, LogError, Snapshot, StoreError, Txn, Watch};

/// How many commits a slow watcher may fall behind before it is told to look at everything.
const WATCH_DEPTH: usize = 1024;
/// How many commits become durable together at the most.
const GROUP: usize = 256;

pub(crate) struct Shared {
    worlds: Arc<Worlds>,
    queue: Sender<Job>,
}

struct Worlds {
    durable: Mutex<World>,
    pending: Mutex<World>,
    /// Commits; none when the world has become another without one of ours.
    news: broadcast::Sender<Option<Batch>>,
}

/// What the thread that writes works with.
struct Writer {
    worlds: Arc<Worlds>,
    log: Box<dyn Log>,
    catalogue: Catalogue,
}

/// A change on its way to the log.
struct Job {
    commit: Commit,
    world: World,
    changes: Vec<Change>,
    done: oneshot::Sender<Result<(), Arc<LogError>>>,
}

impl Shared {
    pub(crate) fn open(catalogue: Catalogue, log: Box<dyn Log>) -> Result<Self, StoreError> {
        let world = read(&catalogue, log.as_ref())?;
        let news = broadcast::channel(WATCH_DEPTH).0;
        let worlds = Arc::new(Worlds { durable: Mutex::new(world.clone()), pending: Mutex::new(world), news });
        let (queue, jobs) = channel();
        let writer = Writer { worlds: Arc::clone(&worlds), log, catalogue };
        std::thread::spawn(move || writer.write_groups(&jobs));
        Ok(Self { worlds, queue })
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { world: lock(&self.worlds.durable).clone() }
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch { news: self.worlds.news.subscribe() }
    }

    pub(crate) async fn write<T, E: From<StoreError>>(&self, mut change: impl FnMut(&mut Txn) -> Result<T, E>) -> Result<T, E> {
        loop {
            let (value, done) = self.compute(&mut change)?;
            let Some(done) = done else { return Ok(value) };
            match done.await.unwrap_or_else(|_| Err(Arc::new(LogError::Stopped))) {
                Ok(()) => return Ok(value),
                Err(error) if matches!(*error, LogError::Conflict) => {}
                Err(error) => return Err(StoreError::Write(error).into()),
            }
        }
    }

    /// Runs `change` on the pending world and queues what it wrote.
    fn compute<T, E>(&self, change: &mut impl FnMut(&mut Txn) -> Result<T, E>) -> Result<(T, Option<Written>), E> {
        let mut pending = lock(&self.worlds.pending);
        let base = pending.revision;
        let mut txn = Txn::new(Snapshot { world: pending.clone() });
        let value = change(&mut txn)?;
        let Some((world, rows, changes)) = txn.finish() else { return Ok((value, None)) };
        let (done, written) = oneshot::channel();
        *pending = world.clone();
        // A stopped writer drops the job, and with it the sender that we wait for.
        let _ = self.queue.send(Job { commit: Commit { base, revision: world.revision, rows }, world, changes, done });
        Ok((value, Some(written)))
    }
}

/// Hears when a change is durable.
type Written = oneshot::Receiver<Result<(), Arc<LogError>>>;

impl Writer {
    fn write_groups(&self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let group: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(GROUP - 1)).collect();
            let commits: Vec<Commit> = group.iter().map(|job| job.commit.clone()).collect();
            match self.log.append(&commits) {
                Ok(()) => group.into_iter().for_each(|job| self.worlds.publish(job)),
                Err(LogError::Conflict) => self.worlds.take_back(group, jobs, self.catch_up()),
                Err(error) => self.worlds.take_back(group, jobs, error),
            }
        }
    }

    /// The log holds another world than ours: somebody else's commit, or one of ours that failed only after it was durable.
    /// Says why the commit in hand was not made.
    fn catch_up(&self) -> LogError {
        match read(&self.catalogue, self.log.as_ref()) {
            Ok(world) if world.revision < lock(&self.worlds.durable).revision => {
                LogError::Failed("it has lost what was written to it".into())
            }
            Ok(world) => {
                self.worlds.replace(world);
                LogError::Conflict
            }
            Err(error) => LogError::Failed(Box::new(error)),
        }
    }
}

/// The world that the log holds.
fn read(catalogue: &Catalogue, log: &dyn Log) -> Result<World, StoreError> {
    let (revision, rows) = log.load().map_err(|error| StoreError::Read(Arc::new(error)))?;
    let mut world = World { revision, ..World::default() };
    for (kind, key, value) in rows {
        let Some(codec) = catalogue.codec(&kind) else {
            tracing::warn!(kind, key, "the state holds a kind that this version does not know; it is kept and not used");
            continue;
        };
        let record = (codec.decode)(&value).map_err(|cause| StoreError::Corrupt { kind, key, cause: Arc::new(cause) })?;
        world.insert(codec.kind, record);
    }
    Ok(world)
}

impl Worlds {
    fn publish(&self, job: Job) {
        let Job { commit, world, changes, done } = job;
        *lock(&self.durable) = world;
        // Nobody need watch, and whoever waited may have gone.
        let _ = self.news.send(Some(Batch { revision: commit.revision, changes: changes.into() }));
        let _ = done.send(Ok(()));
    }

    fn replace(&self, world: World) {
        *lock(&self.durable) = world;
        // Nobody need watch.
        let _ = self.news.send(None);
    }

    /// What was not written did not happen, and neither did what was computed from it.
    fn take_back(&self, group: Vec<Job>, jobs: &Receiver<Job>, error: LogError) {
        let (mut pending, error) = (lock(&self.pending), Arc::new(error));
        for job in group.into_iter().chain(jobs.try_iter()) {
            // Whoever waited may have gone.
            let _ = job.done.send(Err(Arc::clone(&error)));
        }
        *pending = lock(&self.durable).clone();
    }
}

/// A panic elsewhere leaves a world whole: worlds are replaced, never changed in place.
fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}
