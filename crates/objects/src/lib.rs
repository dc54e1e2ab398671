//! Keeps the bytes of objects in files: written once, hashed as they come, durable before they have a name, read in pieces.
//!
//! A blob that nobody refers to is a stray, and whoever knows what is referred to removes it. What is being written or read
//! is [held](Hold) and never a stray, so that the two cannot meet.

mod hold;
mod intake;
mod outlet;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

pub use hold::Hold;
pub use intake::{Intake, Kept};
pub use outlet::{Extent, Pieces};

/// Where files lie until they are whole.
const INCOMING: &str = "incoming";

/// All blobs below one folder; clones share it.
#[derive(Clone, Debug)]
pub struct Blobs {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    /// How often each blob is held.
    held: Mutex<HashMap<String, usize>>,
}

impl Blobs {
    /// The blobs in a folder, which is made if need be and readable by its owner only.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        make_folder(&folder.join(INCOMING))?;
        Ok(Self { shared: Arc::new(Shared { folder, held: Mutex::default() }) })
    }

    /// Keeps a blob from being a stray until the result is dropped.
    pub fn hold(&self, id: &str) -> Hold {
        Hold::new(&self.shared, id)
    }

    /// Every blob, whole or not, that nobody holds now. Ask for them first and only then who is referred to.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn not_held(&self) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        for shard in fs::read_dir(&self.shared.folder)? {
            let shard = shard?;
            if shard.file_type()?.is_dir() {
                for file in fs::read_dir(shard.path())? {
                    found.extend(file?.file_name().into_string().ok());
                }
            }
        }
        found.retain(|id| !hold::is_held(&self.shared, id));
        Ok(found)
    }

    /// Removes a blob, unless it is held or gone already.
    ///
    /// # Errors
    /// The system's.
    pub fn remove(&self, id: &str) -> io::Result<()> {
        if hold::is_held(&self.shared, id) {
            return Ok(());
        }
        [self.path(id), self.incoming(id)].iter().try_for_each(|path| match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }

    fn path(&self, id: &str) -> PathBuf {
        self.shared.folder.join(id.get(..2).unwrap_or("--")).join(id)
    }

    fn incoming(&self, id: &str) -> PathBuf {
        self.shared.folder.join(INCOMING).join(id)
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use checksum::{Algorithm, hex};

    struct Site {
        blobs: Blobs,
        folder: tempfile::TempDir,
    }

    fn site() -> Site {
        let folder = tempfile::tempdir().unwrap();
        Site { blobs: Blobs::open(folder.path().join("objects")).unwrap(), folder }
    }

    impl Site {
        async fn keep(&self, bytes: &[u8]) -> Kept {
            let mut intake = self.blobs.intake(&[Algorithm::Crc32]).unwrap();
            for piece in bytes.chunks(100_000) {
                intake.write(piece).await.unwrap();
            }
            intake.finish().await.unwrap()
        }

        async fn read(&self, extents: Vec<Extent>) -> io::Result<Vec<u8>> {
            let mut pieces = self.blobs.read(extents);
            let mut whole = Vec::new();
            while let Some(piece) = pieces.next().await {
                whole.extend_from_slice(&piece?);
            }
            Ok(whole)
        }
    }

    fn extent(kept: &Kept, offset: u64, length: u64) -> Extent {
        Extent { blob: kept.id.clone(), offset, length }
    }

    #[tokio::test]
    async fn what_was_kept_is_read_back_whole_and_in_parts() {
        let site = site();
        let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
        let (first, second) = (site.keep(&bytes).await, site.keep(b"the end").await);
        assert_eq!((first.size, hex(&first.md5)), (1_000_000, hex(&checksum::Md5::of(&bytes))));
        assert_eq!(first.sums, [(Algorithm::Crc32, Algorithm::Crc32.of(&bytes))]);
        let all = site.read(vec![extent(&first, 0, first.size), extent(&second, 0, second.size)]).await.unwrap();
        assert_eq!(all, [&bytes[..], b"the end"].concat());
        let part = site.read(vec![extent(&first, 999_998, 2), extent(&second, 4, 3)]).await.unwrap();
        assert_eq!(part, [&bytes[999_998..], b"end"].concat());
        assert_eq!(site.read(vec![]).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn a_file_that_is_shorter_than_it_should_be_is_an_error_and_never_an_end() {
        let site = site();
        let kept = site.keep(b"short").await;
        assert!(site.read(vec![extent(&kept, 0, 6)]).await.is_err());
        assert!(site.read(vec![Extent { blob: "00none".into(), offset: 0, length: 1 }]).await.is_err());
    }

    #[tokio::test]
    async fn what_is_held_is_no_stray_and_what_is_given_up_leaves_nothing() {
        let site = site();
        let kept = site.keep(b"x").await;
        assert_eq!(site.blobs.not_held().unwrap(), Vec::<String>::new());
        site.blobs.remove(&kept.id).unwrap();
        let id = kept.id.clone();
        drop(kept);
        assert_eq!(site.blobs.not_held().unwrap(), std::slice::from_ref(&id));
        let again = site.blobs.hold(&id);
        assert!(site.blobs.not_held().unwrap().is_empty());
        drop(again);
        site.blobs.remove(&id).unwrap();
        site.blobs.remove(&id).unwrap();
        let mut intake = site.blobs.intake(&[]).unwrap();
        intake.write(&[0; 400_000]).await.unwrap();
        drop(intake);
        assert!(site.blobs.not_held().unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_a_crash_left_half_written_is_found_and_removed() {
        let site = site();
        fs::write(site.folder.path().join("objects/incoming/0123"), "half").unwrap();
        assert_eq!(site.blobs.not_held().unwrap(), ["0123"]);
        site.blobs.remove("0123").unwrap();
        assert!(site.blobs.not_held().unwrap().is_empty());
    }
}
