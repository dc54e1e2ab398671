//! Reading: the bytes of extents, one after the other, in pieces that the reader takes when it can.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

use crate::Blobs;

/// How much is read at once.
const PIECE: usize = 256 << 10;
/// How many pieces wait for a slow reader.
const WAITING: usize = 2;

/// A part of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The blob.
    pub blob: String,
    /// Where it begins.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u64,
}

/// The pieces of what is being read. Dropped early, reading ends.
#[derive(Debug)]
pub struct Pieces(Receiver<io::Result<Bytes>>);

impl Pieces {
    /// The next piece; none at the end. Nothing follows an error.
    pub async fn next(&mut self) -> Option<io::Result<Bytes>> {
        self.0.recv().await
    }

    /// The same, for those who poll.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.0.poll_recv(cx)
    }
}

impl Blobs {
    /// Reads extents one after the other. They are held until the last piece is taken. Must be called within a runtime.
    pub fn read(&self, extents: Vec<Extent>) -> Pieces {
        let (sender, receiver) = channel(WAITING);
        let holds: Vec<_> = extents.iter().map(|extent| self.hold(&extent.blob)).collect();
        let blobs = self.clone();
        tokio::spawn(async move {
            if let Err(error) = blobs.send(extents, &sender).await {
                // A reader that left needs no error.
                let _ = sender.send(Err(error)).await;
            }
            drop(holds);
        });
        Pieces(receiver)
    }

    async fn send(&self, extents: Vec<Extent>, sender: &Sender<io::Result<Bytes>>) -> io::Result<()> {
        for Extent { blob, mut offset, mut length } in extents {
            let path = self.path(&blob);
            let mut file = spawn_blocking(move || File::open(path)).await.map_err(io::Error::other)??;
            while length > 0 {
                let piece;
                (file, piece) = read_at(file, offset, length).await?;
                offset += piece.len() as u64;
                length -= piece.len() as u64;
                if sender.send(Ok(piece)).await.is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

async fn read_at(file: File, offset: u64, most: u64) -> io::Result<(File, Bytes)> {
    let read = spawn_blocking(move || {
        let size = usize::try_from(most).map_or(PIECE, |most| most.min(PIECE));
        let mut piece = vec![0; size];
        file.read_exact_at(&mut piece, offset)?;
        Ok((file, Bytes::from(piece)))
    });
    read.await.map_err(io::Error::other)?
}
