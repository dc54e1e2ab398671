//! A security group as lists of what it allows.

use std::fmt::{self, Display, Formatter};

use ipnet::Ipv4Net;
use resource::{GroupId, GroupRule, PrefixList, PrefixListId, RulePeer, SecurityGroup, Traffic, VpcId};
use store::Snapshot;

use crate::peering::shares_groups;
use crate::router::listed;

/// A group: the union of what it allows in each direction. Flows that were allowed once go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The VPC.
    pub vpc: VpcId,
    /// What may come in.
    pub ingress: Vec<Allow>,
    /// What may go out.
    pub egress: Vec<Allow>,
}

/// One thing that is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The traffic.
    pub traffic: Traffic,
    /// The other side.
    pub peer: Peer,
}

/// The other side of what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// One block.
    Net(Ipv4Net),
    /// The addresses of all interfaces that carry the group.
    Members(GroupId),
    /// The blocks of a prefix list as they are now.
    List(PrefixListId, Vec<Ipv4Net>),
}

pub(crate) fn plan(world: &Snapshot, id: &GroupId) -> Option<Group> {
    let group = world.find::<SecurityGroup>(id.as_str())?;
    Some(Group {
        id: group.id.clone(),
        vpc: group.vpc.clone(),
        ingress: allows(world, &group, false),
        egress: allows(world, &group, true),
    })
}

pub(crate) fn allows(world: &Snapshot, group: &SecurityGroup, egress: bool) -> Vec<Allow> {
    group.rules.iter().filter(|rule| rule.egress == egress).filter_map(|rule| allow(world, group, rule)).collect()
}

/// What one rule allows; none for IPv6 and for groups whose members no packet here comes from: those of VPCs that are not
/// peered, or are in another Region.
fn allow(world: &Snapshot, group: &SecurityGroup, rule: &GroupRule) -> Option<Allow> {
    let peer = match &rule.peer {
        RulePeer::Cidr(net) => Peer::Net(*net),
        RulePeer::Cidr6(_) => return None,
        RulePeer::Group { id, .. } => {
            let member = world.find::<SecurityGroup>(id.as_str()).is_some_and(|other| other.vpc == group.vpc);
            member.then(|| Peer::Members(id.clone()))?
        }
        RulePeer::PeerGroup { id, vpc, .. } => {
            let there = world.find::<SecurityGroup>(id.as_str()).is_some_and(|other| other.vpc == *vpc);
            (there && shares_groups(world, &group.vpc, vpc)).then(|| Peer::Members(id.clone()))?
        }
        RulePeer::PrefixList(id) => Peer::List(id.clone(), prefix_list(world, id)),
    };
    Some(Allow { traffic: rule.traffic, peer })
}

pub(crate) fn prefix_list(world: &Snapshot, id: &PrefixListId) -> Vec<Ipv4Net> {
    let list = world.find::<PrefixList>(id.as_str());
    list.map(|list| list.entries.iter().map(|entry| entry.cidr).collect()).unwrap_or_default()
}

impl Display for Group {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "group {} in {}", self.id, self.vpc)?;
        self.ingress.iter().try_for_each(|allow| write!(f, "\n    in {allow}"))?;
        self.egress.iter().try_for_each(|allow| write!(f, "\n    out {allow}"))
    }
}

impl Display for Allow {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {}", Words(self.traffic), self.peer)
    }
}

impl Display for Peer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(net) => net.fmt(f),
            Self::Members(id) => write!(f, "members of {id}"),
            Self::List(id, nets) => write!(f, "{id} ({})", listed(nets)),
        }
    }
}

/// Traffic in words.
pub(crate) struct Words(pub(crate) Traffic);

impl Display for Words {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let range = |f: &mut Formatter<'_>, name: &str, from: u16, to: u16| match from == to {
            true => write!(f, "{name} {from}"),
            false => write!(f, "{name} {from}-{to}"),
        };
        let number = |n: Option<u8>| n.map_or("any".to_owned(), |n| n.to_string());
        match self.0 {
            Traffic::All => f.write_str("all"),
            Traffic::Tcp(from, to) => range(f, "tcp", from, to),
            Traffic::Udp(from, to) => range(f, "udp", from, to),
            Traffic::Icmp { kind, code } => write!(f, "icmp {}/{}", number(kind), number(code)),
            Traffic::Icmpv6 { kind, code } => write!(f, "icmpv6 {}/{}", number(kind), number(code)),
            Traffic::Protocol(n) => write!(f, "protocol {n}"),
        }
    }
}
