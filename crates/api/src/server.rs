//! The listener: accepts a bounded number of connections and, when told to stop, lets running requests end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use objects::Blobs;
use resource::TimeScale;
use store::Store;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use wire::Models;

use crate::body::Room;
use crate::connection;
use crate::doorman::Doorman;
use crate::identity::Trust;
use crate::pipeline::Api;
use crate::private::{Health, Routes};
use crate::settling::Wishes;

/// How long running requests may take after the server was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// How long to wait when the system has no descriptor or memory for a connection.
const EXHAUSTED: Duration = Duration::from_millis(50);
const BACKLOG: u32 = 1024;
/// Doors may have one part in this many of the connections, beyond those of the listener.
const DOORS_SHARE: u32 = 4;

/// How to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where. Port 0 means any free one.
    pub listen: SocketAddr,
    /// How much unknown keys are trusted.
    pub trust: Trust,
    /// How fast long periods pass.
    pub scale: TimeScale,
    /// How many connections are served at once; others wait until one ends. Must leave descriptors for everything else.
    pub connections: u32,
}

/// The API's server, bound to its address.
pub struct Server {
    listener: TcpListener,
    api: Arc<Api>,
    connections: u32,
    stop: watch::Sender<bool>,
}

impl Server {
    /// Opens the listener; from now on clients can connect, and are answered once it is [served](Self::serve).
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound, or is beyond loopback while unknown keys are trusted.
    pub fn bind(
        config: Config,
        store: Store,
        blobs: Blobs,
        health: Arc<dyn Health>,
        routes: Arc<dyn Routes>,
    ) -> io::Result<Self> {
        if config.trust == Trust::Loopback && !config.listen.ip().is_loopback() {
            let message = format!("{} is beyond loopback, so authentication has to be enforced", config.listen);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = listen(config.listen)?;
        let (models, room) = (Models::new(), Room::new());
        let api = Api {
            models,
            store,
            trust: config.trust,
            scale: config.scale,
            room,
            blobs,
            health,
            routes,
            wishes: Wishes::default(),
        };
        Ok(Self { listener, api: Arc::new(api), connections: config.connections, stop: watch::Sender::new(false) })
    }

    /// The address that clients can connect to.
    ///
    /// # Errors
    /// The system's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Who answers for this API at doors, up to a share of its connections, until it stops.
    pub fn doorman(&self) -> Doorman {
        Doorman::new(Arc::clone(&self.api), self.connections / DOORS_SHARE, self.stop.subscribe())
    }

    /// Serves until `shutdown` ends, then lets running requests end for up to ten seconds.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let stopped = self.stop.subscribe();
        let room = Arc::new(Semaphore::new(self.connections as usize));
        tokio::select! {
            () = self.accept(&room, &stopped) => {}
            () = shutdown => {}
        }
        drop(self.listener);
        self.stop.send_replace(true);
        if timeout(LAST_REQUESTS, room.acquire_many(self.connections)).await.is_err() {
            tracing::warn!("some requests were still running and were cut off");
        }
    }

    /// Goes on for ever.
    async fn accept(&self, room: &Arc<Semaphore>, stopped: &watch::Receiver<bool>) {
        while let Ok(permit) = Arc::clone(room).acquire_owned().await {
            match self.listener.accept().await {
                Ok((stream, peer)) => self.start(stream, peer, permit, stopped.clone()),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(EXHAUSTED).await;
                }
            }
        }
    }

    fn start(&self, stream: TcpStream, peer: SocketAddr, permit: OwnedSemaphorePermit, stopped: watch::Receiver<bool>) {
        let api = Arc::clone(&self.api);
        tokio::spawn(async move {
            connection::serve(api, stream, peer, stopped).await;
            drop(permit);
        });
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
