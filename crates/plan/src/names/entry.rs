//! One thing that a resolver knows, and who among resolvers does.

use std::fmt::{self, Display, Formatter};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;

use resource::{RecordSet, RecordType, VpcId, private_domain};

use crate::Subject;

/// The domain of all public names that AWS has.
pub(super) const PUBLIC_DOMAIN: &str = "amazonaws.com";

/// What has names: one thing that they are computed from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Something that the kernel carries.
    Plan(Subject),
    /// The record sets of a type at a name of a hosted zone.
    Records {
        /// The zone's id.
        zone: String,
        /// The name, as the sets have it.
        name: String,
        /// The type.
        kind: RecordType,
    },
    /// The association of a resolver rule with a VPC.
    Rule(String),
}

/// Who sees a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everybody.
    Public,
    /// One VPC: what it knows of itself.
    Vpc(VpcId),
    /// Those who ask a VPC at its inbound endpoints, before all else: what endpoints take over for them alone.
    Inbound(VpcId),
    /// One VPC, before what it knows of itself: private hosted zones, and the hidden ones of its endpoints.
    Private(VpcId),
}

/// Something that a scope knows about a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Who knows it.
    pub scope: Scope,
    /// The domain: in lower case and without a final dot, as all names here; the root is nothing.
    pub zone: String,
    /// What is known.
    pub says: Says,
}

/// What is known about a domain.
#[derive(Clone, Debug, PartialEq)]
pub enum Says {
    /// It is a zone.
    Zone,
    /// It is a zone, and has a name.
    Name(String, Content),
    /// Questions about it are answered here, whatever rule there is for a domain above.
    Here,
    /// Questions about it are put to these targets, through an outbound endpoint.
    Elsewhere(String, Vec<SocketAddrV4>),
}

/// What a name says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Its addresses.
    Addresses(Vec<Ipv4Addr>),
    /// It is the name of an address, and this is what that is called.
    Pointer(String),
    /// It is another name for this one.
    Alias(String),
    /// What users wrote: all sets of a type at the name; never none.
    Sets(RecordType, Vec<Arc<RecordSet>>),
}

impl Entry {
    /// A zone without a name.
    pub(super) fn zone(scope: Scope, zone: &str) -> Self {
        Self::domain(scope, zone, Says::Zone)
    }

    /// What is known about a domain.
    pub(super) fn domain(scope: Scope, zone: &str, says: Says) -> Self {
        Self { scope, zone: plain(zone), says }
    }

    /// A name in a zone.
    pub(super) fn name(scope: Scope, zone: &str, name: &str, content: Content) -> Self {
        Self::domain(scope, zone, Says::Name(plain(name), content))
    }

    /// Addresses at a name in a zone; none when there are no addresses.
    pub(super) fn addresses(scope: Scope, zone: &str, name: &str, addresses: Vec<Ipv4Addr>) -> Option<Self> {
        (!addresses.is_empty()).then(|| Self::name(scope, zone, name, Content::Addresses(addresses)))
    }

    /// Addresses at a public name.
    pub(super) fn public(name: &str, addresses: Vec<Ipv4Addr>) -> Option<Self> {
        Self::addresses(Scope::Public, PUBLIC_DOMAIN, name, addresses)
    }

    /// An address at a private name of a VPC.
    pub(super) fn private(vpc: &VpcId, region: &str, name: &str, address: Ipv4Addr) -> Self {
        Self::name(Scope::Vpc(vpc.clone()), &private_domain(region), name, Content::Addresses(vec![address]))
    }

    /// The name of an address, in a reverse zone of a VPC.
    pub(super) fn reverse(vpc: &VpcId, zone: &str, address: Ipv4Addr, name: &str) -> Self {
        let [a, b, c, d] = address.octets();
        Self::name(Scope::Vpc(vpc.clone()), zone, &format!("{d}.{c}.{b}.{a}.in-addr.arpa"), Content::Pointer(plain(name)))
    }
}

/// A name as names are written here.
pub(super) fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

impl Display for Entry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let zone = if self.zone.is_empty() { "." } else { &self.zone };
        match &self.scope {
            Scope::Public => write!(f, "public {zone}")?,
            Scope::Vpc(id) => write!(f, "{id} {zone}")?,
            Scope::Private(id) => write!(f, "{id} private {zone}")?,
            Scope::Inbound(id) => write!(f, "{id} inbound {zone}")?,
        }
        match &self.says {
            Says::Zone => Ok(()),
            Says::Name(name, content) => write!(f, ": {name} {content}"),
            Says::Here => f.write_str(" here"),
            Says::Elsewhere(endpoint, targets) => {
                write!(f, " through {endpoint} to")?;
                targets.iter().try_for_each(|target| write!(f, " {target}"))
            }
        }
    }
}

impl Display for Content {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(target) => write!(f, "PTR {target}"),
            Self::Alias(target) => write!(f, "CNAME {target}"),
            Self::Sets(kind, sets) => write!(f, "{} of {} sets", kind.as_str(), sets.len()),
            Self::Addresses(addresses) => {
                f.write_str("A")?;
                addresses.iter().try_for_each(|address| write!(f, " {address}"))
            }
        }
    }
}
