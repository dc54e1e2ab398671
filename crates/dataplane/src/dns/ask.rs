//! One question for the addresses of a name, as a program in a place puts it to its resolvers.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::time::{Duration, Instant};

use super::heard::{Heard, Reading, read};
use super::message::question;
use super::name::DomainName;
use super::record::Kind;
use crate::Place;

/// Where resolvers answer.
const PORT: u16 = 53;
/// The longest datagram that is read; we offer less.
const LARGEST_DATAGRAM: usize = 4096;

/// What a resolver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The name's addresses.
    Addresses(Vec<Ipv4Addr>),
    /// That it has none, or does not exist.
    Nothing,
    /// That it does not know, or nothing that can be read.
    Failure,
    /// Not a word.
    Silence,
}

/// Asks `resolvers`, one after the other until one knows, from an address in `place`, each with `patience`; answers who said what
/// last. Without resolvers nobody says anything.
///
/// # Errors
/// When no question could be sent at all.
pub fn ask(
    place: &dyn Place,
    from: Ipv4Addr,
    resolvers: &[Ipv4Addr],
    name: &DomainName,
    patience: Duration,
) -> io::Result<Option<(Ipv4Addr, Told)>> {
    let mut last = None;
    for resolver in resolvers {
        let socket = place.udp(SocketAddrV4::new(from, 0))?;
        let told = once(&socket, SocketAddrV4::new(*resolver, PORT), name, patience).or_else(|error| match error.kind() {
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Ok(Told::Silence),
            ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Ok(Told::Silence),
            // A route that drops, or a group that lets nothing out.
            ErrorKind::InvalidInput | ErrorKind::PermissionDenied => Ok(Told::Silence),
            _ => Err(error),
        })?;
        let knows = matches!(told, Told::Addresses(_) | Told::Nothing);
        last = Some((*resolver, told));
        if knows {
            break;
        }
    }
    Ok(last)
}

fn once(socket: &UdpSocket, to: SocketAddrV4, name: &DomainName, patience: Duration) -> io::Result<Told> {
    let deadline = Instant::now() + patience;
    let mut id = [0; 2];
    // The system's generator does not fail once it has begun.
    let _ = aws_lc_rs::rand::fill(&mut id);
    let id = u16::from_be_bytes(id);
    socket.set_nonblocking(false)?;
    // From now on only the resolver's datagrams arrive.
    socket.connect(to)?;
    socket.send(&question(id, name, Kind::A))?;
    let mut reply = vec![0; LARGEST_DATAGRAM];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Told::Silence);
        }
        socket.set_read_timeout(Some(left))?;
        let length = socket.recv(&mut reply)?;
        match read(reply.get(..length).unwrap_or_default(), id, name, Kind::A) {
            Reading::Answer(heard) => return Ok(told(&heard)),
            Reading::Failure | Reading::Truncated => return Ok(Told::Failure),
            Reading::Stray => {}
        }
    }
}

fn told(heard: &Heard) -> Told {
    let sets = heard.answers.iter().filter(|(_, set)| set.kind == Kind::A).flat_map(|(_, set)| &set.data);
    let addresses: Vec<Ipv4Addr> = sets.filter_map(|data| <[u8; 4]>::try_from(data.as_ref()).ok()).map(Ipv4Addr::from).collect();
    if addresses.is_empty() { Told::Nothing } else { Told::Addresses(addresses) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Layer, Records, Soa, View, Zone, answer_datagram};
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    /// What a resolver that knows `www.corp.test` answers to one question.
    fn answered(asked: &str) -> Told {
        let apex = name("corp.test");
        let mut zone = Zone::new(apex.clone(), &Soa { primary: apex.clone(), contact: apex, serial: 1, negative_ttl: 60 });
        zone.put(&name("www.corp.test"), Records::a(60, [Ipv4Addr::new(10, 0, 0, 9)])).unwrap();
        let layer = Layer::default();
        layer.publish(std::iter::once(zone).collect());
        let view = View::new([layer], Layer::default());
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, server.local_addr().unwrap().port());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (mut message, mut reply) = ([0; 512], Vec::new());
                let (length, client) = server.recv_from(&mut message).unwrap();
                assert!(answer_datagram(&view, &message[..length], &mut reply));
                server.send_to(&[0; 12], client).unwrap();
                server.send_to(&reply, client).unwrap();
            });
            once(&UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap(), to, &name(asked), PATIENCE).unwrap()
        })
    }

    #[test]
    fn a_name_has_addresses_or_none() {
        assert_eq!(answered("www.corp.test"), Told::Addresses(vec![Ipv4Addr::new(10, 0, 0, 9)]));
        assert_eq!(answered("no.corp.test"), Told::Nothing);
    }

    #[test]
    fn a_resolver_that_says_nothing_is_silent_and_without_any_nobody_is_asked() {
        let quiet = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, quiet.local_addr().unwrap().port());
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let waited = once(&socket, to, &name("a.test"), Duration::from_millis(50));
        assert!(matches!(waited.map_err(|e| e.kind()), Ok(Told::Silence) | Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)));
        assert_eq!(ask(&crate::Here, Ipv4Addr::LOCALHOST, &[], &name("a.test"), PATIENCE).unwrap(), None);
    }
}
