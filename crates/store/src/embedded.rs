//! The embedded log: one file, by redb. A commit that was answered is on the disk.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::{Commit, Log, LogError, Revision};

const ROWS: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("rows");
const HEAD: TableDefinition<'_, (), u64> = TableDefinition::new("head");

/// A log in a file of its own, which only one process opens at a time.
pub struct Embedded {
    path: PathBuf,
    /// None after a failure: redb answers nothing more then, although a full disk has room again. It is opened anew.
    database: Mutex<Option<Database>>,
}

impl Embedded {
    /// Opens the file, making it when there is none; it holds secrets, so only its owner may read it.
    ///
    /// # Errors
    /// When it cannot be opened, or another process has it open.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map_err(failed)?;
        let database = Database::create(path).map_err(failed)?;
        let init = database.begin_write().map_err(failed)?;
        init.open_table(ROWS).map_err(failed)?;
        init.open_table(HEAD).map_err(failed)?;
        init.commit().map_err(failed)?;
        Ok(Self { path: path.to_owned(), database: Mutex::new(Some(database)) })
    }

    /// Works with the database, which is opened again if something failed before, and never made again.
    fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, LogError>) -> Result<T, LogError> {
        let mut open = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let database = open.take().map_or_else(|| Database::open(&self.path).map_err(failed), Ok)?;
        let done = work(&database);
        *open = Some(database).filter(|_| !matches!(done, Err(LogError::Failed(_))));
        done
    }
}

impl Log for Embedded {
    fn load(&self) -> Result<(Revision, Vec<(String, String, Vec<u8>)>), LogError> {
        self.with(load)
    }

    fn append(&self, commits: &[Commit]) -> Result<(), LogError> {
        self.with(|database| append(database, commits))
    }
}

fn load(database: &Database) -> Result<(Revision, Vec<(String, String, Vec<u8>)>), LogError> {
    let txn = database.begin_read().map_err(failed)?;
    let head = txn.open_table(HEAD).map_err(failed)?.get(()).map_err(failed)?.map_or(0, |head| head.value());
    let rows = txn.open_table(ROWS).map_err(failed)?;
    let mut all = Vec::new();
    for row in rows.iter().map_err(failed)? {
        let (key, value) = row.map_err(failed)?;
        let (kind, key) = key.value();
        all.push((kind.to_owned(), key.to_owned(), value.value().to_vec()));
    }
    Ok((Revision(head), all))
}

fn append(database: &Database, commits: &[Commit]) -> Result<(), LogError> {
    let (Some(first), Some(last)) = (commits.first(), commits.last()) else { return Ok(()) };
    let txn = database.begin_write().map_err(failed)?;
    {
        let mut head = txn.open_table(HEAD).map_err(failed)?;
        let found = head.get(()).map_err(failed)?.map_or(0, |head| head.value());
        if found != first.base.0 {
            return Err(LogError::Conflict);
        }
        head.insert((), last.revision.0).map_err(failed)?;
        let mut rows = txn.open_table(ROWS).map_err(failed)?;
        for row in commits.iter().flat_map(|commit| &commit.rows) {
            let key = (row.kind, row.key.as_str());
            match &row.value {
                Some(value) => drop(rows.insert(key, value.as_slice()).map_err(failed)?),
                None => drop(rows.remove(key).map_err(failed)?),
            }
        }
    }
    txn.commit().map_err(failed)
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> LogError {
    LogError::Failed(Box::new(error))
}
