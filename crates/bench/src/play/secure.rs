//! Clients that speak TLS 1.3: one that makes full handshakes, and one that moves bytes.

use std::error::Error;
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddrV4};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use dataplane::tls::{Offer, client};
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, StreamOwned};
use serde_json::json;
use socket2::Socket;

use super::{BLOCK, CLOSE, DRAIN, MESSAGE, POUR, open};

/// The one suite that is offered, so that all servers speak the same.
const SUITE: &str = "TLS_AES_128_GCM_SHA256";
/// What is asked for; the certificate is not looked at.
const NAME: &str = "bench.test";
/// What is read of the socket at once: TLS alone would read in small pieces, which costs the client more than the server.
const READ: usize = 256 << 10;

/// Makes connections, none of which remembers an earlier one.
pub(super) struct Client(Arc<ClientConfig>);

/// A socket whose reads are large.
pub(super) struct Wire(BufReader<Socket>);

impl Client {
    pub(super) fn new() -> Result<Self, Box<dyn Error>> {
        let offer = Offer::of([SUITE], false).ok_or("the suite is unknown")?;
        let mut config = ClientConfig::clone(&*client(&offer)?);
        config.resumption = Resumption::disabled();
        Ok(Self(Arc::new(config)))
    }

    /// A handshake, a request and its response, and the end that the server makes.
    pub(super) fn once(&self, to: SocketAddrV4) -> io::Result<()> {
        let mut stream = self.connect(to)?;
        stream.write_all(&[CLOSE; MESSAGE])?;
        let mut answer = [0; MESSAGE];
        stream.read_exact(&mut answer)?;
        match stream.conn.handshake_kind() {
            Some(HandshakeKind::Full) => {}
            kind => return Err(io::Error::other(format!("the handshake was {kind:?}, not full"))),
        }
        match more(&mut stream, &mut answer)? {
            0 => Ok(()),
            _ => Err(io::Error::other("more than was asked for")),
        }
    }

    fn connect(&self, to: SocketAddrV4) -> io::Result<StreamOwned<ClientConnection, Wire>> {
        let name = ServerName::try_from(NAME).map_err(io::Error::other)?;
        let connection = ClientConnection::new(Arc::clone(&self.0), name).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, Wire(BufReader::with_capacity(READ, open(to)?))))
    }
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.get_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.get_mut().flush()
    }
}

/// Moves bytes over some connections at once, and prints how many in what time.
pub(super) fn carry(
    to: SocketAddrV4,
    streams: usize,
    time: Duration,
    one: fn(&mut StreamOwned<ClientConnection, Wire>, Duration) -> io::Result<u64>,
) -> Result<(), Box<dyn Error>> {
    let client = Client::new()?;
    let begun = Instant::now();
    let moved = thread::scope(|scope| -> Result<u64, Box<dyn Error>> {
        let all: Vec<_> =
            (0..streams).map(|_| scope.spawn(|| client.connect(to).and_then(|mut stream| one(&mut stream, time)))).collect();
        all.into_iter().map(|one| Ok(one.join().map_err(|_| "a stream failed")??)).sum()
    })?;
    println!("{}", json!({ "bytes": moved, "seconds": begun.elapsed().as_secs_f64() }));
    Ok(())
}

/// Reads for so long.
pub(super) fn receive(stream: &mut StreamOwned<ClientConnection, Wire>, time: Duration) -> io::Result<u64> {
    let (begun, mut block, mut moved) = (Instant::now(), vec![0; BLOCK], 0);
    stream.write_all(&[POUR; MESSAGE])?;
    while begun.elapsed() < time {
        match stream.read(&mut block)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            length => moved += length as u64,
        }
    }
    Ok(moved)
}

/// Writes for so long, and waits until all has been read.
pub(super) fn send(stream: &mut StreamOwned<ClientConnection, Wire>, time: Duration) -> io::Result<u64> {
    let (begun, block, mut moved) = (Instant::now(), vec![0; BLOCK], 0);
    stream.write_all(&[DRAIN; MESSAGE])?;
    while begun.elapsed() < time {
        stream.write_all(&block)?;
        moved += block.len() as u64;
    }
    stream.conn.send_close_notify();
    stream.flush()?;
    stream.sock.0.get_ref().shutdown(Shutdown::Write)?;
    match more(stream, &mut [0; MESSAGE])? {
        0 => Ok(moved),
        _ => Err(io::Error::other("more than was asked for")),
    }
}

/// Reads on; nothing at the end, whether the server says good-bye or not.
fn more(stream: &mut StreamOwned<ClientConnection, Wire>, into: &mut [u8]) -> io::Result<usize> {
    match stream.read(into) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(0),
        other => other,
    }
}
