//! Packets: connections, datagrams and echoes from ports that are chosen, and look-ups of names.

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream, UdpSocket};
use std::process::Command;
use std::time::{Duration, Instant};

use kernel::Netlink;
use socket2::{Domain, Socket, Type};

use crate::random::{Asked, INTERNET, Protocol};

/// How long a datagram is waited for before it is sent again.
const AGAIN: Duration = Duration::from_secs(1);
/// The resolver of every VPC, and that of the internet.
const RESOLVERS: [Ipv4Addr; 2] = [Ipv4Addr::new(169, 254, 169, 253), Ipv4Addr::new(198, 18, 0, 2)];

/// Whether what is asked about gets to an address and an answer comes back, from a port of one's own.
pub fn passes(kernel: &Netlink, asked: &Asked, to: Ipv4Addr, from: u16, patience: Duration) -> bool {
    let to = SocketAddrV4::new(to, asked.port);
    match asked.protocol {
        Protocol::Tcp => connects(kernel, &asked.namespace, from, to, patience).is_ok(),
        Protocol::Udp => exchange(kernel, &asked.namespace, from, to, &question("a.test"), patience).is_ok(),
        Protocol::Ping => pings(kernel, &asked.namespace, *to.ip(), patience),
    }
}

fn socket(kernel: &Netlink, namespace: &str, kind: Type, from: u16) -> Result<Socket> {
    let open = || {
        let socket = Socket::new(Domain::IPV4, kind, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, from).into())?;
        Ok(socket)
    };
    kernel.places().socket_in(namespace, open).map_err(|error| Error::other(error.to_string()))
}

fn connects(kernel: &Netlink, namespace: &str, from: u16, to: SocketAddrV4, patience: Duration) -> Result<TcpStream> {
    let socket = socket(kernel, namespace, Type::STREAM, from).expect("ports are used once");
    socket.connect_timeout(&to.into(), patience)?;
    Ok(socket.into())
}

/// Sends a datagram until something comes back.
fn exchange(
    kernel: &Netlink,
    namespace: &str,
    from: u16,
    to: SocketAddrV4,
    payload: &[u8],
    patience: Duration,
) -> Result<Vec<u8>> {
    let socket: UdpSocket = socket(kernel, namespace, Type::DGRAM, from).expect("ports are used once").into();
    let (until, mut buffer) = (Instant::now() + patience, [0; 1500]);
    socket.connect(to)?;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left.min(AGAIN)))?;
        socket.send(payload)?;
        match socket.recv(&mut buffer) {
            Ok(length) => return Ok(buffer[..length].to_vec()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
}

fn pings(kernel: &Netlink, namespace: &str, to: Ipv4Addr, patience: Duration) -> bool {
    let (seconds, to) = (patience.as_secs_f32().to_string(), to.to_string());
    let ping = || Command::new("ping").args(["-q", "-c", "1", "-W", &seconds, &to]).output().unwrap().status.success();
    kernel.places().run_in(namespace, ping).unwrap()
}

/// The addresses that the namespace's resolver answers for a name; none also when it does not answer.
pub fn look_up(kernel: &Netlink, namespace: &str, name: &str, patience: Duration) -> Vec<Ipv4Addr> {
    let resolver = RESOLVERS[usize::from(namespace == INTERNET)];
    let answer = exchange(kernel, namespace, 0, SocketAddrV4::new(resolver, 53), &question(name), patience);
    let mut addresses = answer.map(|answer| addresses(&answer)).unwrap_or_default();
    addresses.sort();
    addresses
}

/// A message that asks for a name's addresses.
fn question(name: &str) -> Vec<u8> {
    let mut message = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend(label.as_bytes());
    }
    message.extend([0, 0, 1, 0, 1]);
    message
}

/// The addresses in the answers of a message. Names in it are skipped.
fn addresses(message: &[u8]) -> Vec<Ipv4Addr> {
    let word = |at: usize| usize::from(u16::from_be_bytes([message[at], message[at + 1]]));
    let name_end = |mut at: usize| loop {
        match message[at] {
            0 => return at + 1,
            length if length >= 0xc0 => return at + 2,
            length => at += usize::from(length) + 1,
        }
    };
    let mut at = name_end(12) + 4;
    let mut found = Vec::new();
    for _ in 0..word(6) {
        let head = name_end(at);
        let (kind, data, length) = (word(head), head + 10, word(head + 8));
        if kind == 1 {
            found.push(Ipv4Addr::from(<[u8; 4]>::try_from(&message[data..data + 4]).unwrap()));
        }
        at = data + length;
    }
    found
}
