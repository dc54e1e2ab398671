//! Where commits go to last: the only part that differs between backends.

use crate::Revision;

/// One row that a commit writes, or removes when it has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The kind's text.
    pub kind: &'static str,
    /// The resource's key.
    pub key: String,
    /// The resource as JSON; none removes it.
    pub value: Option<Vec<u8>>,
}

/// What is to become durable together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The revision that it is computed from; a log with another head refuses.
    pub base: Revision,
    /// The revision that it makes.
    pub revision: Revision,
    /// What it writes.
    pub rows: Vec<Row>,
}

/// Why a log did not take a commit.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Somebody else committed first: compute again on the newer world.
    #[error("another writer came first")]
    Conflict,
    /// The store is being closed.
    #[error("the store is closed")]
    Stopped,
    /// The medium failed.
    #[error("the log failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A durable sequence of commits. etcd fits: rows are keys, `base` is a compare on the head key's revision.
pub trait Log: Send + Sync {
    /// All rows, as kind, key and value, and the head revision.
    ///
    /// # Errors
    /// When the medium fails.
    fn load(&self) -> Result<(Revision, Vec<(String, String, Vec<u8>)>), LogError>;

    /// Makes commits durable in order, all of them or none.
    ///
    /// # Errors
    /// When the head is not the first commit's base, or the medium fails.
    fn append(&self, commits: &[Commit]) -> Result<(), LogError>;
}

/// A log that keeps nothing.
#[derive(Debug, Default)]
pub(crate) struct Memory;

impl Log for Memory {
    fn load(&self) -> Result<(Revision, Vec<(String, String, Vec<u8>)>), LogError> {
        Ok((Revision(0), Vec::new()))
    }

    fn append(&self, _: &[Commit]) -> Result<(), LogError> {
        Ok(())
    }
}
