//! Keeps resources durably: serialisable transactions, one index of links, ordered watches. Embedded, in memory, and shaped for etcd.
//!
//! Every store holds the whole world in memory as a persistent map: a [`Snapshot`] is a cheap, consistent clone, and reading
//! never waits. Only a commit touches the [`Log`], which is all that differs between the embedded file, memory and etcd.

mod catalogue;
mod embedded;
mod log;
mod shared;
mod snapshot;
mod txn;
mod watch;
mod world;

use std::sync::Arc;

pub use catalogue::{Catalogue, Codec};
pub use embedded::Embedded;
use log::Memory;
pub use log::{Commit, Log, LogError, Row};
pub use snapshot::Snapshot;
pub use txn::Txn;
pub use watch::{Batch, Change, Watch};

/// Counts commits; grows by one with each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// Why the store could not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The log refused or could not be written; nothing was changed.
    #[error("the state could not be written")]
    Write(#[source] Arc<LogError>),
    /// The log could not be read.
    #[error("the state could not be read")]
    Read(#[source] Arc<LogError>),
    /// What the log holds is not what this version wrote.
    #[error("the {kind} {key} in the state cannot be read")]
    Corrupt {
        /// The kind's text.
        kind: String,
        /// The key.
        key: String,
        /// Why.
        #[source]
        cause: Arc<serde_json::Error>,
    },
}

/// The store; clones share it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<shared::Shared>,
}

impl Store {
    /// Opens the store over `log`, reading all that it holds.
    ///
    /// # Errors
    /// When the log cannot be read or holds what this version does not understand.
    pub fn open(catalogue: Catalogue, log: Box<dyn Log>) -> Result<Self, StoreError> {
        Ok(Self { shared: Arc::new(shared::Shared::open(catalogue, log)?) })
    }

    /// An empty store that forgets everything when it goes.
    pub fn in_memory() -> Self {
        Self::open(Catalogue::default(), Box::new(Memory)).expect("memory holds nothing that could not be read")
    }

    /// The world as the last commit left it.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// Runs `change` on the latest world and commits what it wrote, all or nothing; returns when it is durable.
    ///
    /// `change` may run more than once: it must have no effect but on its [`Txn`].
    ///
    /// # Errors
    /// What `change` returns (nothing is written then), or the store's own failure.
    pub async fn write<T, E: From<StoreError>>(&self, change: impl FnMut(&mut Txn) -> Result<T, E>) -> Result<T, E> {
        self.shared.write(change).await
    }

    /// Watches commits from now on.
    pub fn watch(&self) -> Watch {
        self.shared.watch()
    }
}
