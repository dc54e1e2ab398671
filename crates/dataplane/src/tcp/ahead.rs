//! Bytes read ahead of TLS, which asks for them in small pieces. A connection has room for them only while there are any.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// What is read at once: four records of TLS.
const ROOM: usize = 64 * 1024;
/// Rooms that a thread keeps for the next connection with bytes.
const SPARE: usize = 16;

thread_local! {
    static POOL: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// What was read and not asked for yet.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    room: Box<[u8]>,
    held: Range<usize>,
}

impl Ahead {
    /// Reads for somebody who asks for less than there may be. Who has half as much room reads the socket without a detour.
    pub(super) fn poll_read<R: AsyncRead + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        from: &mut R,
        wanted: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.held.is_empty() {
            if wanted.remaining() >= ROOM / 2 {
                return Pin::new(from).poll_read(context, wanted);
            }
            ready!(self.fill(context, from))?;
        }
        let some = self.held.start..self.held.end.min(self.held.start + wanted.remaining());
        self.held.start = some.end;
        wanted.put_slice(&self.room[some]);
        if self.held.is_empty() {
            give_back(std::mem::take(&mut self.room));
        }
        Poll::Ready(Ok(()))
    }

    fn fill<R: AsyncRead + Unpin>(&mut self, context: &mut Context<'_>, from: &mut R) -> Poll<io::Result<()>> {
        let mut room = POOL.with_borrow_mut(Vec::pop).unwrap_or_else(|| vec![0; ROOM].into());
        let mut read = ReadBuf::new(&mut room);
        let done = Pin::new(from).poll_read(context, &mut read);
        self.held = 0..read.filled().len();
        self.room = room;
        if self.held.is_empty() {
            give_back(std::mem::take(&mut self.room));
        }
        done
    }
}

/// Keeps a room for the next one, unless there are enough or the thread ends.
fn give_back(room: Box<[u8]>) {
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < SPARE && room.len() == ROOM {
            pool.push(room);
        }
    });
}

impl Drop for Ahead {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.room));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncWriteExt, duplex};

    use super::*;

    async fn read(ahead: &mut Ahead, from: &mut (impl AsyncRead + Unpin), most: usize) -> Vec<u8> {
        let mut bytes = vec![0; most];
        let mut wanted = ReadBuf::new(&mut bytes);
        std::future::poll_fn(|context| ahead.poll_read(context, from, &mut wanted)).await.unwrap();
        wanted.filled().to_vec()
    }

    #[tokio::test]
    async fn bytes_come_in_order_whatever_is_asked_for_and_then_the_end() {
        let (mut writer, mut reader) = duplex(ROOM * 2);
        let sent: Vec<u8> = (0..ROOM + 100).map(|n| (n % 251) as u8).collect();
        writer.write_all(&sent).await.unwrap();
        drop(writer);
        let (mut ahead, mut got) = (Ahead::default(), Vec::new());
        for most in (1..).map(|n| n * 97) {
            let bytes = read(&mut ahead, &mut reader, most).await;
            if bytes.is_empty() {
                break;
            }
            got.extend(bytes);
        }
        assert!(got == sent);
    }

    #[tokio::test]
    async fn a_connection_without_bytes_holds_no_room() {
        let (mut writer, mut reader) = duplex(ROOM);
        let mut ahead = Ahead::default();
        writer.write_all(b"hello").await.unwrap();
        assert_eq!(read(&mut ahead, &mut reader, 2).await, b"he");
        assert_eq!(ahead.room.len(), ROOM);
        assert_eq!(read(&mut ahead, &mut reader, 9).await, b"llo");
        assert!(ahead.room.is_empty());
    }
}
