//! A security group as lists of what it allows.

use std::fmt::{self, Display, Formatter};

use ipnet::Ipv4Net;
use resource::{GroupId, GroupRule, PrefixList, PrefixListId, RulePeer, SecurityGroup, Traffic, Transport, Vpc, VpcId};
use store::Snapshot;

use crate::peering::shares_groups;
use crate::router::listed;

/// A group: the union of what it allows in each direction. Flows that were allowed once go on, but for those that are not
/// tracked: each of their packets is judged ([`Allow::is_open`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The VPC.
    pub vpc: VpcId,
    /// The other VPCs whose interfaces may carry it.
    pub others: Vec<VpcId>,
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

impl Allow {
    /// Whether it lets TCP or UDP with everybody pass. AWS does not track a flow that such a rule lets begin, if the answers
    /// need no tracking either ([`Group::answers`]).
    pub fn is_open(&self) -> bool {
        let everybody = matches!(&self.peer, Peer::Net(net) if net.prefix_len() == 0);
        everybody && matches!(self.traffic, Traffic::All | Traffic::Tcp(..) | Traffic::Udp(..))
    }

    /// Whether it lets everything pass that is TCP or UDP (`transport`), to every port of everybody.
    fn is_wide_open(&self, transport: Transport) -> bool {
        let all = match (self.traffic, transport) {
            (Traffic::All, _) => true,
            (Traffic::Tcp(from, to), Transport::Tcp) | (Traffic::Udp(from, to), Transport::Udp) => (from, to) == (0, u16::MAX),
            _ => false,
        };
        all && self.is_open()
    }
}

impl Group {
    /// Of which transports the group lets every packet pass in one direction, out of the interface or into it: flows that begin
    /// in the other direction are answered without having been tracked.
    pub fn answers(&self, egress: bool) -> impl Iterator<Item = Transport> {
        let allows = if egress { &self.egress } else { &self.ingress };
        [Transport::Tcp, Transport::Udp].into_iter().filter(|transport| allows.iter().any(|allow| allow.is_wide_open(*transport)))
    }
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
        others: group.others().filter(|vpc| world.find::<Vpc>(vpc.as_str()).is_some()).cloned().collect(),
        ingress: allows(world, &group, false),
        egress: allows(world, &group, true),
    })
}

pub(crate) fn allows(world: &Snapshot, group: &SecurityGroup, egress: bool) -> Vec<Allow> {
    group.rules.iter().filter(|rule| rule.egress == egress).filter_map(|rule| allow(world, group, rule)).collect()
}

/// What one rule allows; none for IPv6 and for groups whose members no packet here comes from: those for none of the group's
/// VPCs nor for a peer of its own in the Region.
fn allow(world: &Snapshot, group: &SecurityGroup, rule: &GroupRule) -> Option<Allow> {
    let peer = match &rule.peer {
        RulePeer::Cidr(net) => Peer::Net(*net),
        RulePeer::Cidr6(_) => return None,
        RulePeer::Group { id, .. } => {
            let member = world.find::<SecurityGroup>(id.as_str()).is_some_and(|other| group.vpcs().any(|vpc| other.is_for(vpc)));
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
        self.others.iter().try_for_each(|other| write!(f, " and {other}"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn open(traffic: Traffic, net: &str) -> Allow {
        Allow { traffic, peer: Peer::Net(net.parse().expect("a block")) }
    }

    fn group(egress: Vec<Allow>) -> Group {
        Group { id: GroupId::random(), vpc: VpcId::random(), others: Vec::new(), ingress: Vec::new(), egress }
    }

    #[test]
    fn a_rule_is_open_when_it_lets_everybody_in_by_tcp_or_udp() {
        assert!(open(Traffic::Tcp(22, 22), "0.0.0.0/0").is_open());
        assert!(open(Traffic::All, "0.0.0.0/0").is_open());
        assert!(!open(Traffic::Tcp(22, 22), "0.0.0.0/1").is_open(), "half of everybody is tracked");
        assert!(!open(Traffic::Icmp { kind: None, code: None }, "0.0.0.0/0").is_open(), "ICMP is always tracked");
        assert!(!open(Traffic::Protocol(47), "0.0.0.0/0").is_open());
    }

    #[test]
    fn answers_need_no_tracking_where_every_port_is_open_to_everybody() {
        let answers = |traffic, net| group(vec![open(traffic, net)]).answers(true).collect::<Vec<_>>();
        assert_eq!(answers(Traffic::All, "0.0.0.0/0"), [Transport::Tcp, Transport::Udp]);
        assert_eq!(answers(Traffic::Udp(0, 65535), "0.0.0.0/0"), [Transport::Udp]);
        assert_eq!(answers(Traffic::Tcp(1024, 65535), "0.0.0.0/0"), []);
        assert_eq!(answers(Traffic::All, "10.0.0.0/8"), []);
        assert_eq!(group(vec![open(Traffic::All, "0.0.0.0/0")]).answers(false).count(), 0);
    }
}
