//! The note on disk by which a later daemon finds a machine that an earlier one started.

use std::fs;
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::cgroup::Membership;
use crate::process::ProcessIdentity;

/// The running first process of a machine. Written before that process does anything that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) init: ProcessIdentity,
    pub(crate) cgroup: Membership,
}

/// Reads a value that [`write_json`] wrote; `None` if the file is absent.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a value so that a reader sees the old one or the new one, never half of it, also after a power cut. Only root may read
/// it.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, value)?;
    file.as_file().sync_data()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_what_was_not_is_absent() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("value.json");
        assert_eq!(read_json::<Vec<u8>>(&path).expect("readable"), None);
        write_json(&path, &vec![1_u8, 2]).expect("writable");
        write_json(&path, &vec![3_u8]).expect("replaceable");
        assert_eq!(read_json::<Vec<u8>>(&path).expect("readable"), Some(vec![3]));
    }

    #[test]
    fn damage_is_an_error_and_not_an_absence() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("value.json");
        fs::write(&path, "[1,").expect("writable");
        assert!(read_json::<Vec<u8>>(&path).is_err());
    }
}
