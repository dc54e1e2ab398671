//! The socket path: every core accepts at every address, so that connections never wander.

use std::io;
use std::net::SocketAddrV4;

use super::listener::Listener;
use super::route::Route;
use crate::{Cores, Place};

/// The running threads. Dropping it resets every connection.
#[derive(Debug)]
pub struct Engine {
    cores: Cores,
}

impl Engine {
    /// Starts `threads` threads, at least one; usually as many as there are cores.
    pub fn start(threads: usize) -> io::Result<Self> {
        Ok(Self { cores: Cores::start("tcp", threads)? })
    }

    /// Accepts connections at `addr` in `place` and carries them along `route`, at most `limit` at a time; more are
    /// reset.
    pub fn listen(&self, place: &dyn Place, addr: SocketAddrV4, route: Route, limit: usize) -> io::Result<Listener> {
        let sockets = self.cores.handles().map(|_| place.tcp_listener(addr, true)).collect::<io::Result<Vec<_>>>()?;
        Listener::start(addr, sockets.into_iter().zip(self.cores.handles()), route, limit)
    }
}
