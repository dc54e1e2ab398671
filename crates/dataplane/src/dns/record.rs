//! Record sets, kept as the bytes that go on the wire.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::name::DomainName;

/// A record type by its number (IANA DNS parameters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);

impl Kind {
    /// An IPv4 address.
    pub const A: Self = Self(1);
    /// A name server of a zone.
    pub const NS: Self = Self(2);
    /// Another name for this name.
    pub const CNAME: Self = Self(5);
    /// The start of a zone.
    pub const SOA: Self = Self(6);
    /// The name of an address.
    pub const PTR: Self = Self(12);
    /// A mail exchanger.
    pub const MX: Self = Self(15);
    /// Text.
    pub const TXT: Self = Self(16);
    /// Other names for all names below this one (RFC 6672).
    pub(crate) const DNAME: Self = Self(39);
    /// An IPv6 address.
    pub const AAAA: Self = Self(28);
    /// A service's host and port (RFC 2782).
    pub const SRV: Self = Self(33);
    /// Who may issue certificates (RFC 8659).
    pub const CAA: Self = Self(257);
    /// Text, as mail senders were once listed (RFC 4408).
    pub const SPF: Self = Self(99);
    pub(crate) const OPT: Self = Self(41);
    pub(crate) const ANY: Self = Self(255);

    /// Types that ask for something other than data: zone transfers and mail of old (RFC 1035 §3.2.3), except ANY.
    pub(crate) fn is_meta(self) -> bool {
        (249..=254).contains(&self.0) || self == Self::OPT
    }
}

/// All records of one type at one name, with their common time to live in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    pub(crate) kind: Kind,
    pub(crate) ttl: u32,
    pub(crate) data: Vec<Box<[u8]>>,
    /// How many of them are answered at once.
    pub(crate) most: usize,
    pub(crate) source: Source,
}

/// Where the records of a set come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The set itself.
    Own,
    /// What another name has, in the view of whoever asks.
    Elsewhere(DomainName),
    /// One of these, by weight.
    Choice(Vec<(u32, Records)>),
}

impl Records {
    /// IPv4 addresses; which comes first in an answer turns from one question to the next.
    pub fn a(ttl: u32, addresses: impl IntoIterator<Item = Ipv4Addr>) -> Self {
        Self::of(Kind::A, ttl, addresses.into_iter().map(|a| a.octets().into()))
    }

    /// IPv6 addresses.
    pub fn aaaa(ttl: u32, addresses: impl IntoIterator<Item = Ipv6Addr>) -> Self {
        Self::of(Kind::AAAA, ttl, addresses.into_iter().map(|a| a.octets().into()))
    }

    /// Another name, which the resolver follows in the view of whoever asked.
    pub fn cname(ttl: u32, target: &DomainName) -> Self {
        Self::of(Kind::CNAME, ttl, [target.wire().into()])
    }

    /// The name of an address.
    pub fn ptr(ttl: u32, target: &DomainName) -> Self {
        Self::of(Kind::PTR, ttl, [target.wire().into()])
    }

    /// Name servers.
    pub fn ns<'n>(ttl: u32, servers: impl IntoIterator<Item = &'n DomainName>) -> Self {
        Self::of(Kind::NS, ttl, servers.into_iter().map(|n| n.wire().into()))
    }

    /// One text per record, cut into strings of at most 255 bytes.
    pub fn txt<'t>(ttl: u32, texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self::of(Kind::TXT, ttl, texts.into_iter().map(character_strings))
    }

    /// Mail exchangers with their preference.
    pub fn mx<'n>(ttl: u32, exchangers: impl IntoIterator<Item = (u16, &'n DomainName)>) -> Self {
        let wire = |(preference, name): (u16, &DomainName)| [&preference.to_be_bytes(), name.wire()].concat().into();
        Self::of(Kind::MX, ttl, exchangers.into_iter().map(wire))
    }

    /// Services as (priority, weight, port, host).
    pub fn srv<'n>(ttl: u32, services: impl IntoIterator<Item = (u16, u16, u16, &'n DomainName)>) -> Self {
        let wire = |(priority, weight, port, host): (u16, u16, u16, &DomainName)| {
            [&priority.to_be_bytes()[..], &weight.to_be_bytes(), &port.to_be_bytes(), host.wire()].concat().into()
        };
        Self::of(Kind::SRV, ttl, services.into_iter().map(wire))
    }

    /// Texts as lists of their strings, each of at most 255 bytes.
    pub fn texts_of(ttl: u32, texts: impl IntoIterator<Item = Vec<Vec<u8>>>) -> Self {
        let wire = |strings: Vec<Vec<u8>>| strings.iter().flat_map(|string| character_string(string)).collect();
        Self::of(Kind::TXT, ttl, texts.into_iter().map(wire))
    }

    /// Who may issue certificates, as (flags, property, value).
    pub fn caa<'t>(ttl: u32, properties: impl IntoIterator<Item = (u8, &'t str, &'t [u8])>) -> Self {
        let wire = |(flags, tag, value): (u8, &str, &[u8])| {
            std::iter::once(flags).chain(character_string(tag.as_bytes())).chain(value.iter().copied()).collect()
        };
        Self::of(Kind::CAA, ttl, properties.into_iter().map(wire))
    }

    /// The start of authority of a zone, with a time to live of its own.
    pub fn soa(ttl: u32, soa: &Soa) -> Self {
        Self { ttl, ..soa.records() }
    }

    /// What `target` has of this kind, in the view of whoever asks, with its time to live.
    pub fn elsewhere(kind: Kind, target: &DomainName) -> Self {
        Self { source: Source::Elsewhere(target.clone()), ..Self::of(kind, 0, []) }
    }

    /// One of several sets of this kind, each as often as its weight says; all alike when no weight is above zero.
    pub fn weighted(kind: Kind, choices: Vec<(u32, Self)>) -> Self {
        Self { source: Source::Choice(choices), ..Self::of(kind, 0, []) }
    }

    /// The type of the records.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The records of several sets of one type as one set; none when there are none.
    pub fn together(sets: impl IntoIterator<Item = Self>) -> Option<Self> {
        sets.into_iter().reduce(|mut all, set| {
            all.ttl = all.ttl.min(set.ttl);
            all.data.extend(set.data);
            all
        })
    }

    /// At most `most` of the records in one answer.
    pub fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// The same bytes as another type, as SPF has the form of TXT.
    pub fn as_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Nothing to answer, and nobody else to ask.
    pub(crate) fn is_empty(&self) -> bool {
        self.data.is_empty() && self.source == Source::Own
    }

    /// The set that answers, of several.
    pub(crate) fn choose(&self, luck: u64) -> &Self {
        let Source::Choice(choices) = &self.source else { return self };
        let total: u64 = choices.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let chosen = match total {
            0 => choices.get((luck % choices.len().max(1) as u64) as usize),
            total => {
                let mut left = luck % total;
                choices.iter().find(|(weight, _)| match left.checked_sub(u64::from(*weight)) {
                    Some(rest) => {
                        left = rest;
                        false
                    }
                    None => true,
                })
            }
        };
        chosen.map_or(self, |(_, set)| set)
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        let wanted = self.data.iter().filter(|_| [Kind::TXT, Kind::SPF].contains(&self.kind));
        wanted.map(|wire| joined(wire)).collect()
    }

    pub(crate) fn names(&self) -> Vec<DomainName> {
        let wanted = self.data.iter().filter(|_| [Kind::CNAME, Kind::NS, Kind::PTR].contains(&self.kind));
        wanted.map(|wire| DomainName::from_wire(wire)).collect()
    }

    pub(crate) fn issuers(&self) -> Vec<(String, String)> {
        let wanted = self.data.iter().filter(|_| self.kind == Kind::CAA);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let property = |wire: &[u8]| {
            let (length, rest) = wire.get(1..)?.split_first()?;
            let (tag, value) = rest.split_at_checked(usize::from(*length))?;
            Some((text(tag), text(value)))
        };
        wanted.filter_map(|wire| property(wire)).collect()
    }

    pub(crate) fn addresses(&self) -> Vec<Ipv4Addr> {
        let wanted = self.data.iter().filter(|_| self.kind == Kind::A);
        wanted.filter_map(|wire| <[u8; 4]>::try_from(&**wire).ok().map(Ipv4Addr::from)).collect()
    }

    pub(crate) fn of(kind: Kind, ttl: u32, data: impl IntoIterator<Item = Box<[u8]>>) -> Self {
        Self { kind, ttl, data: data.into_iter().collect(), most: usize::MAX, source: Source::Own }
    }
}

impl std::fmt::Display for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.source {
            Source::Elsewhere(target) => return write!(f, "type {} of {target}", self.kind.0),
            Source::Choice(choices) => return write!(f, "type {} of {} choices", self.kind.0, choices.len()),
            Source::Own => write!(f, "type {} {}", self.kind.0, self.ttl)?,
        }
        self.addresses().iter().try_for_each(|address| write!(f, " {address}"))?;
        self.names().iter().try_for_each(|name| write!(f, " {name}"))?;
        self.texts().iter().try_for_each(|text| write!(f, " {text:?}"))
    }
}

/// A string with its length before it; what is longer than one can be is cut.
fn character_string(string: &[u8]) -> Vec<u8> {
    let string = string.get(..255).unwrap_or(string);
    std::iter::once(string.len() as u8).chain(string.iter().copied()).collect()
}

/// The strings of a text, one after the other.
fn joined(mut wire: &[u8]) -> String {
    let mut text = Vec::new();
    while let [length, rest @ ..] = wire {
        let (string, after) = rest.split_at(usize::from(*length).min(rest.len()));
        text.extend_from_slice(string);
        wire = after;
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn character_strings(text: &str) -> Box<[u8]> {
    if text.is_empty() {
        return Box::new([0]);
    }
    let mut wire = Vec::with_capacity(text.len() + 1 + text.len() / 255);
    for piece in text.as_bytes().chunks(255) {
        wire.push(piece.len() as u8);
        wire.extend_from_slice(piece);
    }
    wire.into()
}

/// The start of authority of a zone (RFC 1035 §3.3.13); times in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soa {
    /// The name server that is said to be the source.
    pub primary: DomainName,
    /// The mailbox of whoever is responsible, as a name.
    pub contact: DomainName,
    /// The version of the zone.
    pub serial: u32,
    /// How long a "no such name" may be kept (RFC 2308); it is also the time to live of the record.
    pub negative_ttl: u32,
}

impl Soa {
    pub(crate) fn records(&self) -> Records {
        let mut wire = [self.primary.wire(), self.contact.wire()].concat();
        for number in [self.serial, 7200, 900, 1_209_600, self.negative_ttl] {
            wire.extend_from_slice(&number.to_be_bytes());
        }
        Records::of(Kind::SOA, self.negative_ttl, [wire.into()])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_into_strings_of_255_bytes() {
        let wire = character_strings(&"x".repeat(300));
        assert_eq!((wire[0], wire[256], wire.len()), (255, 45, 302));
    }

    #[test]
    fn empty_text_is_one_empty_string() {
        assert_eq!(&*character_strings(""), [0]);
    }

    #[test]
    fn numbers_precede_the_name_in_service_records() {
        let host: DomainName = "h.x".parse().unwrap();
        let records = Records::srv(60, [(1, 2, 443, &host)]);
        assert_eq!(&*records.data[0], b"\x00\x01\x00\x02\x01\xbb\x01h\x01x\x00");
    }
}
