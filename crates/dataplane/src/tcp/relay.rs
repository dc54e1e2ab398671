//! Bytes carried between two streams that are more than sockets: what one of them decrypts, the other encrypts or sends.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::pump::Activity;

/// What is gathered at once: four records of TLS.
const CHUNK: usize = 64 * 1024;

thread_local! {
    /// The bytes under way on this thread; what a receiver does not take at once leaves it, so idle connections hold none.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; CHUNK].into());
}

/// Carries bytes both ways until both have ended; the end of one way is passed on at once.
pub(super) async fn relay<A, B>(
    client: &mut A,
    server: &mut B,
    activity: &Activity,
    counts: (&AtomicU64, &AtomicU64),
) -> io::Result<()>
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let (mut up, mut down) = (Way::new(counts.0), Way::new(counts.1));
    poll_fn(|context| {
        let up = up.carry(context, client, server, activity)?;
        let down = down.carry(context, server, client, activity)?;
        if up.is_ready() && down.is_ready() { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}

/// One direction.
struct Way<'a> {
    /// What the receiver did not take yet, and how much of it it has taken since.
    rest: Box<[u8]>,
    written: usize,
    /// Whether what was written may not have left yet.
    unsent: bool,
    stage: Stage,
    count: &'a AtomicU64,
}

enum Stage {
    Carrying,
    Ending,
    Ended,
}

impl<'a> Way<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        Self { rest: Box::default(), written: 0, unsent: false, stage: Stage::Carrying, count }
    }

    fn carry<R, W>(&mut self, context: &mut Context<'_>, from: &mut R, to: &mut W, activity: &Activity) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            match self.stage {
                Stage::Ended => return Poll::Ready(Ok(())),
                Stage::Ending => {
                    ready!(Pin::new(&mut *to).poll_shutdown(context))?;
                    self.stage = Stage::Ended;
                }
                Stage::Carrying if self.written < self.rest.len() => {
                    self.written += ready!(Pin::new(&mut *to).poll_write(context, &self.rest[self.written..]))?;
                    activity.touch();
                    if self.written == self.rest.len() {
                        (self.rest, self.written) = (Box::default(), 0);
                    }
                }
                Stage::Carrying if self.unsent => {
                    ready!(Pin::new(&mut *to).poll_flush(context))?;
                    self.unsent = false;
                }
                Stage::Carrying => ready!(self.copy(context, from, to, activity))?,
            }
        }
    }

    /// Gathers what there is, and writes what the receiver takes.
    fn copy<R, W>(&mut self, context: &mut Context<'_>, from: &mut R, to: &mut W, activity: &Activity) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        BUFFER.with_borrow_mut(|buffer| {
            let mut read = ReadBuf::new(buffer);
            let gathered = gather(context, from, &mut read);
            let bytes = read.filled();
            if bytes.is_empty() {
                ready!(gathered)?;
                self.stage = Stage::Ending;
                return Poll::Ready(Ok(()));
            }
            activity.touch();
            self.count.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            self.unsent = true;
            let mut written = 0;
            while written < bytes.len() {
                match Pin::new(&mut *to).poll_write(context, &bytes[written..])? {
                    Poll::Ready(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    Poll::Ready(length) => written += length,
                    Poll::Pending => {
                        self.rest = bytes[written..].into();
                        break;
                    }
                }
            }
            Poll::Ready(Ok(()))
        })
    }
}

/// Reads until there is nothing more for the moment or no room; an error or an end after some bytes will come again.
fn gather<R: AsyncRead + Unpin>(context: &mut Context<'_>, from: &mut R, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
    while read.remaining() > 0 {
        let before = read.filled().len();
        match Pin::new(&mut *from).poll_read(context, read) {
            Poll::Ready(Ok(())) if read.filled().len() > before => {}
            other => return other,
        }
    }
    Poll::Ready(Ok(()))
}
