//! The socket of the metadata service: HTTP/1.1, small and bounded.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::respond::respond;
use super::token::Tokens;
use super::tree::Directory;
use crate::accept::accept;
use crate::{Place, Serving};

/// How long the head of a request may take, and a connection may be idle.
const HEAD: Duration = Duration::from_secs(10);
/// The most that the head of a request may measure.
const LARGEST_HEAD: usize = 16 * 1024;

/// Serves the instances of `directory` at `addr` in `place` until the result is dropped.
///
/// Must be called within a tokio runtime. Fails if the socket cannot be opened.
pub fn serve(place: &dyn Place, addr: SocketAddrV4, directory: &Directory, tokens: &Tokens) -> io::Result<Serving> {
    let listener = TcpListener::from_std(place.tcp_listener(addr, false)?)?;
    let mut tasks = JoinSet::new();
    let (directory, tokens) = (directory.clone(), tokens.clone());
    let handle = move |stream, from| connection(stream, from, directory.clone(), tokens.clone());
    tasks.spawn(accept("metadata", listener, handle));
    Ok(Serving::new(tasks))
}

async fn connection(stream: TcpStream, from: SocketAddrV4, directory: Directory, tokens: Tokens) {
    let travel = match Travel::of(&stream) {
        Ok(travel) => Arc::new(travel),
        Err(error) => return tracing::debug!(%error, "a metadata connection was gone at once"),
    };
    let service = service_fn(|request| {
        let reply = reply(from, &directory, &tokens, &travel, &request);
        async { Ok::<_, Infallible>(reply) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, %from, "a metadata connection ended early");
    }
}

/// The bodies of requests are never read: hyper closes the connection if one does not come to its end by itself.
fn reply(
    from: SocketAddrV4,
    directory: &Directory,
    tokens: &Tokens,
    travel: &Travel,
    request: &Request<Incoming>,
) -> Response<Full<Bytes>> {
    let instance = directory.instance(*from.ip());
    let reply = respond(instance.as_deref(), tokens, tokens.now(), request);
    travel.limit(reply.ttl);
    reply.response.map(Full::new)
}

/// How far the packets of a connection may travel, as a second handle to its socket that hyper owns.
struct Travel {
    socket: OwnedFd,
    usual: u32,
}

impl Travel {
    fn of(stream: &TcpStream) -> io::Result<Self> {
        Ok(Self { socket: stream.as_fd().try_clone_to_owned()?, usual: SockRef::from(stream).ttl_v4()? })
    }

    /// Limits what is written from now on; replies on one connection are written one after the other.
    fn limit(&self, ttl: Option<u32>) {
        let ttl = ttl.unwrap_or(self.usual);
        if let Err(error) = SockRef::from(&self.socket).set_ttl_v4(ttl) {
            tracing::warn!(%error, ttl, "cannot limit how far a token travels");
        }
    }
}
