//! The parts that this program plays in processes of their own: servers, clients and the relay of the socket path.

mod connect;
mod datagrams;
mod hold;
pub mod names;
mod relay;
mod request;
mod secure;
mod serve;

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use socket2::{Domain, Socket, Type};

/// A request and a response have this many bytes.
const MESSAGE: usize = 64;
/// The first byte of a request after whose response the server closes.
const CLOSE: u8 = b'c';
/// The first byte of a request whose connection is kept.
const KEEP: u8 = b'k';

/// The first byte of a request after which the server sends without end.
const POUR: u8 = b'p';
/// The first byte of a request after which the server reads to the end.
const DRAIN: u8 = b'd';
/// What is written and read at once where only the sum counts.
const BLOCK: usize = 64 << 10;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer to a knock may take: more than any path needs, less than a retransmission.
const KNOCK: Duration = Duration::from_millis(8);

/// A part to play.
#[derive(Subcommand)]
pub enum Role {
    /// Answer requests
    #[command(hide = true)]
    Serve { port: u16 },
    /// Make new connections, each with one request
    #[command(hide = true)]
    Connect { to: SocketAddrV4, threads: usize, seconds: f64 },
    /// Make requests on one kept connection
    #[command(hide = true)]
    Request { to: SocketAddrV4, seconds: f64 },
    /// Make requests of one datagram each
    #[command(hide = true)]
    Datagrams { to: SocketAddrV4, seconds: f64 },
    /// Make new connections with a full handshake of TLS, each with one request
    #[command(hide = true)]
    Shake { to: SocketAddrV4, threads: usize, seconds: f64 },
    /// Receive through TLS, over some connections
    #[command(hide = true)]
    Receive { to: SocketAddrV4, streams: usize, seconds: f64 },
    /// Send through TLS, over some connections
    #[command(hide = true)]
    Send { to: SocketAddrV4, streams: usize, seconds: f64 },
    /// Ask for names
    #[command(hide = true)]
    Names { to: SocketAddrV4, seconds: f64 },
    /// Keep connections open until standard input ends
    #[command(hide = true)]
    Hold { to: SocketAddrV4, count: usize },
    /// Carry connections from one namespace to another until standard input ends
    #[command(hide = true)]
    Relay { consumer: PathBuf, provider: PathBuf, source: Ipv4Addr, ways: Vec<String> },
}

impl Role {
    /// Plays it to its end.
    pub fn play(&self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Serve { port } => serve::serve(*port),
            Self::Connect { to, threads, seconds } => {
                connect::connect(*threads, Duration::from_secs_f64(*seconds), &|| connect::once(*to))
            }
            Self::Shake { to, threads, seconds } => {
                let client = secure::Client::new()?;
                connect::connect(*threads, Duration::from_secs_f64(*seconds), &|| client.once(*to))
            }
            Self::Receive { to, streams, seconds } => {
                secure::carry(*to, *streams, Duration::from_secs_f64(*seconds), secure::receive)
            }
            Self::Send { to, streams, seconds } => secure::carry(*to, *streams, Duration::from_secs_f64(*seconds), secure::send),
            Self::Names { to, seconds } => names::ask(*to, Duration::from_secs_f64(*seconds)),
            Self::Request { to, seconds } => request::request(*to, Duration::from_secs_f64(*seconds)),
            Self::Datagrams { to, seconds } => datagrams::ask(*to, Duration::from_secs_f64(*seconds)),
            Self::Hold { to, count } => hold::hold(*to, *count),
            Self::Relay { consumer, provider, source, ways } => relay::relay(consumer, provider, *source, ways),
        }
    }
}

/// Connects, or fails within [`PATIENCE`].
fn open(to: SocketAddrV4) -> io::Result<Socket> {
    open_within(to, PATIENCE)
}

fn open_within(to: SocketAddrV4, patience: Duration) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_write_timeout(Some(patience))?;
    socket.set_read_timeout(Some(patience))?;
    socket.set_tcp_nodelay(true)?;
    socket.connect(&SocketAddr::V4(to).into())?;
    Ok(socket)
}

/// One full handshake of TLS with a request and its response.
pub fn knock_secure(to: SocketAddrV4) -> Result<(), Box<dyn Error>> {
    Ok(secure::Client::new()?.once(to)?)
}

/// One request and its response, if they pass at once: a packet that is dropped is not sent again.
pub fn knock(to: SocketAddrV4) -> io::Result<()> {
    let mut socket = open_within(to, KNOCK)?;
    socket.write_all(&[CLOSE; MESSAGE])?;
    socket.read_exact(&mut [0; MESSAGE])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::TcpListener;
    use std::thread;
    use std::time::Instant;

    use super::*;

    /// A server on the loopback, for as long as the tests run.
    fn server() -> SocketAddrV4 {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        thread::spawn(move || serve::serve(port).map_err(|error| error.to_string()));
        let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        let begun = Instant::now();
        while knock(to).is_err() {
            assert!(begun.elapsed() < PATIENCE, "the server does not answer");
        }
        to
    }

    #[test]
    fn the_server_closes_first_when_it_is_asked_to() {
        let mut socket = open(server()).unwrap();
        socket.write_all(&[CLOSE; MESSAGE]).unwrap();
        let mut all = Vec::new();
        socket.read_to_end(&mut all).unwrap();
        assert_eq!(all, [CLOSE; MESSAGE]);
    }

    #[test]
    fn a_kept_connection_answers_again_and_again() {
        let mut socket = open(server()).unwrap();
        for _ in 0..3 {
            let mut answer = [0; MESSAGE];
            socket.write_all(&[KEEP; MESSAGE]).unwrap();
            socket.read_exact(&mut answer).unwrap();
            assert_eq!(answer, [KEEP; MESSAGE]);
        }
    }

    #[test]
    fn a_knock_at_a_closed_port_fails() {
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        assert!(knock(SocketAddrV4::new(Ipv4Addr::LOCALHOST, closed)).is_err());
    }

    #[test]
    fn clients_run_for_as_long_as_they_are_told_and_no_longer() {
        let to = server();
        let time = Duration::from_millis(50);
        let begun = Instant::now();
        connect::connect(2, time, &|| connect::once(to)).unwrap();
        request::request(to, time).unwrap();
        datagrams::ask(to, time).unwrap();
        assert!((time * 3..PATIENCE).contains(&begun.elapsed()));
    }
}
