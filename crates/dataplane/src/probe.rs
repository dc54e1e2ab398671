//! One real packet from a place, and what comes back of it.

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use socket2::{Socket, Type};

use crate::Place;

/// The length of an IPv4 header without options, which raw sockets hand out with the packet.
const IP_HEADER: usize = 20;
/// What an echo that is asked for begins with: its type, its code, and room for the checksum.
const ECHO_REQUEST: [u8; 4] = [8, 0, 0, 0];

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// A TCP connection, which is closed when it is there.
    Tcp(SocketAddrV4),
    /// A datagram.
    Udp(SocketAddrV4),
    /// An ICMP echo.
    Echo(Ipv4Addr),
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Who was meant answered.
    Answered,
    /// It arrived at a host where nobody listens on the port.
    Refused,
    /// Somebody on the way said that it cannot get there.
    Unreachable,
    /// Nothing.
    Silence,
}

impl Outcome {
    /// Whether the packet got there and its answer back.
    #[must_use]
    pub fn arrived(self) -> bool {
        matches!(self, Self::Answered | Self::Refused)
    }
}

impl Probe {
    /// Sends one packet from an address in `place`, and waits at most `patience` for what comes back.
    ///
    /// # Errors
    /// When no packet could be sent at all.
    pub fn send(self, place: &dyn Place, from: Ipv4Addr, patience: Duration) -> io::Result<Outcome> {
        let kind = match self {
            Self::Tcp(_) => Type::STREAM,
            Self::Udp(_) => Type::DGRAM,
            Self::Echo(_) => Type::RAW,
        };
        let socket = place.socket(kind)?;
        socket.set_nonblocking(false)?;
        socket.bind(&SocketAddr::V4(SocketAddrV4::new(from, 0)).into())?;
        let outcome = match self {
            Self::Tcp(to) => socket.connect_timeout(&SocketAddr::V4(to).into(), patience).map(|()| Outcome::Answered),
            Self::Udp(to) => datagram(&socket, to, patience),
            Self::Echo(to) => echo(&socket, to, patience),
        };
        outcome.or_else(|error| meaning(&error).ok_or(error))
    }
}

/// What an error says about the way, if it does.
fn meaning(error: &io::Error) -> Option<Outcome> {
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => Some(Outcome::Refused),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Some(Outcome::Silence),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::PermissionDenied => Some(Outcome::Unreachable),
        // A route that drops, seen from its own side (EINVAL).
        ErrorKind::InvalidInput => Some(Outcome::Unreachable),
        _ => None,
    }
}

fn datagram(socket: &Socket, to: SocketAddrV4, patience: Duration) -> io::Result<Outcome> {
    socket.connect(&SocketAddr::V4(to).into())?;
    socket.set_read_timeout(Some(patience))?;
    socket.send(b"underpass explain --probe")?;
    let _ = (&*socket).read(&mut [0; 64])?;
    Ok(Outcome::Answered)
}

fn echo(socket: &Socket, to: Ipv4Addr, patience: Duration) -> io::Result<Outcome> {
    socket.connect(&SocketAddr::V4(SocketAddrV4::new(to, 0)).into())?;
    let request = echo_request(std::process::id());
    socket.send(&request)?;
    let deadline = Instant::now() + patience;
    let mut packet = [0; 256];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Outcome::Silence);
        }
        socket.set_read_timeout(Some(left))?;
        let length = (&*socket).read(&mut packet)?;
        if is_reply(packet.get(IP_HEADER..length).unwrap_or_default(), &request) {
            return Ok(Outcome::Answered);
        }
    }
}

/// A request that only its own reply belongs to.
fn echo_request(identity: u32) -> [u8; 8] {
    let mut packet = [0; 8];
    packet[..4].copy_from_slice(&ECHO_REQUEST);
    packet[4..].copy_from_slice(&identity.to_be_bytes());
    let sum: u32 = packet.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum();
    let folded = (sum & 0xFFFF) + (sum >> 16);
    let checksum = !u16::try_from((folded & 0xFFFF) + (folded >> 16)).unwrap_or_default();
    packet[2..4].copy_from_slice(&checksum.to_be_bytes());
    packet
}

fn is_reply(packet: &[u8], request: &[u8; 8]) -> bool {
    packet.first() == Some(&0) && packet.get(4..8) == Some(&request[4..])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;
    use crate::Here;

    const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;
    const PATIENCE: Duration = Duration::from_millis(300);

    fn local(address: io::Result<SocketAddr>) -> SocketAddrV4 {
        match address.unwrap() {
            SocketAddr::V4(address) => address,
            SocketAddr::V6(address) => panic!("{address} is not IPv4"),
        }
    }

    #[test]
    fn a_connection_is_answered_where_somebody_listens_and_refused_where_nobody_does() {
        let listener = TcpListener::bind((LOOPBACK, 0)).unwrap();
        let to = local(listener.local_addr());
        assert_eq!(Probe::Tcp(to).send(&Here, LOOPBACK, PATIENCE).unwrap(), Outcome::Answered);
        drop(listener);
        assert_eq!(Probe::Tcp(to).send(&Here, LOOPBACK, PATIENCE).unwrap(), Outcome::Refused);
    }

    #[test]
    fn a_datagram_that_nobody_answers_is_silence_and_one_that_nobody_takes_is_refused() {
        let quiet = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        let to = local(quiet.local_addr());
        assert_eq!(Probe::Udp(to).send(&Here, LOOPBACK, PATIENCE).unwrap(), Outcome::Silence);
        drop(quiet);
        assert_eq!(Probe::Udp(to).send(&Here, LOOPBACK, PATIENCE).unwrap(), Outcome::Refused);
    }

    #[test]
    fn an_echo_is_answered_by_a_host_and_needs_root() {
        match Probe::Echo(LOOPBACK).send(&Here, LOOPBACK, PATIENCE) {
            Ok(outcome) => assert_eq!(outcome, Outcome::Answered),
            Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
        }
    }

    #[test]
    fn a_request_sums_up_to_nothing_and_knows_its_reply() {
        let request = echo_request(0xFFFF_1234);
        let sum: u32 = request.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum();
        assert_eq!((sum & 0xFFFF) + (sum >> 16), 0xFFFF);
        let mut reply = request;
        reply[0] = 0;
        assert!(is_reply(&reply, &request));
        assert!(!is_reply(&request, &request), "a request on loopback is seen too");
        assert!(!is_reply(&reply[..6], &request));
    }
}
