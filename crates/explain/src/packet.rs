//! What is asked about: the first packet of a connection, and the answer to it.

use std::fmt::{self, Display, Formatter};

use resource::{Traffic, Transport};

/// The ports that clients are answered on (Linux's own range): stateless filters must let them back.
const EPHEMERAL: (u16, u16) = (32768, 60999);

/// A kind of packet, by protocol and inclusive range of destination ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet {
    /// TCP to these ports.
    Tcp(u16, u16),
    /// UDP to these ports.
    Udp(u16, u16),
    /// ICMP of this type: 8 asks for an echo, 0 is one.
    Icmp(u8),
}

impl Packet {
    /// The same to another port.
    pub(crate) fn to_port(self, port: u16) -> Self {
        match self {
            Self::Tcp(..) => Self::Tcp(port, port),
            Self::Udp(..) => Self::Udp(port, port),
            Self::Icmp(kind) => Self::Icmp(kind),
        }
    }

    /// What comes back, to the ports that it came from: those of clients, unless they are known.
    pub(crate) fn answer(self, from: Option<(u16, u16)>) -> Self {
        let (low, high) = from.unwrap_or(EPHEMERAL);
        match self {
            Self::Tcp(..) => Self::Tcp(low, high),
            Self::Udp(..) => Self::Udp(low, high),
            Self::Icmp(_) => Self::Icmp(0),
        }
    }

    /// Its ports; those of ICMP are all one.
    pub(crate) fn ports(self) -> (u16, u16) {
        match self {
            Self::Tcp(from, to) | Self::Udp(from, to) => (from, to),
            Self::Icmp(_) => (0, 0),
        }
    }

    /// The port, when it goes to a single one: what balancers listen for.
    pub(crate) fn listened_for(self) -> Option<(Transport, u16)> {
        match self {
            Self::Tcp(from, to) if from == to => Some((Transport::Tcp, from)),
            Self::Udp(from, to) if from == to => Some((Transport::Udp, from)),
            _ => None,
        }
    }

    /// The port, when TCP goes to a single one: what front doors answer.
    pub(crate) fn tcp_port(self) -> Option<u16> {
        self.listened_for().filter(|(transport, _)| *transport == Transport::Tcp).map(|(_, port)| port)
    }

    /// The part of it that `traffic` speaks of.
    pub(crate) fn overlap(self, traffic: Traffic) -> Option<(u16, u16)> {
        let within = |from: u16, to: u16| {
            let (low, high) = (self.ports().0.max(from), self.ports().1.min(to));
            (low <= high).then_some((low, high))
        };
        let whole = |matches: bool| matches.then(|| self.ports());
        match (traffic, self) {
            (Traffic::All, _) => whole(true),
            (Traffic::Tcp(from, to), Self::Tcp(..)) | (Traffic::Udp(from, to), Self::Udp(..)) => within(from, to),
            (Traffic::Icmp { kind, code }, Self::Icmp(own)) => {
                whole(kind.is_none_or(|k| k == own) && code.is_none_or(|c| c == 0))
            }
            (Traffic::Protocol(number), _) => whole(number == self.number()),
            _ => None,
        }
    }

    /// The IP protocol's number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Tcp(..) => 6,
            Self::Udp(..) => 17,
            Self::Icmp(_) => 1,
        }
    }

    /// The IP protocol's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tcp(..) => "tcp",
            Self::Udp(..) => "udp",
            Self::Icmp(_) => "icmp",
        }
    }
}

impl Display for Packet {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self, self.ports()) {
            (Self::Icmp(0), _) => f.write_str("icmp echo replies"),
            (Self::Icmp(_), _) => f.write_str("icmp echo"),
            (_, (from, to)) if from == to => write!(f, "{} {from}", self.name()),
            (_, (from, to)) => write!(f, "{} {from}-{to}", self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_speaks_of_the_ports_that_it_shares_with_the_packet() {
        assert_eq!(Packet::Tcp(80, 80).overlap(Traffic::Tcp(1, 100)), Some((80, 80)));
        assert_eq!(Packet::Tcp(80, 80).overlap(Traffic::Udp(1, 100)), None);
        assert_eq!(Packet::Tcp(1, 1).answer(None).overlap(Traffic::Tcp(50000, 65535)), Some((50000, 60999)));
        assert_eq!(Packet::Icmp(8).overlap(Traffic::Icmp { kind: Some(0), code: None }), None);
        assert_eq!(Packet::Icmp(8).answer(None).overlap(Traffic::Icmp { kind: Some(0), code: None }), Some((0, 0)));
        assert_eq!(Packet::Udp(53, 53).overlap(Traffic::Protocol(17)), Some((53, 53)));
    }
}
