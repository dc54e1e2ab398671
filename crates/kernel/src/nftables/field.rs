//! Fields of a packet: how wide they are, and the expressions that load them into registers.

use super::expression::{Expressions, TRANSPORT_ICMP, TRANSPORT_TCP, TRANSPORT_UDP};
use super::value::{padded, width};
use crate::nft::{Field, Type};

const NETWORK: u32 = 1;
const TRANSPORT: u32 = 2;

/// Where a field is found.
enum Source {
    Meta(u32),
    Payload { base: u32, offset: u32 },
    Flow { key: u32, original: bool },
    Route,
    Computed,
}

impl Field {
    /// The number of bytes that the field fills.
    pub(super) fn width(&self) -> usize {
        match self {
            Field::IifName | Field::OifName => width(Type::Interface),
            Field::L4Proto | Field::TcpFlags | Field::IcmpType | Field::IcmpCode | Field::CtDirection => 1,
            Field::TcpSport | Field::TcpDport | Field::UdpSport | Field::UdpDport => 2,
            Field::ThSport | Field::ThDport | Field::CtOriginalDport => 2,
            _ => 4,
        }
    }

    /// Whether the field is a number in the machine's order rather than in the network's.
    pub(super) fn is_native(&self) -> bool {
        matches!(
            self,
            Field::Mark
                | Field::RtClassId
                | Field::FibDaddrType
                | Field::CtState
                | Field::CtStatus
                | Field::CtMark
                | Field::Hash { .. }
                | Field::RoundRobin(_)
                | Field::Random(_)
        )
    }

    /// The protocol without which the field means nothing.
    fn protocol(&self) -> Option<u8> {
        match self {
            Field::TcpSport | Field::TcpDport | Field::TcpFlags => Some(TRANSPORT_TCP),
            Field::UdpSport | Field::UdpDport => Some(TRANSPORT_UDP),
            Field::IcmpType | Field::IcmpCode => Some(TRANSPORT_ICMP),
            _ => None,
        }
    }

    fn source(&self) -> Source {
        let transport = |offset| Source::Payload { base: TRANSPORT, offset };
        match self {
            Field::SocketAddress => Source::Meta(2),
            Field::Mark => Source::Meta(3),
            Field::IifName => Source::Meta(6),
            Field::OifName => Source::Meta(7),
            Field::RtClassId => Source::Meta(13),
            Field::L4Proto => Source::Meta(16),
            Field::FibDaddrType => Source::Route,
            Field::Saddr => Source::Payload { base: NETWORK, offset: 12 },
            Field::Daddr => Source::Payload { base: NETWORK, offset: 16 },
            Field::TcpSport | Field::UdpSport | Field::ThSport | Field::IcmpType => transport(0),
            Field::TcpDport | Field::UdpDport | Field::ThDport => transport(2),
            Field::IcmpCode => transport(1),
            Field::TcpFlags => transport(13),
            Field::CtState => Source::Flow { key: 0, original: false },
            Field::CtDirection => Source::Flow { key: 1, original: false },
            Field::CtStatus => Source::Flow { key: 2, original: false },
            Field::CtMark => Source::Flow { key: 3, original: false },
            Field::CtOriginalDport => Source::Flow { key: 12, original: true },
            Field::CtOriginalSaddr => Source::Flow { key: 19, original: true },
            Field::CtOriginalDaddr => Source::Flow { key: 20, original: true },
            Field::Hash { .. } | Field::RoundRobin(_) | Field::Random(_) => Source::Computed,
        }
    }
}

/// The number of registers that a concatenation of fields fills.
pub(super) fn registers(key: &[Field]) -> usize {
    key.iter().map(|field| padded(field.width()) / 4).sum()
}

impl Expressions<'_> {
    /// Loads fields into registers from `register` on, each padded to four bytes.
    pub(super) fn load(&mut self, key: &[Field], register: u32) {
        key.iter().for_each(|field| self.depend(field));
        let mut next = register;
        for field in key {
            self.load_one(field, next);
            next += u32::try_from(padded(field.width()) / 4).unwrap_or(1);
        }
    }

    /// Demands the protocols without which the field means nothing.
    fn depend(&mut self, field: &Field) {
        if let Field::Hash { over, .. } = field {
            over.iter().for_each(|field| self.depend(field));
        }
        if let Some(protocol) = field.protocol() {
            self.demand_protocol(protocol);
        }
    }

    fn load_one(&mut self, field: &Field, register: u32) {
        let length = u32::try_from(field.width()).unwrap_or(4);
        match field.source() {
            Source::Meta(key) => self.numbers("meta", &[(1, register), (2, key)]),
            Source::Payload { base, offset } => {
                self.numbers("payload", &[(1, register), (2, base), (3, offset), (4, length)]);
            }
            Source::Flow { key, original: false } => self.numbers("ct", &[(1, register), (2, key)]),
            Source::Flow { key, original: true } => self.expression("ct", |w| {
                w.u32_be(1, register);
                w.u32_be(2, key);
                w.attr(3, &[0]);
            }),
            Source::Route => self.numbers("fib", &[(1, register), (2, 3), (3, 2)]),
            Source::Computed => self.compute(field, register),
        }
    }

    fn compute(&mut self, field: &Field, register: u32) {
        match field {
            Field::Hash { over, modulus, seed } => {
                self.load(over, register);
                let length = u32::try_from(registers(over) * 4).unwrap_or(4);
                self.numbers("hash", &[(1, register), (2, register), (3, length), (4, *modulus), (5, *seed), (7, 0)]);
            }
            Field::RoundRobin(modulus) => self.numbers("numgen", &[(1, register), (2, *modulus), (3, 0), (4, 0)]),
            Field::Random(modulus) => self.numbers("numgen", &[(1, register), (2, *modulus), (3, 1), (4, 0)]),
            _ => {}
        }
    }
}
