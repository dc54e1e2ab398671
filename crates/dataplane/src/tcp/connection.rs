//! One connection from its acceptance to its end.

use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::ahead::Ahead;
use super::front::Front;
use super::pump::{Activity, pump};
use super::relay::relay;
use super::route::Route;
use super::session::Record;
use crate::proxy_header;

/// How much of what a peer sends may wait in the kernel where bytes are worked on. The kernel doubles it, for its own needs.
const QUEUE: usize = 256 * 1024;

/// The two ends of an accepted flow as its client sees them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    pub(super) client: SocketAddrV4,
    pub(super) listener: SocketAddrV4,
}

/// Connects to the target and carries bytes until both sides have ended. Whatever goes wrong resets both sides.
pub(super) async fn connection(client: Leg, flow: Flow, route: Arc<Route>, source: Ipv4Addr, target: SocketAddrV4) {
    let idle_timeout = route.idle_timeout;
    client.remind(route.reminder);
    let carried = match &route.front {
        Some(front) => Box::pin(terminate(client, flow, &route, front, (source, target))).await,
        None => match connect(&route, flow, source, target).await {
            Ok(server) => {
                drop(route);
                carry(client, server, idle_timeout).await
            }
            Err(error) => Err(error),
        },
    };
    if let Err(error) = carried {
        tracing::debug!(%error, client = %flow.client, %target, "a connection was reset");
    }
}

async fn connect(route: &Route, flow: Flow, source: Ipv4Addr, target: SocketAddrV4) -> io::Result<Leg> {
    let socket = TcpSocket::from_std_stream(match route.as_client {
        Some(mark) => route.upstream.tcp_as(flow.client, source, mark)?,
        None => route.upstream.tcp_from(source)?,
    });
    let stream = timeout(route.connect_timeout, socket.connect(SocketAddr::V4(target))).await??;
    let mut leg = Leg::new(stream);
    leg.remind(route.reminder);
    if let Some(header) = &route.proxy_header {
        let bytes = proxy_header::proxied(flow.client, flow.listener, header.endpoint.as_deref(), header.checksum);
        leg.stream.write_all(&bytes).await?;
    }
    Ok(leg)
}

/// The same for a client that speaks TLS: its handshake comes first, and a target that wants TLS gets a session of its own.
async fn terminate(client: Leg, flow: Flow, route: &Route, front: &Front, way: (Ipv4Addr, SocketAddrV4)) -> io::Result<()> {
    let mut record = front.record(flow);
    record.session.node = route.sources.first().copied();
    client.keep_queue_short();
    let mut client = front.accept(client, &mut record).await?;
    let mut server = connect(route, flow, way.0, way.1).await?;
    server.keep_queue_short();
    match &route.back {
        None => {
            exchange(&mut client, &mut server, route.idle_timeout, &record).await?;
            server.ended = true;
        }
        Some(back) => {
            let mut server = timeout(route.connect_timeout, encrypt(back, server, way.1, &record)).await??;
            record.session.back_protocol = server.get_ref().1.alpn_protocol().map(|name| String::from_utf8_lossy(name).into());
            exchange(&mut client, &mut server, route.idle_timeout, &record).await?;
            server.get_mut().0.ended = true;
        }
    }
    client.get_mut().0.ended = true;
    Ok(())
}

/// The handshake with a target, to which the client's own protocol is proposed.
async fn encrypt(
    back: &Arc<ClientConfig>,
    server: Leg,
    target: SocketAddrV4,
    record: &Record,
) -> io::Result<tokio_rustls::client::TlsStream<Leg>> {
    let mut config = Arc::clone(back);
    if let Some(protocol) = &record.session.front_protocol {
        Arc::make_mut(&mut config).alpn_protocols = vec![protocol.as_bytes().to_vec()];
    }
    let name = ServerName::IpAddress(IpAddr::V4(*target.ip()).into());
    TlsConnector::from(config).connect(name, server).await
}

async fn exchange<A, B>(client: &mut A, server: &mut B, idle_timeout: Duration, record: &Record) -> io::Result<()>
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let activity = Activity::now();
    tokio::select! {
        ended = relay(client, server, &activity, (&record.received, &record.sent)) => ended,
        () = activity.idle(idle_timeout) => Err(io::ErrorKind::TimedOut.into()),
    }
}

async fn carry(mut client: Leg, mut server: Leg, idle_timeout: Duration) -> io::Result<()> {
    let activity = Activity::now();
    let (from_client, to_client) = client.stream.split();
    let (from_server, to_server) = server.stream.split();
    let both = async {
        let up = pump(from_client, to_server.as_ref(), &activity);
        let down = pump(from_server, to_client.as_ref(), &activity);
        tokio::try_join!(up, down)
    };
    tokio::select! {
        ended = both => ended?,
        () = activity.idle(idle_timeout) => return Err(io::ErrorKind::TimedOut.into()),
    };
    client.ended = true;
    server.ended = true;
    Ok(())
}

/// One side of a connection. Unless both streams have ended, dropping it resets the peer: an end would be a lie.
#[derive(Debug)]
pub(super) struct Leg {
    stream: TcpStream,
    ahead: Ahead,
    ended: bool,
}

impl Leg {
    pub(super) fn new(stream: TcpStream) -> Self {
        // It only fails on a connection that is gone, and reading will say so.
        let _ = stream.set_nodelay(true);
        Self { stream, ahead: Ahead::default(), ended: false }
    }

    /// Asks the peer so often whether it is there, for the routers on the way to see.
    fn remind(&self, every: Option<Duration>) {
        let Some(every) = every else { return };
        let keepalive = TcpKeepalive::new().with_time(every).with_interval(every);
        if let Err(error) = SockRef::from(&self.stream).set_tcp_keepalive(&keepalive) {
            tracing::debug!(%error, "a connection cannot say that it is there: routers forget it, and its next packet gets a reset");
        }
    }

    /// Leaves what is not read yet with the sender, where bytes are worked on: a queue of megabytes has left the processor's
    /// cache when its turn comes, which costs a third of the throughput.
    fn keep_queue_short(&self) {
        // The kernel's own choice works too.
        let _ = SockRef::from(&self.stream).set_recv_buffer_size(QUEUE);
    }
}

impl AsyncRead for Leg {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { stream, ahead, .. } = self.get_mut();
        ahead.poll_read(context, stream, buffer)
    }
}

impl AsyncWrite for Leg {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Drop for Leg {
    fn drop(&mut self) {
        if !self.ended {
            // On a socket that is gone already there is nothing to reset.
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}
