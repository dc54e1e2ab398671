//! A rule: what it asks of a packet and what it does with it.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{Value, Verdict};

/// A rule: when all matches hold, the actions happen in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// What must hold.
    pub matches: Vec<Match>,
    /// What then happens.
    pub actions: Vec<Action>,
}

/// One question about a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// What is looked at; several form a concatenated key for a set.
    pub key: Vec<Field>,
    /// Whether the answer must be no.
    pub negated: bool,
    /// What it is compared with.
    pub with: Operand,
}

/// What fields are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// One value.
    Value(Value),
    /// A range, both ends included.
    Range(Value, Value),
    /// The addresses of a prefix.
    Prefix(Ipv4Net),
    /// At least one of these bits, for `ct state` and `ct status`.
    Bits(u32),
    /// The bits under the mask have this value.
    Masked {
        /// Which bits count.
        mask: u32,
        /// What they are.
        value: u32,
    },
    /// A named set of the same table.
    Set(String),
}

/// Something that can be read from a packet or its flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// `meta iifname`: the device through which it came.
    IifName,
    /// `meta oifname`: the device through which it leaves.
    OifName,
    /// `meta l4proto`: the protocol above IP.
    L4Proto,
    /// `meta mark`: the packet's mark.
    Mark,
    /// `meta priority`: what the socket that sends it has set as its priority (SO_PRIORITY), here an address in the network's
    /// order. `nft` lists such a rule, and does not read it: it takes priorities for classes.
    SocketAddress,
    /// `meta rtclassid`: the realm of its route ([`crate::RouteKind::Unicast`]), with the source realm in the upper half.
    RtClassId,
    /// `fib daddr type`: compare with [`Field::LOCAL`] and its like.
    FibDaddrType,
    /// `ip saddr`
    Saddr,
    /// `ip daddr`
    Daddr,
    /// `tcp sport`; implies TCP.
    TcpSport,
    /// `tcp dport`; implies TCP.
    TcpDport,
    /// `udp sport`; implies UDP.
    UdpSport,
    /// `udp dport`; implies UDP.
    UdpDport,
    /// `th sport` of any protocol that has ports where TCP has them. Match the protocol before it.
    ThSport,
    /// `th dport` of any protocol that has ports where TCP has them. Match the protocol before it.
    ThDport,
    /// `tcp flags`; implies TCP. Compare with [`Operand::Masked`].
    TcpFlags,
    /// `icmp type`; implies ICMP.
    IcmpType,
    /// `icmp code`; implies ICMP.
    IcmpCode,
    /// `ct state`; compare with [`Operand::Bits`] of [`ct_state`].
    CtState,
    /// `ct status`; compare with [`Operand::Bits`] of [`ct_status`].
    CtStatus,
    /// `ct mark`: the mark of the flow.
    CtMark,
    /// `ct direction`: 0 original, 1 reply, as [`Value::Proto`].
    CtDirection,
    /// `ct original ip saddr`
    CtOriginalSaddr,
    /// `ct original ip daddr`
    CtOriginalDaddr,
    /// `ct original proto-dst`
    CtOriginalDport,
    /// `jhash … mod …`: a number below `modulus`, the same for the same fields.
    Hash {
        /// What is hashed.
        over: Vec<Field>,
        /// How many different numbers there are; at least 1.
        modulus: u32,
        /// What makes one hash differ from another.
        seed: u32,
    },
    /// `numgen inc mod …`: the next number below the modulus.
    RoundRobin(u32),
    /// `numgen random mod …`: any number below the modulus.
    Random(u32),
}

/// The bits of `ct state`.
pub mod ct_state {
    /// Belongs to no flow and begins none.
    pub const INVALID: u32 = 1;
    /// Belongs to a flow that was answered.
    pub const ESTABLISHED: u32 = 2;
    /// Begins a flow that belongs to another one, as an ICMP error does.
    pub const RELATED: u32 = 4;
    /// Begins a flow.
    pub const NEW: u32 = 8;
    /// Is not followed at all.
    pub const UNTRACKED: u32 = 64;
}

/// The bits of `ct status`.
pub mod ct_status {
    /// The flow's source is rewritten.
    pub const SNAT: u32 = 1 << 4;
    /// The flow's destination is rewritten.
    pub const DNAT: u32 = 1 << 5;
}

/// Something done with a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Decide.
    Verdict(Verdict),
    /// Decide by a verdict map; a key that is not in it goes on to the next action.
    Vmap {
        /// What is looked up.
        key: Vec<Field>,
        /// The verdict map, of the same table.
        map: String,
    },
    /// Rewrite the destination.
    Dnat(Nat),
    /// Rewrite the source. Ports are chosen in order, never at random: a random choice reuses ports inside TIME_WAIT.
    Snat(Nat),
    /// Rewrite the source to the address of the device through which the packet leaves.
    Masquerade,
    /// Rewrite an address of this packet alone; conntrack knows nothing of it.
    Rewrite {
        /// Which address.
        part: AddressPart,
        /// What is looked up for the new one; a key that is not in the map ends the rule.
        key: Vec<Field>,
        /// The map, of the same table.
        map: String,
    },
    /// `meta mark set`
    SetMark(Mark),
    /// `ct mark set`
    SetCtMark(Mark),
    /// Remember the flow for as long as [`super::Timeout`] of this name says. Only with a flow's first packet, and TCP.
    Timeout(String),
    /// Flows that packets from here on begin are other flows than those of the same addresses elsewhere: those of this zone.
    /// Their answers are known everywhere. Only before conntrack, at priority -300.
    SetCtZone(u16),
    /// Do not follow the flow. Only before conntrack, at priority -300.
    Notrack,
    /// Clamp TCP's maximum segment size to this, or to the path MTU of the route.
    ClampMss(Option<u16>),
    /// Remove the TCP option of this number.
    ResetTcpOption(u8),
    /// Count packets and bytes.
    Counter,
    /// Go on only while the rate is not exceeded.
    Limit {
        /// How many packets,
        rate: u64,
        /// in which time,
        per: Per,
        /// with how many more at once.
        burst: u32,
    },
    /// Write a line to the kernel's log.
    Log(String),
    /// Refuse with an answer.
    Reject(Reject),
}

/// An address in a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressPart {
    /// The packet's source.
    Source,
    /// The packet's destination.
    Destination,
    /// The source of the packet that an ICMP error quotes. Match the error's type before it.
    QuotedSource,
    /// The destination of the packet that an ICMP error quotes. Match the error's type before it.
    QuotedDestination,
}

/// The unit of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "units of time")]
pub enum Per {
    Second,
    Minute,
    Hour,
}

/// How a packet is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reject {
    /// TCP RST; implies TCP.
    TcpReset,
    /// ICMP destination unreachable with this code: 3 port unreachable, 13 administratively prohibited.
    Icmp(u8),
}

/// Where a mark comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A constant.
    Value(u32),
    /// The packet's mark.
    Packet,
    /// The flow's mark.
    Flow,
    /// The flow's mark, and these bits as well.
    FlowWith(u32),
    /// A map to one [`super::Type::Mark`]; a key that is not in it ends the rule.
    Map {
        /// What is looked up.
        key: Vec<Field>,
        /// The map, of the same table.
        map: String,
    },
}

/// An address translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nat {
    /// The new address.
    pub to: NatTo,
    /// Whether a client keeps its address of a pool (`persistent`).
    pub persistent: bool,
}

/// What an address is rewritten to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NatTo {
    /// One of the addresses from first to last, with the port if given.
    Addrs {
        /// The first address.
        first: Ipv4Addr,
        /// The last address; equal to the first for a single one.
        last: Ipv4Addr,
        /// The new port; none keeps it.
        port: Option<u16>,
    },
    /// What a map says; a key that is not in it ends the rule.
    Map {
        /// What is looked up.
        key: Vec<Field>,
        /// The map, of the same table.
        map: String,
        /// What the map gives.
        gives: Gives,
    },
}

/// What a translation map gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// An address: [`super::SetData::Values`] of one address.
    Addr,
    /// An address and a port: [`super::SetData::Values`] of both.
    AddrPort,
    /// A range of addresses: [`super::SetData::Pool`].
    Pool,
}

impl Field {
    /// A [`Field::FibDaddrType`]: any address of one interface.
    pub const UNICAST: Value = Value::Mark(1);
    /// A [`Field::FibDaddrType`]: an address of this namespace.
    pub const LOCAL: Value = Value::Mark(2);
    /// A [`Field::FibDaddrType`]: a broadcast address.
    pub const BROADCAST: Value = Value::Mark(3);
    /// A [`Field::FibDaddrType`]: a multicast address.
    pub const MULTICAST: Value = Value::Mark(5);
}

impl Match {
    /// The field has this value.
    pub fn is(field: Field, value: Value) -> Match {
        Match { key: vec![field], negated: false, with: Operand::Value(value) }
    }

    /// The field lies between two values, both included.
    pub fn between(field: Field, first: Value, last: Value) -> Match {
        Match { key: vec![field], negated: false, with: Operand::Range(first, last) }
    }

    /// The address lies in the prefix.
    pub fn within(field: Field, net: Ipv4Net) -> Match {
        Match { key: vec![field], negated: false, with: Operand::Prefix(net) }
    }

    /// The flow's state or status has one of the bits.
    pub fn any_of(field: Field, bits: u32) -> Match {
        Match { key: vec![field], negated: false, with: Operand::Bits(bits) }
    }

    /// The bits of the field under the mask have this value.
    pub fn masked(field: Field, mask: u32, value: u32) -> Match {
        Match { key: vec![field], negated: false, with: Operand::Masked { mask, value } }
    }

    /// The fields together are a key of the set.
    pub fn in_set(key: impl Into<Vec<Field>>, set: &str) -> Match {
        Match { key: key.into(), negated: false, with: Operand::Set(set.to_owned()) }
    }

    /// The opposite question.
    pub fn negate(self) -> Match {
        Match { negated: !self.negated, ..self }
    }
}

impl Rule {
    /// A rule of these matches and this last word.
    pub fn new(matches: impl Into<Vec<Match>>, actions: impl Into<Vec<Action>>) -> Rule {
        Rule { matches: matches.into(), actions: actions.into() }
    }
}

impl Nat {
    /// To one address, keeping the port.
    pub fn to(addr: Ipv4Addr) -> Nat {
        Nat::to_pool(addr, addr)
    }

    /// To one address and port.
    pub fn to_port(addr: Ipv4Addr, port: u16) -> Nat {
        Nat { to: NatTo::Addrs { first: addr, last: addr, port: Some(port) }, persistent: false }
    }

    /// To any of the addresses from first to last.
    pub fn to_pool(first: Ipv4Addr, last: Ipv4Addr) -> Nat {
        Nat { to: NatTo::Addrs { first, last, port: None }, persistent: false }
    }

    /// To what the map says of the key.
    pub fn by_map(key: impl Into<Vec<Field>>, map: &str, gives: Gives) -> Nat {
        Nat { to: NatTo::Map { key: key.into(), map: map.to_owned(), gives }, persistent: false }
    }
}
