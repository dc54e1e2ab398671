//! Accepting connections for the small servers: bounded in all and per source, so that no client can starve the others.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How many connections a listener has at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// In all; more wait in the kernel's queue.
    pub(crate) connections: usize,
    /// Of one source address; more are closed at once.
    pub(crate) per_source: usize,
}

/// What the small servers need.
const SMALL: Bounds = Bounds { connections: 256, per_source: 32 };
/// How long to wait before accepting again after the kernel could not.
const RETRY: Duration = Duration::from_millis(100);

/// Runs `handle` for each connection of a small server, for ever; `server` names who accepts in messages.
pub(crate) async fn accept<F>(server: &'static str, listener: TcpListener, handle: impl Fn(TcpStream, SocketAddrV4) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    accept_within(SMALL, server, listener, handle).await;
}

/// As [`accept`], within other bounds.
pub(crate) async fn accept_within<F>(
    bounds: Bounds,
    server: &'static str,
    listener: TcpListener,
    handle: impl Fn(TcpStream, SocketAddrV4) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let (sources, mut open) = (Sources::default(), JoinSet::new());
    loop {
        tokio::select! {
            Some(ended) = open.join_next() => report(server, ended),
            accepted = listener.accept(), if open.len() < bounds.connections => match accepted {
                Ok((stream, SocketAddr::V4(from))) => {
                    if let Some(slot) = sources.slot(*from.ip(), bounds.per_source) {
                        let connection = handle(stream, from);
                        open.spawn(async move {
                            connection.await;
                            drop(slot);
                        });
                    }
                }
                Ok((_, SocketAddr::V6(_))) => {}
                Err(error) => failed(server, &error).await,
            },
        }
    }
}

fn report(server: &str, ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, server, "a connection's task died");
    }
}

/// After an accept that failed: at once on to the next connection if only this one was lost, else a pause, because
/// nothing announces that there are descriptors or memory again.
pub(crate) async fn failed(server: &str, error: &io::Error) {
    let exhausted = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
    if error.raw_os_error().is_some_and(|code| exhausted.contains(&code)) {
        tracing::warn!(%error, server, "cannot accept connections for the moment");
        tokio::time::sleep(RETRY).await;
    } else {
        tracing::debug!(%error, server, "a connection was gone before it was accepted");
        tokio::task::yield_now().await;
    }
}

/// How many connections, or other things that are bounded, each source has open.
#[derive(Clone, Default)]
pub(crate) struct Sources(Arc<Mutex<HashMap<Ipv4Addr, usize>>>);

/// One thing that a source has open, until it is dropped.
pub(crate) struct Slot {
    sources: Sources,
    source: Ipv4Addr,
}

impl Sources {
    /// One more of `source`, unless it has `most` already.
    pub(crate) fn slot(&self, source: Ipv4Addr, most: usize) -> Option<Slot> {
        self.change(source, |open| (open < most).then_some(open + 1)).then(|| Slot { sources: self.clone(), source })
    }

    /// Changes a count; those that come to zero are forgotten. False if there is no change.
    fn change(&self, source: Ipv4Addr, to: impl FnOnce(usize) -> Option<usize>) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = to(open.get(&source).copied().unwrap_or(0));
        match changed {
            None => return false,
            Some(0) => open.remove(&source),
            Some(count) => open.insert(source, count),
        };
        true
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.sources.change(self.source, |open| Some(open.saturating_sub(1)));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpSocket;

    use super::*;

    async fn connect(from: [u8; 4], to: SocketAddr) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        socket.connect(to).await.unwrap()
    }

    #[tokio::test]
    async fn a_greedy_client_is_cut_off_and_another_is_served() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let hold = |mut stream: TcpStream, _| async move {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"!").await;
            let _ = stream.read_u8().await;
        };
        let server = tokio::spawn(accept("test", listener, hold));
        let mut held = Vec::new();
        for _ in 0..SMALL.per_source {
            let mut stream = connect([127, 0, 0, 9], addr).await;
            assert_eq!(stream.read_u8().await.unwrap(), b'!');
            held.push(stream);
        }
        assert!(connect([127, 0, 0, 9], addr).await.read_u8().await.is_err());
        assert_eq!(connect([127, 0, 0, 8], addr).await.read_u8().await.unwrap(), b'!');
        drop(held);
        while connect([127, 0, 0, 9], addr).await.read_u8().await.is_err() {}
        server.abort();
    }

    #[test]
    fn a_source_without_connections_is_forgotten() {
        let sources = Sources::default();
        let slots: Vec<_> = (0..3).map(|_| sources.slot(Ipv4Addr::LOCALHOST, 3)).collect();
        assert_eq!(sources.0.lock().unwrap()[&Ipv4Addr::LOCALHOST], 3);
        drop(slots);
        assert!(sources.0.lock().unwrap().is_empty());
    }
}
