//! A netlink socket of the namespace in which it was opened; it stays there wherever it is used.

use std::io;

use netlink_sys::Socket as RawSocket;
use nix::sys::socket::{setsockopt, sockopt};

use super::wire::{Attributes, Messages, flag, u32_ne};

/// Enough for a batch of a hundred thousand elements; only what is used is ever allocated.
const BUFFER_LIMIT: usize = 256 << 20;
/// The kernel never fills more than this into one datagram of a dump.
const DATAGRAM: usize = 64 << 10;
/// How often an inventory that changed while it was read is read again.
const DUMP_ATTEMPTS: usize = 8;

/// The kernel's answer to one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The number of the message.
    pub(crate) sequence: u32,
    /// The error number; 0 for success.
    pub(crate) errno: i32,
    /// What the kernel says about the error, if anything.
    pub(crate) reason: Option<String>,
}

/// The socket.
pub(crate) struct Socket {
    raw: RawSocket,
}

impl Socket {
    /// Opens one in the namespace of the calling thread.
    pub(crate) fn open(protocol: isize) -> io::Result<Socket> {
        let raw = RawSocket::new(protocol)?;
        raw.set_cap_ack(true)?;
        raw.set_ext_ack(true)?;
        // Without the privilege to exceed the limit of the machine, the usual limit has to do.
        if setsockopt(&raw, sockopt::RcvBufForce, &BUFFER_LIMIT).is_err() {
            let _ = setsockopt(&raw, sockopt::RcvBuf, &BUFFER_LIMIT);
        }
        Ok(Socket { raw })
    }

    /// Sends messages as one datagram and returns what the kernel answers. Netlink works while it is sent to, so that
    /// all answers are there when sending returns.
    pub(crate) fn request(&self, messages: &[u8]) -> io::Result<Vec<Answer>> {
        self.send(messages)?;
        let mut answers = Vec::new();
        let mut buffer = Vec::with_capacity(DATAGRAM);
        while self.receive(&mut buffer, libc::MSG_DONTWAIT)? {
            answers.extend(
                Messages(&buffer).filter(|m| m.kind == flag::NLMSG_ERROR).filter_map(|m| answer(m.sequence, m.flags, m.body)),
            );
        }
        Ok(answers)
    }

    /// The bodies of an inventory, read again until nothing changed in between.
    pub(crate) fn inventory(&self, request: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        for _ in 0..DUMP_ATTEMPTS {
            let mut bodies = Vec::new();
            if self.dump(request, |body| bodies.push(body.to_vec()))? {
                return Ok(bodies);
            }
        }
        Err(io::Error::from_raw_os_error(libc::EINTR))
    }

    /// The body of the message that answers a question about one thing; none if it does not exist.
    pub(crate) fn one(&self, request: &[u8]) -> io::Result<Option<Vec<u8>>> {
        self.send(request)?;
        let mut buffer = Vec::with_capacity(DATAGRAM);
        while self.receive(&mut buffer, libc::MSG_DONTWAIT)? {
            if let Some(message) = Messages(&buffer).find(|message| message.kind != flag::NLMSG_ERROR) {
                return Ok(Some(message.body.to_vec()));
            }
        }
        Ok(None)
    }

    /// Hands the body of each message of an inventory to `each`; false if things changed while it was read.
    fn dump(&self, request: &[u8], mut each: impl FnMut(&[u8])) -> io::Result<bool> {
        self.send(request)?;
        let mut buffer = Vec::with_capacity(DATAGRAM);
        let mut whole = true;
        loop {
            if !self.receive(&mut buffer, 0)? {
                continue;
            }
            for message in Messages(&buffer) {
                whole &= message.flags & flag::DUMP_INTERRUPTED == 0;
                match message.kind {
                    flag::NLMSG_DONE => return Ok(whole),
                    flag::NLMSG_ERROR => {
                        let errno = answer(message.sequence, message.flags, message.body).map_or(0, |a| a.errno);
                        return if errno == 0 { Ok(whole) } else { Err(io::Error::from_raw_os_error(errno)) };
                    }
                    _ => each(message.body),
                }
            }
        }
    }

    fn send(&self, messages: &[u8]) -> io::Result<()> {
        if messages.len() > DATAGRAM {
            // The kernel accounts the whole datagram against the send buffer.
            let size = (messages.len() * 2).min(BUFFER_LIMIT);
            if setsockopt(&self.raw, sockopt::SndBufForce, &size).is_err() {
                let _ = setsockopt(&self.raw, sockopt::SndBuf, &size);
            }
        }
        let sent = self.raw.send(messages, 0)?;
        if sent == messages.len() { Ok(()) } else { Err(io::Error::from(io::ErrorKind::WriteZero)) }
    }

    /// Fills the buffer with one datagram of the kernel; false when there is none to be had without waiting. What
    /// other processes send is ignored.
    fn receive(&self, buffer: &mut Vec<u8>, flags: libc::c_int) -> io::Result<bool> {
        loop {
            buffer.clear();
            match self.raw.recv_from(buffer, flags) {
                Ok((_, from)) if from.port_number() == 0 => return Ok(true),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Reads an acknowledgement: the negated error number, the header of the request, then attributes.
fn answer(sequence: u32, flags: u16, body: &[u8]) -> Option<Answer> {
    const REASON: u16 = 1;
    let errno = u32_ne(body)?.cast_signed().wrapping_neg();
    let told = flags & flag::ACK_ATTRIBUTES != 0;
    let reason = if told { Attributes::after(body, 20).text(REASON) } else { None };
    Some(Answer { sequence, errno, reason })
}
