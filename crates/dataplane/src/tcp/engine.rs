//! The threads of the socket path: one runtime per core, so that connections never wander.

use std::io;
use std::net::SocketAddrV4;
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::listener::Listener;
use super::route::Route;
use crate::Place;

/// The running threads. Dropping it resets every connection.
#[derive(Debug)]
pub struct Engine {
    cores: Vec<Core>,
}

#[derive(Debug)]
struct Core {
    handle: Handle,
    /// Dropping it ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts `threads` threads, at least one; usually as many as there are cores.
    pub fn start(threads: usize) -> io::Result<Self> {
        let cores = (0..threads.max(1)).map(Core::start).collect::<io::Result<_>>()?;
        Ok(Self { cores })
    }

    /// Accepts connections at `addr` in `place` and carries them along `route`, at most `limit` at a time; more are
    /// reset.
    pub fn listen(&self, place: &dyn Place, addr: SocketAddrV4, route: Route, limit: usize) -> io::Result<Listener> {
        let sockets = self.cores.iter().map(|_| place.tcp_listener(addr, true)).collect::<io::Result<Vec<_>>>()?;
        let handles = self.cores.iter().map(|core| &core.handle);
        Listener::start(addr, sockets.into_iter().zip(handles), route, limit)
    }
}

impl Core {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            // The sender never sends: that it is gone is the message.
            let _ = runtime.block_on(stopped);
        };
        let thread = std::thread::Builder::new().name(format!("tcp-{number}")).spawn(run)?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.stop = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("a thread of the socket path died");
        }
    }
}
