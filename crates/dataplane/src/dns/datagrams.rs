//! Questions in batches: one system call takes what has arrived.

use std::io::{self, IoSliceMut};
use std::net::{SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;

use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, recvmmsg};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A question is far shorter; what does not fit is cut and answered as malformed.
const LARGEST_QUESTION: usize = 4096;
/// How many datagrams are taken at once, before others have a turn.
const BATCH: usize = 32;

/// A socket whose task wakes for datagrams that arrive. To be woken also for every one that has left, as tokio's own would
/// be, costs a fifth of an answer.
pub(super) fn readable(socket: UdpSocket) -> io::Result<AsyncFd<UdpSocket>> {
    // SAFETY: a UdpSocket owns its descriptor, and shows the same one until it is dropped.
    unsafe { AsyncFd::register_with_interest(socket, Interest::READABLE) }.map_err(io::Error::from)
}

/// From a question and its sender to a reply, or to none for now.
pub(super) trait Answer: FnMut(&[u8], SocketAddrV4, &mut Vec<u8>) -> bool {}

impl<F: FnMut(&[u8], SocketAddrV4, &mut Vec<u8>) -> bool> Answer for F {}

/// Room for one batch, and for one reply.
pub(super) struct Datagrams {
    questions: Box<[u8]>,
    headers: MultiHeaders<SockaddrIn>,
    reply: Vec<u8>,
}

impl Datagrams {
    pub(super) fn new() -> Self {
        let questions = vec![0; BATCH * LARGEST_QUESTION].into();
        Self { questions, headers: MultiHeaders::preallocate(BATCH, None), reply: Vec::new() }
    }

    /// Takes what has arrived, a batch at most, and sends what `answer` writes for each: false is no reply now. Replies that
    /// the socket cannot take are dropped, as networks drop them. True says that more may have arrived.
    pub(super) fn exchange(&mut self, socket: &AsyncFd<UdpSocket>, answer: impl Answer) -> bool {
        // Without datagrams, or with an ICMP error about an earlier reply, there is nothing to do.
        socket.try_io(Interest::READABLE, |socket| self.take(socket, answer)).is_ok()
    }

    /// Fewer than a batch is all that there was: the socket is as good as blocked, and the next datagram wakes its task.
    fn take(&mut self, socket: &UdpSocket, mut answer: impl Answer) -> io::Result<()> {
        let mut rooms: Vec<_> = self.questions.chunks_exact_mut(LARGEST_QUESTION).map(|room| [IoSliceMut::new(room)]).collect();
        let mut count = 0;
        for datagram in recvmmsg(socket.as_raw_fd(), &mut self.headers, rooms.iter_mut(), MsgFlags::MSG_DONTWAIT, None)? {
            count += 1;
            let (Some(question), Some(from)) = (datagram.iovs().next(), datagram.address) else { continue };
            let from = SocketAddrV4::from(from);
            if answer(question, from, &mut self.reply) {
                let _ = socket.send_to(&self.reply, from);
            }
        }
        if count < BATCH { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
    }
}
