//! A security group: a chain for each direction, one for what has to be noted of the flows in it, and the set of its members'
//! addresses.

use ipnet::Ipv4Net;
use kernel::Object;
use kernel::nft::{Field, Match, Rule, SetData, Type, Value};
use plan::{Allow, Group, Peer};
use resource::{Traffic, Transport};

use super::in_namespace;
use crate::network::ledger::Placed;
use crate::network::name::{group_in, group_out, members, notes_in, notes_out};
use crate::network::ruleset::{accept_if, chain, hashed, passed_on_by_node, sent_by_node};
use crate::network::untracked::{End, note_answered, note_begun};

pub(super) fn lower(group: &Group) -> Vec<Placed> {
    let named = group.ingress.iter().chain(&group.egress).filter_map(|allow| match &allow.peer {
        Peer::Members(other) => Some(other),
        Peer::Net(_) | Peer::List(..) => None,
    });
    // Those of peered VPCs are nobody else's in this router.
    let sets = named.map(|other| Object::Set(hashed(&members(other), &[Type::Addr], SetData::None)));
    let objects = [
        Object::Set(hashed(&members(&group.id), &[Type::Addr], SetData::None)),
        Object::Chain(chain(&notes_in(&group.id), notes(&group.ingress, group.answers(true), End::Last))),
        Object::Chain(chain(&notes_out(&group.id), notes(&group.egress, group.answers(false), End::First))),
        Object::Chain(chain(&group_in(&group.id), accepting(&group.ingress, &Field::Saddr))),
        Object::Chain(chain(&group_out(&group.id), accepting(&group.egress, &Field::Daddr))),
    ];
    let objects: Vec<Object> = sets.chain(objects).collect();
    let vpcs = std::iter::once(&group.vpc).chain(&group.others);
    vpcs.flat_map(|vpc| in_namespace(vpc.as_str(), objects.clone())).collect()
}

/// Rules that note of a flow's first packet at an end of it whether an open rule lets the flow begin, and whether all of its
/// answers pass.
fn notes(allows: &[Allow], answers: impl Iterator<Item = Transport>, end: End) -> Vec<Rule> {
    let transport = |transport: Transport| Match::is(Field::L4Proto, Value::Proto(transport.number()));
    let answered = answers.map(|answered| Rule::new([transport(answered)], [note_answered(end)]));
    let open = allows.iter().filter(|allow| allow.is_open()).filter_map(|allow| traffic(allow.traffic));
    answered.chain(open.map(|traffic| Rule::new(traffic, [note_begun(end)]))).collect()
}

/// Rules that accept what is allowed; `peer` is where the other side's address stands.
pub(super) fn accepting(allows: &[Allow], peer: &Field) -> Vec<Rule> {
    allows.iter().flat_map(|allow| matches(allow, peer)).map(accept_if).collect()
}

/// One list of matches per block that the peer is.
fn matches(allow: &Allow, peer: &Field) -> Vec<Vec<Match>> {
    let Some(traffic) = traffic(allow.traffic) else { return Vec::new() };
    let with = |more: Vec<Match>| traffic.iter().cloned().chain(more).collect::<Vec<_>>();
    match &allow.peer {
        Peer::Net(net) => vec![with(Vec::from_iter(from_net(peer, *net)))],
        Peer::Members(group) => of_members(peer, &members(group)).into_iter().map(with).collect(),
        Peer::List(_, nets) => nets.iter().map(|net| with(Vec::from_iter(from_net(peer, *net)))).collect(),
    }
}

/// The matches of a group's members. Behind a node that keeps the client's address it is the node whose groups count (ELB User
/// Guide, "Security groups for your Network Load Balancer").
fn of_members(peer: &Field, members: &str) -> Vec<Vec<Match>> {
    let is_member = |field: Field| Match::in_set([field], members);
    if *peer != Field::Saddr {
        return vec![vec![is_member(peer.clone())]];
    }
    let ([source_kept, _], [by_socket]) = (passed_on_by_node(), sent_by_node());
    vec![
        vec![source_kept.clone().negate(), by_socket.clone().negate(), is_member(Field::Saddr)],
        vec![source_kept, is_member(Field::CtOriginalDaddr)],
        vec![by_socket, is_member(Field::SocketAddress)],
    ]
}

/// The match of a block; none for the one that holds every address.
pub(super) fn from_net(field: &Field, net: Ipv4Net) -> Option<Match> {
    (net.prefix_len() != 0).then(|| Match::within(field.clone(), net))
}

/// The matches of some traffic; none for what IPv4 never carries.
pub(super) fn traffic(traffic: Traffic) -> Option<Vec<Match>> {
    let protocol = |number| Match::is(Field::L4Proto, Value::Proto(number));
    let ports = |number, field: Field, from: u16, to: u16| match (from, to) {
        (0, u16::MAX) => vec![protocol(number)],
        _ if from == to => vec![Match::is(field, Value::Port(from))],
        _ => vec![Match::between(field, Value::Port(from), Value::Port(to))],
    };
    Some(match traffic {
        Traffic::All => Vec::new(),
        Traffic::Tcp(from, to) => ports(6, Field::TcpDport, from, to),
        Traffic::Udp(from, to) => ports(17, Field::UdpDport, from, to),
        Traffic::Icmp { kind, code } => {
            let kind = kind.map(|n| Match::is(Field::IcmpType, Value::Proto(n)));
            let code = code.map(|n| Match::is(Field::IcmpCode, Value::Proto(n)));
            std::iter::once(protocol(1)).chain(kind).chain(code).collect()
        }
        Traffic::Icmpv6 { .. } => return None,
        Traffic::Protocol(number) => vec![protocol(number)],
    })
}
