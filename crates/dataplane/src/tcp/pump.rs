//! One direction of a connection: small messages by read and write, bulk by splice, end of stream passed on.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::ReadHalf;
use tokio::time::{Instant, sleep_until};

use super::pipe::Loan;

/// What is read at once; also the amount from which on copying costs more than a pipe.
const CHUNK: usize = 64 * 1024;
/// Pipe-fulls that one connection may move before others have a turn.
const TURN: usize = 16;

thread_local! {
    /// The bytes under way on this thread; they leave it before anything awaits, so idle connections hold no buffer.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; CHUNK].into());
}

/// Carries bytes from one socket to the other until the first ends, then shuts the second for writing.
///
/// What only busy connections need is boxed, so that an idle one does not carry the room for it.
pub(super) async fn pump(mut from: ReadHalf<'_>, to: &TcpStream, activity: &Activity) -> io::Result<()> {
    loop {
        let moved = poll_fn(|context| copy(context, &mut from, to)).await?;
        activity.touch();
        match moved {
            Copied::End => break,
            Copied::All(length) if length < CHUNK => {}
            Copied::All(_) => {
                if Box::pin(bulk(from.as_ref(), to, activity)).await? {
                    break;
                }
            }
            Copied::Part(rest) => Box::pin(finish(to, &rest, activity)).await?,
        }
    }
    SockRef::from(to).shutdown(Shutdown::Write)
}

enum Copied {
    All(usize),
    /// The receiver is slower: these bytes are still to be written.
    Part(Box<[u8]>),
    End,
}

/// Reads once and writes what the receiver takes at once.
fn copy(context: &mut Context<'_>, from: &mut ReadHalf<'_>, to: &TcpStream) -> Poll<io::Result<Copied>> {
    BUFFER.with_borrow_mut(|buffer| {
        let mut read = ReadBuf::new(buffer);
        ready!(Pin::new(from).poll_read(context, &mut read))?;
        let bytes = read.filled();
        if bytes.is_empty() {
            return Poll::Ready(Ok(Copied::End));
        }
        let written = write_some(to, bytes)?;
        let rest = &bytes[written..];
        Poll::Ready(Ok(if rest.is_empty() { Copied::All(written) } else { Copied::Part(rest.into()) }))
    })
}

/// Writes until all is written or the socket takes no more.
fn write_some(to: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while written < bytes.len() {
        match to.try_write(&bytes[written..]) {
            Ok(length) => written += length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

async fn finish(to: &TcpStream, rest: &[u8], activity: &Activity) -> io::Result<()> {
    let mut written = 0;
    while written < rest.len() {
        to.writable().await?;
        written += write_some(to, &rest[written..])?;
        activity.touch();
    }
    Ok(())
}

/// Splices until the sender pauses or ends; true at the end. At most one pipe-full is ever held.
async fn bulk(from: &TcpStream, to: &TcpStream, activity: &Activity) -> io::Result<bool> {
    let mut pipe = Loan::take()?;
    for turn in 1_usize.. {
        match from.try_io(Interest::READABLE, || pipe.fill(from)) {
            Ok(0) => return Ok(true),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
        while !pipe.is_empty() {
            match to.try_io(Interest::WRITABLE, || pipe.drain(to)) {
                Ok(_) => activity.touch(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => to.writable().await?,
                Err(error) => return Err(error),
            }
        }
        if turn % TURN == 0 {
            tokio::task::yield_now().await;
        }
    }
    Ok(false)
}

/// When a connection last carried a byte, in milliseconds of this process.
pub(super) struct Activity(AtomicU64);

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Activity {
    pub(super) fn now() -> Self {
        Self(AtomicU64::new(milliseconds()))
    }

    pub(super) fn touch(&self) {
        self.0.store(milliseconds(), Ordering::Relaxed);
    }

    /// Returns when nothing was carried for `limit`.
    pub(super) async fn idle(&self, limit: Duration) {
        loop {
            let end = *START + Duration::from_millis(self.0.load(Ordering::Relaxed)) + limit;
            if end <= Instant::now() {
                return;
            }
            sleep_until(end).await;
        }
    }
}

fn milliseconds() -> u64 {
    START.elapsed().as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_touch_while_it_waits_puts_the_idle_end_off() {
        let (activity, limit) = (Activity::now(), Duration::from_millis(60));
        let touched_at = Instant::now() + limit / 2;
        let touch = async {
            sleep_until(touched_at).await;
            activity.touch();
        };
        tokio::join!(touch, activity.idle(limit));
        assert!(touched_at.elapsed() >= limit - Duration::from_millis(2));
    }
}
