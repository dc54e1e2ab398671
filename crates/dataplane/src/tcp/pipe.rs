//! Pipes for `splice(2)`: bytes pass from socket to socket as pages. A connection takes a pipe only while bulk is under way.

use std::cell::RefCell;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::ptr::null_mut;

use nix::fcntl::{FcntlArg, fcntl};

/// What a pipe should hold; without the privilege for it the kernel's default (64 KiB) stays, which works too.
const CAPACITY: usize = 256 * 1024;
/// Empty pipes that a thread keeps for the next bulk transfer.
const SPARE: usize = 16;

thread_local! {
    static POOL: RefCell<Vec<Pipe>> = const { RefCell::new(Vec::new()) };
}

struct Pipe {
    reader: PipeReader,
    writer: PipeWriter,
    held: usize,
}

impl Pipe {
    fn open() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        // The size is a wish; see CAPACITY.
        let _ = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(CAPACITY as i32));
        Ok(Self { reader, writer, held: 0 })
    }
}

/// A pipe on loan from this thread's pool; it goes back if it is empty.
pub(super) struct Loan(Option<Pipe>);

impl Loan {
    /// Takes a spare pipe, or opens one.
    pub(super) fn take() -> io::Result<Self> {
        let spare = POOL.with_borrow_mut(Vec::pop);
        Ok(Self(Some(spare.map_or_else(Pipe::open, Ok)?)))
    }

    /// Moves what the socket has into the empty pipe; zero is the end of the stream.
    pub(super) fn fill(&mut self, socket: impl AsFd) -> io::Result<usize> {
        let pipe = self.pipe();
        let moved = splice(socket.as_fd(), pipe.writer.as_fd(), CAPACITY)?;
        pipe.held += moved;
        Ok(moved)
    }

    /// Moves what the socket takes out of the pipe.
    pub(super) fn drain(&mut self, socket: impl AsFd) -> io::Result<usize> {
        let pipe = self.pipe();
        let moved = splice(pipe.reader.as_fd(), socket.as_fd(), pipe.held)?;
        pipe.held = pipe.held.saturating_sub(moved);
        Ok(moved)
    }

    /// Whether every byte that went in has come out.
    pub(super) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|pipe| pipe.held == 0)
    }

    fn pipe(&mut self) -> &mut Pipe {
        self.0.as_mut().expect("only drop takes the pipe out")
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some(pipe) = self.0.take().filter(|pipe| pipe.held == 0) else {
            return;
        };
        // While a thread ends its pool may be gone already; then the pipe just closes.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < SPARE {
                pool.push(pipe);
            }
        });
    }
}

/// One `splice(2)` that never waits; one end must be a pipe.
fn splice(from: BorrowedFd<'_>, to: BorrowedFd<'_>, length: usize) -> io::Result<usize> {
    let flags = libc::SPLICE_F_MOVE | libc::SPLICE_F_NONBLOCK;
    loop {
        // SAFETY: both descriptors are borrowed, so open, during the call; null offsets hand the kernel no memory of ours.
        let moved = unsafe { libc::splice(from.as_raw_fd(), null_mut(), to.as_raw_fd(), null_mut(), length, flags) };
        match usize::try_from(moved) {
            Ok(moved) => return Ok(moved),
            Err(_) => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::Interrupted => {}
                error => return Err(error),
            },
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;

    fn pooled() -> usize {
        POOL.with_borrow(Vec::len)
    }

    #[test]
    fn what_goes_in_comes_out_and_the_empty_pipe_goes_back_to_the_pool() {
        let ((mut a, b), (c, mut d)) = (UnixStream::pair().unwrap(), UnixStream::pair().unwrap());
        a.write_all(b"hello").unwrap();
        let before = pooled();
        let mut loan = Loan::take().unwrap();
        assert_eq!((loan.fill(&b).unwrap(), loan.is_empty()), (5, false));
        assert_eq!((loan.drain(&c).unwrap(), loan.is_empty()), (5, true));
        drop(loan);
        assert_eq!(pooled(), before.max(1));
        let mut out = [0; 5];
        d.read_exact(&mut out).unwrap();
        assert_eq!(&out, b"hello");
    }

    #[test]
    fn a_pipe_that_still_holds_bytes_is_never_lent_again() {
        let (mut a, b) = UnixStream::pair().unwrap();
        a.write_all(b"secret").unwrap();
        let mut loan = Loan::take().unwrap();
        loan.fill(&b).unwrap();
        let before = pooled();
        drop(loan);
        assert_eq!(pooled(), before);
    }

    #[test]
    fn an_empty_socket_does_not_block() {
        let (a, _b) = UnixStream::pair().unwrap();
        a.set_nonblocking(true).unwrap();
        let error = Loan::take().unwrap().fill(&a).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }
}
