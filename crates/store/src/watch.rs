//! Watching: every commit, in order, as what was before and what is after.

use std::sync::Arc;

use resource::{Kind, Link, Resource};
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};

use crate::Revision;
use crate::world::Record;

/// One resource that a commit changed.
#[derive(Clone)]
pub struct Change {
    /// Its kind.
    pub kind: Kind,
    /// Its key.
    pub key: String,
    pub(crate) before: Option<Record>,
    pub(crate) after: Option<Record>,
}

impl Change {
    /// The resource before the commit, when it is an `R` and there was one.
    pub fn before<R: Resource>(&self) -> Option<Arc<R>> {
        typed(self.before.as_ref())
    }

    /// The resource after the commit, when it is an `R` and there is one.
    pub fn after<R: Resource>(&self) -> Option<Arc<R>> {
        typed(self.after.as_ref())
    }

    /// Everything that it links to, before or after.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.before.iter().chain(&self.after).flat_map(|record| record.links.iter())
    }
}

fn typed<R: Resource>(record: Option<&Record>) -> Option<Arc<R>> {
    Arc::clone(&record?.value).downcast().ok()
}

/// What one commit changed.
#[derive(Clone)]
pub struct Batch {
    /// The revision that it made.
    pub revision: Revision,
    /// The changes.
    pub changes: Arc<[Change]>,
}

/// A running watch.
pub struct Watch {
    pub(crate) news: broadcast::Receiver<Option<Batch>>,
}

impl Watch {
    /// The next commit; none when this watcher must look at everything once, because it fell too far behind or the world
    /// became another (take a snapshot, then go on watching).
    pub async fn next(&mut self) -> Option<Batch> {
        match self.news.recv().await {
            Ok(news) => news,
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }

    /// The next commit and all that have come after it; none as in [`Watch::next`].
    pub async fn next_all(&mut self) -> Option<Vec<Batch>> {
        let mut batches = vec![self.next().await?];
        loop {
            match self.news.try_recv() {
                Ok(news) => batches.push(news?),
                Err(TryRecvError::Lagged(_)) => return None,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(batches),
            }
        }
    }

    /// The next commit if there is one already.
    pub fn try_next(&mut self) -> Option<Batch> {
        self.news.try_recv().ok()?
    }
}
