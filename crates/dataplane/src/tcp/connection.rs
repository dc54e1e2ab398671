//! One connection from its acceptance to its end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::pump::{Activity, pump};
use super::route::Route;
use crate::proxy_header;

/// The two ends of an accepted flow as its client sees them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    pub(super) client: SocketAddrV4,
    pub(super) listener: SocketAddrV4,
}

/// Connects to the target and carries bytes until both sides have ended. Whatever goes wrong resets both sides.
pub(super) async fn connection(client: Leg, flow: Flow, route: Arc<Route>, source: Ipv4Addr, target: SocketAddrV4) {
    let idle_timeout = route.idle_timeout;
    let carried = match connect(&route, flow, source, target).await {
        Ok(server) => {
            drop(route);
            carry(client, server, idle_timeout).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = carried {
        tracing::debug!(%error, client = %flow.client, %target, "a connection was reset");
    }
}

async fn connect(route: &Route, flow: Flow, source: Ipv4Addr, target: SocketAddrV4) -> io::Result<Leg> {
    let socket = TcpSocket::from_std_stream(route.upstream.tcp_from(source)?);
    let stream = timeout(route.connect_timeout, socket.connect(SocketAddr::V4(target))).await??;
    let mut leg = Leg::new(stream);
    if let Some(header) = &route.proxy_header {
        let bytes = proxy_header::proxied(flow.client, flow.listener, header.endpoint.as_deref(), header.checksum);
        leg.stream.write_all(&bytes).await?;
    }
    Ok(leg)
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
    ended: bool,
}

impl Leg {
    pub(super) fn new(stream: TcpStream) -> Self {
        // It only fails on a connection that is gone, and reading will say so.
        let _ = stream.set_nodelay(true);
        Self { stream, ended: false }
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
