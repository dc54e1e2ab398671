//! Targets and listeners for tests of the socket path.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dataplane::Here;
use dataplane::tcp::{Engine, Listener, Route};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

pub const NODE: Ipv4Addr = Ipv4Addr::new(127, 100, 0, 7);
pub const PATIENCE: Duration = Duration::from_secs(20);

pub fn front(host: u8) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::new(127, 100, 1, host), 10100)
}

pub fn route(targets: &[SocketAddrV4]) -> Route {
    Route {
        upstream: Arc::new(Here),
        sources: vec![NODE],
        as_client: None,
        targets: targets.to_vec(),
        evicted: Vec::new(),
        proxy_header: None,
        front: None,
        back: None,
        connect_timeout: Duration::from_secs(5),
        idle_timeout: Duration::from_secs(350),
        reminder: None,
    }
}

pub fn listen(engine: &Engine, addr: SocketAddrV4, route: Route) -> Listener {
    engine.listen(&Here, addr, route, 10_000).unwrap()
}

pub async fn target() -> (TcpListener, SocketAddrV4) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let addr = addr_of(&listener);
    (TcpListener::from_std(listener).unwrap(), addr)
}

pub fn addr_of(listener: &std::net::TcpListener) -> SocketAddrV4 {
    let SocketAddr::V4(addr) = listener.local_addr().unwrap() else { panic!("the address is IPv4") };
    addr
}

/// A target that sends back what it gets, and ends when its client has ended.
pub async fn echo() -> SocketAddrV4 {
    let (listener, addr) = target().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
            });
        }
    });
    addr
}

pub async fn round_trip(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"ping").await?;
    let mut reply = [0; 4];
    timeout(PATIENCE, stream.read_exact(&mut reply)).await??;
    assert_eq!(&reply, b"ping");
    Ok(())
}

pub async fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        tokio::task::yield_now().await;
    }
}

/// Whether a new connection to `addr` is accepted and then reset.
pub async fn resets(addr: SocketAddrV4) -> bool {
    match TcpStream::connect(addr).await {
        Ok(mut stream) => is_reset(&mut stream).await,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

pub async fn is_reset(stream: &mut TcpStream) -> bool {
    let ended = timeout(PATIENCE, stream.read_u8()).await.unwrap();
    ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset)
}
