//! Writing a blob: bytes are gathered, hashed and written in pieces on threads that may block; at the end the file is made
//! durable and gets its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use checksum::{Algorithm, Hasher, Md5};
use rand::RngCore;
use tokio::task::spawn_blocking;

use crate::{Blobs, Hold, make_folder};

/// How much is gathered before it is written: what an upload costs in memory.
const PIECE: usize = 256 << 10;

/// A blob that is being written. Dropped before it is finished, it leaves nothing.
pub struct Intake {
    blobs: Blobs,
    gathered: Vec<u8>,
    /// Absent only while a thread has it.
    writer: Option<Writer>,
    unfinished: Unfinished,
}

/// A blob that is whole and durable.
#[derive(Debug)]
pub struct Kept {
    /// Its name.
    pub id: String,
    /// How many bytes it has.
    pub size: u64,
    /// Their MD5.
    pub md5: [u8; 16],
    /// The checksums that were asked for.
    pub sums: Vec<(Algorithm, Vec<u8>)>,
    /// Keeps it until something refers to it.
    pub hold: Hold,
}

struct Writer {
    file: File,
    size: u64,
    md5: Md5,
    hashers: Vec<(Algorithm, Hasher)>,
}

/// Removes the file that never got its name.
struct Unfinished {
    path: PathBuf,
    id: String,
    hold: Option<Hold>,
}

impl Blobs {
    /// Begins a blob whose checksums of these kinds are wanted.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn intake(&self, wanted: &[Algorithm]) -> io::Result<Intake> {
        let mut random = [0; 16];
        rand::rng().fill_bytes(&mut random);
        let id = checksum::hex(&random);
        let path = self.incoming(&id);
        let hold = Some(self.hold(&id));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        let hashers = wanted.iter().map(|algorithm| (*algorithm, Hasher::new(*algorithm))).collect();
        let writer = Some(Writer { file, size: 0, md5: Md5::default(), hashers });
        Ok(Intake { blobs: self.clone(), gathered: Vec::new(), writer, unfinished: Unfinished { path, id, hold } })
    }
}

impl Intake {
    /// How many bytes came so far.
    pub fn size(&self) -> u64 {
        self.writer.as_ref().map_or(0, |writer| writer.size) + self.gathered.len() as u64
    }

    /// Takes more bytes.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    /// Makes everything durable, and then gives it its name.
    ///
    /// # Errors
    /// When that is not possible; then nothing is left of it.
    pub async fn finish(mut self) -> io::Result<Kept> {
        self.flush().await?;
        let writer = self.writer.take().ok_or_else(lost)?;
        let Unfinished { path, id, .. } = &self.unfinished;
        let (from, to) = (path.clone(), self.blobs.path(id));
        let kept = spawn_blocking(move || {
            writer.file.sync_all()?;
            name(&from, &to)?;
            let sums = writer.hashers.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finish())).collect();
            Ok::<_, io::Error>((writer.size, writer.md5.finish(), sums))
        });
        let (size, md5, sums) = kept.await.map_err(io::Error::other)??;
        let hold = self.unfinished.hold.take().ok_or_else(lost)?;
        Ok(Kept { id: self.unfinished.id.clone(), size, md5, sums, hold })
    }

    async fn flush(&mut self) -> io::Result<()> {
        let (mut writer, mut piece) = (self.writer.take().ok_or_else(lost)?, std::mem::take(&mut self.gathered));
        let written = spawn_blocking(move || {
            writer.take(&piece)?;
            piece.clear();
            Ok::<_, io::Error>((writer, piece))
        });
        let (writer, piece) = written.await.map_err(io::Error::other)??;
        (self.writer, self.gathered) = (Some(writer), piece);
        Ok(())
    }
}

impl Writer {
    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece)?;
        self.size += piece.len() as u64;
        self.md5.update(piece);
        self.hashers.iter_mut().for_each(|(_, hasher)| hasher.update(piece));
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.hold.is_some()
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::debug!(%error, id = self.id, "an unfinished blob was not removed; it is a stray now");
        }
    }
}

/// Moves a durable file to its name, durably.
fn name(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().ok_or_else(lost)?;
    if !folder.exists() {
        make_folder(folder)?;
        folder.parent().map_or(Ok(()), sync_folder)?;
    }
    fs::rename(from, to)?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// An earlier piece could not be written, and still more was asked for.
fn lost() -> io::Error {
    io::Error::other("the blob was given up")
}
