//! Doors: sockets at which somebody else answers. TLS is taken off here; what was said inside goes to a [`Host`], with what
//! only the socket can know of where it came from.

use std::io;
use std::net::SocketAddrV4;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::socket::{getsockopt, sockopt};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::accept::{Bounds, accept_within};
use crate::{Place, Serving};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Connections of one door. Behind one source address may be a whole network (a NAT gateway).
const BOUNDS: Bounds = Bounds { connections: 1024, per_source: 256 };

/// Bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection that came in by a door.
pub struct Guest {
    /// What it says, without TLS.
    pub stream: Box<dyn Stream>,
    /// Where it comes from.
    pub from: SocketAddrV4,
    /// Whether it came with TLS.
    pub secure: bool,
    /// The mark that the router gave its first packet: by which route table it came. 0 where packets have no marks, or the
    /// namespace does not hand them on (`tcp_fwmark_accept`).
    pub mark: u32,
}

/// Who answers behind doors.
pub trait Host: Send + Sync + 'static {
    /// Answers a connection until it ends.
    fn receive(&self, guest: Guest) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Doors to open.
#[derive(Clone, Copy, Debug)]
pub struct Doors<'a> {
    /// Those with TLS.
    pub secure: &'a [SocketAddrV4],
    /// Those without.
    pub plain: &'a [SocketAddrV4],
    /// Whether only some routing tables deliver their addresses here.
    pub routed: bool,
}

/// Opens doors in `place` until the result is dropped.
///
/// Must be called within a tokio runtime.
///
/// # Errors
/// When a socket cannot be opened.
pub fn serve(place: &dyn Place, doors: Doors<'_>, tls: &Arc<ServerConfig>, host: &Arc<dyn Host>) -> io::Result<Serving> {
    let mut tasks = JoinSet::new();
    let listener = |addr| {
        TcpListener::from_std(if doors.routed { place.routed_tcp_listener(addr)? } else { place.tcp_listener(addr, false)? })
    };
    for addr in doors.secure {
        let (listener, acceptor, host) = (listener(*addr)?, TlsAcceptor::from(Arc::clone(tls)), Arc::clone(host));
        let handle = move |stream, from| enter_secure(stream, from, acceptor.clone(), Arc::clone(&host));
        tasks.spawn(accept_within(BOUNDS, "door", listener, handle));
    }
    for addr in doors.plain {
        let (listener, host) = (listener(*addr)?, Arc::clone(host));
        let handle = move |stream, from| enter(stream, from, Arc::clone(&host));
        tasks.spawn(accept_within(BOUNDS, "door", listener, handle));
    }
    Ok(Serving::new(tasks))
}

async fn enter(stream: TcpStream, from: SocketAddrV4, host: Arc<dyn Host>) {
    if let Err(error) = stream.set_nodelay(true) {
        return tracing::debug!(%error, %from, "a connection was gone at once");
    }
    let mark = mark(&stream);
    host.receive(Guest { stream: Box::new(stream), from, secure: false, mark }).await;
}

async fn enter_secure(stream: TcpStream, from: SocketAddrV4, acceptor: TlsAcceptor, host: Arc<dyn Host>) {
    if let Err(error) = stream.set_nodelay(true) {
        return tracing::debug!(%error, %from, "a connection was gone at once");
    }
    let mark = mark(&stream);
    match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => host.receive(Guest { stream: Box::new(stream), from, secure: true, mark }).await,
        Ok(Err(error)) => tracing::debug!(%error, %from, "a handshake failed"),
        Err(_) => tracing::debug!(%from, "a handshake took too long"),
    }
}

fn mark(stream: &TcpStream) -> u32 {
    getsockopt(stream, sockopt::Mark).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::Ipv4Addr;

    use rustls::pki_types::ServerName;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsConnector;

    use super::*;
    use crate::Here;
    use crate::tls::{Certificate, Certificates, Offer, client, server};

    /// Says where a guest came from and how.
    struct Porter;

    impl Host for Porter {
        fn receive(&self, mut guest: Guest) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(async move {
                let greeting = format!("{} secure {}", guest.from.ip(), guest.secure);
                guest.stream.write_all(greeting.as_bytes()).await.unwrap();
                guest.stream.shutdown().await.unwrap();
            })
        }
    }

    fn config() -> Arc<ServerConfig> {
        let key = rcgen::KeyPair::generate().unwrap();
        let own = rcgen::CertificateParams::new(["door.example".to_owned()]).unwrap().self_signed(&key).unwrap();
        let certificate = Certificate::from_pem("door", &own.pem(), &key.serialize_pem()).unwrap();
        server(Arc::new(Certificates::new(Arc::new(certificate), [])), &Offer::all(), &[]).unwrap()
    }

    /// Two free ports of loopback.
    fn addrs() -> [SocketAddrV4; 2] {
        let free = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        free.map(|listener| SocketAddrV4::new(Ipv4Addr::LOCALHOST, listener.local_addr().unwrap().port()))
    }

    async fn said(mut stream: impl Stream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn a_host_hears_what_was_said_and_whether_it_was_encrypted() {
        let [secure, plain] = addrs();
        let host: Arc<dyn Host> = Arc::new(Porter);
        let serving = serve(&Here, Doors { secure: &[secure], plain: &[plain], routed: false }, &config(), &host).unwrap();
        assert_eq!(said(TcpStream::connect(plain).await.unwrap()).await, "127.0.0.1 secure false");
        let connector = TlsConnector::from(client(&crate::tls::Offer::all()).unwrap());
        let name = ServerName::try_from("door.example").unwrap();
        let stream = connector.connect(name, TcpStream::connect(secure).await.unwrap()).await.unwrap();
        assert_eq!(said(stream).await, "127.0.0.1 secure true");
        serving.stop().await;
        assert!(TcpStream::connect(plain).await.is_err(), "a door that is closed is closed");
    }

    #[tokio::test]
    async fn who_speaks_no_tls_is_let_go_and_the_door_stays_open() {
        let [secure, _] = addrs();
        let host: Arc<dyn Host> = Arc::new(Porter);
        let serving = serve(&Here, Doors { secure: &[secure], plain: &[], routed: false }, &config(), &host).unwrap();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(secure).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            assert!(!answer.starts_with(b"127.0.0.1"), "nobody was received");
        }
        serving.stop().await;
    }
}
