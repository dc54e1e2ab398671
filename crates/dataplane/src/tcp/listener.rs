//! A listening address on every core, and what becomes of its connections when it changes or goes.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, SocketAddrV4};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::connection::{Flow, Leg, connection};
use super::route::Route;
use crate::accept::failed;

/// A listener. Dropping it resets its connections, as [`Listener::cut`] does.
#[derive(Debug)]
pub struct Listener {
    wanted: watch::Sender<Wanted>,
    slots: Arc<Semaphore>,
    limit: usize,
}

#[derive(Debug, Clone)]
struct Wanted {
    life: Life,
    route: Arc<Route>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Accepting,
    Closed,
    Cut,
}

impl Listener {
    pub(super) fn start<'h>(
        addr: SocketAddrV4,
        sockets: impl Iterator<Item = (std::net::TcpListener, &'h Handle)>,
        route: Route,
        limit: usize,
    ) -> io::Result<Self> {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        let slots = Arc::new(Semaphore::new(limit));
        let (wanted, changes) = watch::channel(Wanted { life: Life::Accepting, route: Arc::new(route) });
        for (socket, handle) in sockets {
            let _context = handle.enter();
            let acceptor = Acceptor {
                addr,
                slots: Arc::clone(&slots),
                changes: changes.clone(),
                connections: JoinSet::new(),
                targets: HashMap::new(),
            };
            handle.spawn(acceptor.run(TcpListener::from_std(socket)?));
        }
        Ok(Self { wanted, slots, limit })
    }

    /// Sends new connections along another route, and resets those to its evicted targets.
    pub fn publish(&self, route: Route) {
        self.wanted.send_modify(|wanted| wanted.route = Arc::new(route));
    }

    /// Stops accepting; the connections that are open go on.
    pub fn close(&self) {
        self.wanted.send_modify(|wanted| wanted.life = Life::Closed);
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.limit - self.slots.available_permits()
    }

    /// Stops accepting, resets every connection, and waits until all sockets are closed.
    pub async fn cut(self) {
        self.wanted.send_modify(|wanted| wanted.life = Life::Cut);
        self.wanted.closed().await;
    }
}

/// The part of a listener on one core.
struct Acceptor {
    addr: SocketAddrV4,
    slots: Arc<Semaphore>,
    changes: watch::Receiver<Wanted>,
    connections: JoinSet<()>,
    /// Which connection goes where, for evictions.
    targets: HashMap<Id, (SocketAddrV4, AbortHandle)>,
}

impl Acceptor {
    async fn run(mut self, socket: TcpListener) {
        let mut socket = Some(socket);
        loop {
            let Wanted { life, route } = self.changes.borrow_and_update().clone();
            match life {
                Life::Accepting => {}
                Life::Closed => socket = None,
                Life::Cut => break,
            }
            self.evict(&route);
            if self.serve(socket.as_ref()).await.is_err() {
                break;
            }
        }
        drop(socket);
        self.connections.shutdown().await;
    }

    /// Accepts and tidies until something else is wanted; an error means that the listener is gone.
    async fn serve(&mut self, socket: Option<&TcpListener>) -> Result<(), watch::error::RecvError> {
        loop {
            tokio::select! {
                changed = self.changes.changed() => return changed,
                Some(ended) = self.connections.join_next_with_id() => self.forget(ended),
                (client, flow) = accept(self.addr, socket) => self.launch(client, flow),
            }
        }
    }

    /// Starts a connection; one too many, or with nowhere to go, is reset as it is dropped.
    fn launch(&mut self, client: Leg, flow: Flow) {
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
            return tracing::warn!("a connection was reset because its listener has too many");
        };
        let route = Arc::clone(&self.changes.borrow().route);
        let Some((source, target)) = route.choose(flow.client, flow.listener) else {
            return;
        };
        let task = self.connections.spawn(async move {
            connection(client, flow, route, source, target).await;
            drop(slot);
        });
        self.targets.insert(task.id(), (target, task));
    }

    fn evict(&self, route: &Route) {
        let doomed = self.targets.values().filter(|(target, _)| route.evicted.contains(target));
        doomed.for_each(|(_, task)| task.abort());
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                if error.is_panic() {
                    tracing::error!(%error, "a connection's task died");
                }
                error.id()
            }
        };
        self.targets.remove(&id);
    }
}

/// Waits for a connection; for ever without a socket.
async fn accept(listener: SocketAddrV4, socket: Option<&TcpListener>) -> (Leg, Flow) {
    let Some(socket) = socket else {
        return std::future::pending().await;
    };
    loop {
        match socket.accept().await {
            Ok((stream, SocketAddr::V4(client))) => {
                return (Leg::new(stream), Flow { client, listener });
            }
            Ok((_, SocketAddr::V6(_))) => {}
            Err(error) => failed("tcp", &error).await,
        }
    }
}
