//! Which names each resource has in the DNS, and in whose: computed purely, one resource at a time.

use std::fmt::{self, Display, Formatter};
use std::net::{Ipv4Addr, SocketAddrV4};

use dataplane::dns::{DomainName, Kind, Records};
use plan::Subject;
use resource::{RecordType, VpcId, private_domain};
use store::Snapshot;

use super::{hosted, private, public, rule};

/// The domain of all public names that we know.
pub(super) const PUBLIC_DOMAIN: &str = "amazonaws.com";
/// How long answers may be kept, in seconds: short, because addresses follow the health of targets.
pub(super) const TTL: u32 = 60;

/// What has names: one thing that they are computed from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Source {
    /// Something that the kernel carries.
    Plan(Subject),
    /// The record sets of a type at a name of a hosted zone.
    Records { zone: String, name: String, kind: RecordType },
    /// The association of a resolver rule with a VPC.
    Rule(String),
}

/// Who sees a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Scope {
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
    /// It is a zone, and has a name.
    Name(DomainName, Data),
    /// Questions about it are answered here, whatever rule there is for a domain above.
    Here,
    /// Questions about it are put to these targets, through an outbound endpoint.
    Elsewhere(String, Vec<SocketAddrV4>),
}

/// What a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    Addresses(Vec<Ipv4Addr>),
    Name(DomainName),
    Set(Records),
}

/// What `source` contributes to the DNS of `world`.
pub(super) fn entries(world: &Snapshot, source: &Source) -> Vec<Entry> {
    let found = match source {
        Source::Plan(subject) => of_subject(world, subject),
        Source::Records { zone, name, kind } => hosted::of_records(world, zone, name, *kind),
        Source::Rule(id) => rule::of_association(world, id),
    };
    found.into_iter().flatten().collect()
}

fn of_subject(world: &Snapshot, subject: &Subject) -> Vec<Option<Entry>> {
    match subject {
        Subject::Router(id) => private::of_vpc(world, id),
        Subject::Interface(id) => private::of_interface(world, id),
        Subject::Address(id) => public::of_address(world, id).into_iter().chain(private::of_address(world, id)).collect(),
        Subject::Balancer(arn) => public::of_balancer(world, arn),
        Subject::Endpoint(id) => public::of_endpoint(world, id).into_iter().chain(private::of_endpoint(world, id)).collect(),
        Subject::Table(_) | Subject::Group(_) | Subject::Acl(_) | Subject::Gateway(_) => Vec::new(),
        Subject::Nat(_) | Subject::Peering(_) | Subject::Resolver(_) | Subject::PublicAccess(_) => Vec::new(),
    }
}

impl Entry {
    /// A zone without a name; none when `zone` is no domain name, as with an odd Region.
    pub(super) fn zone(scope: Scope, zone: &str) -> Option<Self> {
        Self::domain(scope, zone, Says::Zone)
    }

    /// What is known about a domain; none when `zone` is no domain name.
    pub(super) fn domain(scope: Scope, zone: &str, says: Says) -> Option<Self> {
        Some(Self { scope, zone: zone.parse().ok()?, says })
    }

    /// A name in a zone.
    pub(super) fn name(scope: Scope, zone: &str, name: &str, data: Data) -> Option<Self> {
        Self::domain(scope, zone, Says::Name(name.parse().ok()?, data))
    }

    /// Addresses at a name in a zone; none when there are no addresses.
    pub(super) fn addresses(scope: Scope, zone: &str, name: &str, addresses: Vec<Ipv4Addr>) -> Option<Self> {
        let data = (!addresses.is_empty()).then_some(Data::Addresses(addresses))?;
        Self::name(scope, zone, name, data)
    }

    /// Addresses at a public name.
    pub(super) fn public(name: &str, addresses: Vec<Ipv4Addr>) -> Option<Self> {
        Self::addresses(Scope::Public, PUBLIC_DOMAIN, name, addresses)
    }

    /// An address at a private name of a VPC.
    pub(super) fn private(vpc: &VpcId, region: &str, name: &str, address: Ipv4Addr) -> Option<Self> {
        Self::addresses(Scope::Vpc(vpc.clone()), &private_domain(region), name, vec![address])
    }

    /// The name of an address, in a reverse zone of a VPC.
    pub(super) fn reverse(vpc: &VpcId, zone: &str, address: Ipv4Addr, name: &str) -> Option<Self> {
        let says = Says::Name(DomainName::reverse(address), Data::Name(name.parse().ok()?));
        Self::domain(Scope::Vpc(vpc.clone()), zone, says)
    }
}

impl Data {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Addresses(_) => Kind::A,
            Self::Name(_) => Kind::PTR,
            Self::Set(records) => records.kind(),
        }
    }

    pub(super) fn records(&self) -> Records {
        match self {
            Self::Addresses(addresses) => Records::a(TTL, addresses.iter().copied()),
            Self::Name(name) => Records::ptr(TTL, name),
            Self::Set(records) => records.clone(),
        }
    }
}

impl Display for Entry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::Public => write!(f, "public {}", self.zone)?,
            Scope::Vpc(id) => write!(f, "{id} {}", self.zone)?,
            Scope::Private(id) => write!(f, "{id} private {}", self.zone)?,
            Scope::Inbound(id) => write!(f, "{id} inbound {}", self.zone)?,
        }
        match &self.says {
            Says::Zone => Ok(()),
            Says::Name(name, Data::Name(target)) => write!(f, " {name} PTR {target}"),
            Says::Name(name, Data::Set(records)) => write!(f, " {name} {records}"),
            Says::Name(name, Data::Addresses(addresses)) => {
                write!(f, " {name} A")?;
                addresses.iter().try_for_each(|address| write!(f, " {address}"))
            }
            Says::Here => f.write_str(" here"),
            Says::Elsewhere(endpoint, targets) => {
                write!(f, " through {endpoint} to")?;
                targets.iter().try_for_each(|target| write!(f, " {target}"))
            }
        }
    }
}
