//! The plan's entries as the resolver's zones take them: domain names and records.

use std::net::SocketAddrV4;

use dataplane::dns::{DomainName, Kind, Records};
use plan::names::{self, Content, Scope};

use super::records;

/// How long answers may be kept, in seconds: short, because addresses follow the health of targets.
pub(super) const TTL: u32 = 60;

/// Something that a scope knows about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) scope: Scope,
    pub(super) zone: DomainName,
    pub(super) says: Says,
}

/// What is known about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// It is a zone.
    Zone,
    /// It is a zone, and has records of a name.
    Name(DomainName, Kind, Records),
    /// Questions about it are answered here, whatever rule there is for a domain above.
    Here,
    /// Questions about it are put to these targets, through an outbound endpoint.
    Elsewhere(String, Vec<SocketAddrV4>),
}

impl Entry {
    /// An entry of the plan; none when a name in it is no domain name, as with an odd Region, or when it has no records.
    pub(super) fn of(planned: names::Entry) -> Option<Self> {
        let says = match planned.says {
            names::Says::Zone => Says::Zone,
            names::Says::Here => Says::Here,
            names::Says::Elsewhere(endpoint, targets) => Says::Elsewhere(endpoint, targets),
            names::Says::Name(name, content) => {
                let (kind, records) = of_content(&content)?;
                Says::Name(domain(&name)?, kind, records)
            }
        };
        Some(Self { scope: planned.scope, zone: domain(&planned.zone)?, says })
    }
}

fn of_content(content: &Content) -> Option<(Kind, Records)> {
    match content {
        Content::Addresses(addresses) => Some((Kind::A, Records::a(TTL, addresses.iter().copied()))),
        Content::Pointer(name) => Some((Kind::PTR, Records::ptr(TTL, &domain(name)?))),
        Content::Alias(name) => Some((Kind::CNAME, Records::cname(TTL, &domain(name)?))),
        Content::Sets(kind, sets) => Some((records::kind(*kind), records::merged(sets)?)),
    }
}

fn domain(name: &str) -> Option<DomainName> {
    if name.is_empty() { Some(DomainName::root()) } else { name.parse().ok() }
}
