//! The filter of a VPC's router: the fixed chains that every packet takes, and the sets and maps that items fill.
//!
//! A packet is judged twice, each time with the addresses that the VPC sees: when it leaves its source (before any
//! translation) and when it arrives at its destination (after all of it). An `accept` ends one chain and not the
//! packet's way, so each judgement is a base chain of its own.
//!
//! | chain      | where           | what it does                                                                  |
//! | ---------- | --------------- | ----------------------------------------------------------------------------- |
//! | inwards    | prerouting -300 | a workload's public address becomes its private one, packet by packet         |
//! | leave      | prerouting -155 | source check, the source's groups; answers to a node go by the node's table   |
//! | acl-before | prerouting -153 | ACLs of the source's subnet, and of an address that the router holds          |
//! | enter      | prerouting -150 | answers to sockets that have their client's address, by the mark of the flow; |
//! |            |                 | groups of an address that the router holds (endpoints, nodes)                 |
//! | screen     | prerouting -145 | a balancer's own groups on clients of PrivateLink                             |
//! | to-target  | prerouting -100 | destination: balancers, endpoints, their public addresses                     |
//! | ended      | forward -10     | connections to targets that are to lose them: a reset                         |
//! | local      | input 0         | what the router itself answers                                                |
//! | own        | output 0        | what the router itself sends: its flows are tracked                           |
//! | across     | forward 0       | addresses that nobody has, public sources that nobody gave: silence           |
//! | from-node  | postrouting 100 | source: nodes, endpoints, NAT gateways, their public addresses                |
//! | exit       | postrouting 140 | a workload's private address becomes its public one;                          |
//! |            |                 | the mark of such a socket's packets is added to their flow's;                 |
//! |            |                 | groups of an address that the router holds: whose packet it is, or who        |
//! |            |                 | passes it on                                                                  |
//! | acl-after  | postrouting 145 | ACLs of the destination's subnet, and of such an address                      |
//! | arrive     | postrouting 150 | the destination's groups                                                      |
//!
//! Every packet pays for every base chain. So a chain that only some items need is there with the first of them: `inwards` with
//! a gateway, both of ACLs with an ACL that judges, `screen` and `ended` with what they look for.
//!
//! As AWS's internet gateway, `inwards` and `exit` translate without remembering flows. So a flow has the same addresses all
//! over the VPC and is one to conntrack, also when it goes by an appliance one way, both ways or not at all.
//!
//! Flows that AWS does not track are judged packet by packet, as `untracked.rs` says.

use ipnet::Ipv4Net;
use kernel::Object;
use kernel::nft::{
    Action, AddressPart, Chain, ChainKind, Data, Element, Field, Gives, Hook, HookPoint, Mark, Match, Nat, Policy, Reject, Rule,
    Rules, Set, SetData, Table, Type, Value, Verdict, ct_state, ct_status,
};

use super::name::{AS_CLIENT, TABLE, TO_SOCKET, WAN, flow};
use super::untracked::{self, End, always_tracked};

/// Sets and maps by name.
pub(super) mod set {
    /// Device and source address to the mark of the route table.
    pub const BOUND: &str = "bound";
    /// Device without source check to the mark of the route table.
    pub const UNCHECKED: &str = "unchecked";
    /// Devices without source check, whatever their mark.
    pub const APPLIANCES: &str = "appliances";
    /// What is never filtered: the resolver and the metadata services.
    pub const AMAZON: &str = "amazon";
    /// Where packets from a link that is no interface go on.
    pub const EDGES: &str = "edges";
    /// Where packets to a link that is no interface go on.
    pub const EXITS: &str = "exits";
    /// What an interface's groups let out, by device.
    pub const EGRESS: &str = "egress";
    /// What an interface's groups let in, by device.
    pub const INGRESS: &str = "ingress";
    /// What the groups of an address that the router holds let in.
    pub const MANAGED_IN: &str = "managed-in";
    /// What the groups of an address that the router holds let out.
    pub const MANAGED_OUT: &str = "managed-out";
    /// The ACL of packets out of an interface's subnet, by device.
    pub const ACL_OUT: &str = "acl-out";
    /// The ACL of packets into an interface's subnet, by device.
    pub const ACL_IN: &str = "acl-in";
    /// The ACL of packets from an address that the router holds.
    pub const ACL_MANAGED_OUT: &str = "acl-managed-out";
    /// The ACL of packets to an address that the router holds.
    pub const ACL_MANAGED_IN: &str = "acl-managed-in";
    /// What balancers let in from clients of PrivateLink, by endpoint address.
    pub const SCREENED: &str = "screened";
    /// Balancer ports to the chain that picks a target.
    pub const SERVICES: &str = "services";
    /// What sockets of the daemon answer: address, protocol and port.
    pub const SERVED: &str = "served";
    /// Endpoint ports to the fabric address of the node.
    pub const FORWARD: &str = "forward";
    /// Endpoint address to the addresses it has on the fabric.
    pub const POOL_OF: &str = "pool-of";
    /// Balancer port to the address that targets see.
    pub const NODE_OF: &str = "node-of";
    /// Balancer port and hash of a flow to the address that targets see, of nodes that have several.
    pub const SOURCE_OF: &str = "source-of";
    /// Addresses that answer with a reset what belongs to no connection: balancers' and endpoints'.
    pub const RESETTING: &str = "resetting";
    /// Balancer port and target: connections that are ended.
    pub const CUT: &str = "cut";
    /// Balancer ports that end connections to all targets but some.
    pub const CLOSING: &str = "closing";
    /// Balancer port and target: those some.
    pub const KEPT: &str = "kept";
    /// Endpoint addresses whose connection is accepted.
    pub const OPEN: &str = "open";
    /// What packets from the internet are for to the mark of the route table that they follow: the private address of a
    /// workload to the gateway's own, the public address of a NAT gateway to that of its subnet.
    pub const EDGE: &str = "edge";
    /// A workload's public address to its private one.
    pub const PUBLIC_IN: &str = "public-in";
    /// A workload's private address to its public one.
    pub const PUBLIC_OUT: &str = "public-out";
    /// The private addresses of workloads that have public ones.
    pub const NAMED: &str = "named";
    /// Public to private, for addresses that the router holds: their flows are translated already and stay with conntrack.
    pub const HELD_IN: &str = "held-in";
    /// Private to public, for addresses that the router holds.
    pub const HELD_OUT: &str = "held-out";
    /// Realm of a NAT gateway to its public address.
    pub const NAT_OUT: &str = "nat-out";
    /// Realm of a NAT gateway to its private address.
    pub const NAT_WITHIN: &str = "nat-within";
    /// What an address of the router's own does to packets that a workload sends to it: those of Amazon's are never filtered,
    /// and answers to clients of the others leave by the route table of the address's own subnet.
    pub const HOME: &str = "home";
    /// The public addresses of the VPC: what may go out to the internet, as a source.
    pub const PUBLIC: &str = "public";
    /// Addresses that Block Public Access cuts off from the internet: public ones, and the private ones of workloads.
    pub const SHUT: &str = "shut";
    /// Addresses, likewise, to which Block Public Access lets nobody open a connection.
    pub const OUT_ONLY: &str = "out-only";
}

/// The chain for packets that come from a provider's router.
pub(super) const FROM_SERVICE: &str = "from-service";
/// The chain for packets that come from a consumer's router.
pub(super) const FROM_CONSUMER: &str = "from-consumer";
/// The chain for packets that come from the internet.
pub(super) const FROM_INTERNET: &str = "from-internet";
/// The chain for packets to a provider's router.
pub(super) const TO_SERVICE: &str = "to-service";
/// The chain for packets to the internet.
pub(super) const TO_INTERNET: &str = "to-internet";
const UNBOUND: &str = "unbound";
const LED: &str = "led";
const TO_PRIVATE: &str = "to-private";
const TO_PUBLIC: &str = "to-public";

/// Class E: the fabric.
pub(super) const FABRIC_NET: &str = "240.0.0.0/4";
/// The fabric addresses of balancer nodes.
const NODES_NET: &str = "248.0.0.0/6";
/// TCP's reset flag.
const RST: u32 = 4;
/// The types of ICMP that quote a packet: unreachable, time exceeded, parameter problem.
const ICMP_ERRORS: [u8; 3] = [3, 11, 12];
/// The simulated internet.
const INTERNET_NET: &str = "198.18.0.0/15";

/// The fixed part of a router's filter.
pub(super) fn objects() -> Vec<Object> {
    let mut objects = vec![Object::Table(Table { name: TABLE.into() })];
    objects.extend(sets().into_iter().map(Object::Set));
    objects.extend(chains().into_iter().map(Object::Chain));
    for map in [set::EDGES, set::EXITS] {
        objects.push(verdict(map, vec![Value::Interface("lo".into())], Verdict::Accept));
    }
    objects
}

fn sets() -> Vec<Set> {
    use Type::{Addr, Interface, Mark, Port, Proto};
    let by_device = [set::EDGES, set::EXITS, set::EGRESS, set::INGRESS, set::ACL_OUT, set::ACL_IN];
    let by_address = [set::MANAGED_IN, set::MANAGED_OUT, set::ACL_MANAGED_IN, set::ACL_MANAGED_OUT, set::SCREENED, set::HOME];
    let mut sets: Vec<Set> = Vec::new();
    sets.extend(by_device.map(|name| hashed(name, &[Interface], SetData::Verdict)));
    sets.extend(by_address.map(|name| hashed(name, &[Addr], SetData::Verdict)));
    sets.extend([
        hashed(set::BOUND, &[Interface, Addr], SetData::Values(vec![Mark])),
        hashed(set::UNCHECKED, &[Interface], SetData::Values(vec![Mark])),
        hashed(set::AMAZON, &[Addr], SetData::None),
        hashed(set::APPLIANCES, &[Interface], SetData::None),
        hashed(set::NAMED, &[Addr], SetData::None),
        hashed(set::OPEN, &[Addr], SetData::None),
        hashed(set::PUBLIC, &[Addr], SetData::None),
        hashed(set::SHUT, &[Addr], SetData::None),
        hashed(set::OUT_ONLY, &[Addr], SetData::None),
        hashed(set::RESETTING, &[Addr], SetData::None),
        hashed(set::CUT, &[Addr, Port, Addr, Port], SetData::None),
        hashed(set::CLOSING, &[Addr, Port], SetData::None),
        hashed(set::KEPT, &[Addr, Port, Addr, Port], SetData::None),
        hashed(set::SERVICES, &[Addr, Proto, Port], SetData::Verdict),
        hashed(set::SERVED, &[Addr, Proto, Port], SetData::None),
        hashed(set::FORWARD, &[Addr, Proto, Port], SetData::Values(vec![Addr])),
        hashed(set::POOL_OF, &[Addr], SetData::Pool),
        hashed(set::NODE_OF, &[Addr, Port], SetData::Values(vec![Addr])),
        hashed(set::SOURCE_OF, &[Addr, Port, Mark], SetData::Values(vec![Addr])),
        hashed(set::EDGE, &[Addr], SetData::Values(vec![Mark])),
        hashed(set::PUBLIC_IN, &[Addr], SetData::Values(vec![Addr])),
        hashed(set::PUBLIC_OUT, &[Addr], SetData::Values(vec![Addr])),
        hashed(set::HELD_IN, &[Addr], SetData::Values(vec![Addr])),
        hashed(set::HELD_OUT, &[Addr], SetData::Values(vec![Addr])),
        hashed(set::NAT_OUT, &[Mark], SetData::Values(vec![Addr])),
        hashed(set::NAT_WITHIN, &[Mark], SetData::Values(vec![Addr])),
    ]);
    sets
}

/// A set or map of exact keys.
pub(super) fn hashed(name: &str, key: &[Type], data: SetData) -> Set {
    Set { table: TABLE.into(), name: name.into(), key: key.to_vec(), data }
}

fn chains() -> Vec<Chain> {
    use HookPoint::{Forward, Input, Postrouting, Prerouting};
    vec![
        base("leave", ChainKind::Filter, Prerouting, -155, Policy::Accept, leave()),
        base("enter", ChainKind::Filter, Prerouting, -150, Policy::Accept, enter()),
        base("to-target", ChainKind::Nat, Prerouting, -100, Policy::Accept, to_target()),
        base("local", ChainKind::Filter, Input, 0, Policy::Drop, local()),
        untracked::own(),
        base("across", ChainKind::Filter, Forward, 0, Policy::Accept, across()),
        base("from-node", ChainKind::Nat, Postrouting, 100, Policy::Accept, from_node()),
        base("exit", ChainKind::Filter, Postrouting, 140, Policy::Accept, exit()),
        base("arrive", ChainKind::Filter, Postrouting, 150, Policy::Accept, arrive()),
        chain(TO_PRIVATE, translate(Field::Daddr, set::PUBLIC_IN, AddressPart::Destination, AddressPart::QuotedSource)),
        chain(TO_PUBLIC, translate(Field::Saddr, set::PUBLIC_OUT, AddressPart::Source, AddressPart::QuotedDestination)),
        chain(UNBOUND, unbound()),
        chain(LED, led()),
        chain(FROM_SERVICE, vec![vmap([Field::CtOriginalDaddr], set::HOME), answer_to_open(), drop_if(vec![])]),
        chain(FROM_CONSUMER, from_consumer()),
        chain(FROM_INTERNET, from_internet()),
        chain(TO_SERVICE, vec![accept_if(vec![Match::in_set([Field::CtOriginalDaddr], set::OPEN)]), drop_if(vec![])]),
        chain(TO_INTERNET, to_internet()),
    ]
}

/// To the VPC's own public addresses, as far as Block Public Access lets connections in, by the gateway's own route table.
fn from_internet() -> Vec<Rule> {
    let begun_outside = Match::is(Field::CtDirection, Value::Proto(0));
    vec![
        drop_if(vec![Match::in_set([Field::Daddr], set::SHUT)]),
        drop_if(vec![begun_outside, Match::in_set([Field::Daddr], set::OUT_ONLY)]),
        mark_from([Field::Daddr], set::EDGE),
        accept_if(vec![]),
    ]
}

/// What comes from the internet comes to public addresses. Those of workloads become private before conntrack sees them.
pub(super) fn inwards() -> Object {
    let from_wan = || Match::is(Field::IifName, device(WAN));
    let elsewhere = within(Field::Daddr, INTERNET_NET).negate();
    let rules = vec![drop_if(vec![from_wan(), elsewhere]), Rule::new([from_wan()], [jump(TO_PRIVATE)]), passed_on()];
    Object::Chain(base("inwards", ChainKind::Filter, HookPoint::Prerouting, -300, Policy::Accept, rules))
}

/// What an appliance passes on to the internet for a source without public address goes to a NAT gateway, if anywhere. Only
/// a flow's first way out of the router is translated, and that was the one to the appliance: this is to be another flow.
fn passed_on() -> Rule {
    let to_internet = within(Field::Daddr, INTERNET_NET);
    let from_appliance = Match::in_set([Field::IifName], set::APPLIANCES);
    Rule::new([to_internet, from_appliance, Match::in_set([Field::Saddr], set::NAMED).negate()], [Action::SetCtZone(1)])
}

/// An address becomes what a map says, and first what an ICMP error quotes of the packet that it is about.
fn translate(address: Field, map: &str, part: AddressPart, quoted: AddressPart) -> Vec<Rule> {
    let rewrite = |part| Action::Rewrite { part, key: vec![address.clone()], map: map.into() };
    let quoting = ICMP_ERRORS.map(|kind| Rule::new([Match::is(Field::IcmpType, Value::Proto(kind))], [rewrite(quoted)]));
    quoting.into_iter().chain([Rule::new([], [rewrite(part)])]).collect()
}

/// From the VPC's own public addresses, as far as Block Public Access lets packets out.
fn to_internet() -> Vec<Rule> {
    let begun_outside = Match::is(Field::CtDirection, Value::Proto(1));
    vec![
        drop_if(vec![Match::in_set([Field::Saddr], set::SHUT)]),
        drop_if(vec![begun_outside, Match::in_set([Field::Saddr], set::OUT_ONLY)]),
        accept_if(vec![Match::in_set([Field::Saddr], set::PUBLIC)]),
        drop_if(vec![]),
    ]
}

fn leave() -> Vec<Rule> {
    let mut rules = vec![
        vmap([Field::IifName], set::EDGES),
        mark_from([Field::IifName, Field::Saddr], set::BOUND),
        Rule::new([unmarked()], [jump(UNBOUND)]),
        Rule { matches: vec![within(Field::Daddr, INTERNET_NET).negate()], ..vmap([Field::Daddr], set::HOME) },
        answer_to_node(),
        drop_if(vec![within(Field::Daddr, FABRIC_NET)]),
        untracked::known_and_tracked(),
    ];
    rules.extend(untracked::judged_again(Field::IifName, [End::First, End::Last], set::EGRESS));
    rules.extend([
        known_flow(),
        accept_if(vec![stray(), is_tcp(), Match::in_set([Field::Daddr], set::RESETTING)]),
        drop_if(vec![stray()]),
        vmap([Field::IifName], set::EGRESS),
        drop_if(vec![]),
    ]);
    rules
}

/// What comes over the fabric asks no route table. In a VPC that uses its own service it still has the mark of the client's.
fn from_consumer() -> Vec<Rule> {
    let unmark = Rule::new([], [Action::SetMark(Mark::Value(0))]);
    vec![unmark, accept_if(vec![within(Field::Daddr, NODES_NET)]), drop_if(vec![])]
}

/// A source that the device may not have: only without the source check, and never a place on the fabric. What an appliance
/// passes on is tracked.
fn unbound() -> Vec<Rule> {
    vec![
        mark_from([Field::IifName], set::UNCHECKED),
        drop_if(vec![unmarked()]),
        drop_if(vec![within(Field::Saddr, FABRIC_NET)]),
        always_tracked([]),
    ]
}

/// A public source is only ever given on the way out, after this: whoever has it here already has made it up.
fn across() -> Vec<Rule> {
    let to_wan = Match::is(Field::OifName, device(WAN));
    vec![drop_if(vec![Match::is(Field::OifName, device("lo"))]), drop_if(vec![to_wan, within(Field::Saddr, INTERNET_NET)])]
}

fn enter() -> Vec<Rule> {
    let to_nobody = [stray(), is_tcp(), Match::in_set([Field::Daddr], set::RESETTING)];
    vec![
        answer_to_socket(),
        known_flow(),
        Rule::new(to_nobody, [Action::Reject(Reject::TcpReset)]),
        vmap([Field::Daddr], set::MANAGED_IN),
    ]
}

/// Where ACLs judge: packets out of a subnet and to what the router holds, then packets into one and from what it holds.
/// Amazon's addresses are never filtered.
pub(super) fn acls() -> [Object; 2] {
    let crossing = |peer: Field, device: Field, [of_device, of_held]: [&str; 2]| {
        vec![of_amazon(peer.clone()), vmap([device], of_device), vmap([peer], of_held)]
    };
    let before = crossing(Field::Daddr, Field::IifName, [set::ACL_OUT, set::ACL_MANAGED_IN]);
    let after = crossing(Field::Saddr, Field::OifName, [set::ACL_IN, set::ACL_MANAGED_OUT]);
    [
        Object::Chain(base("acl-before", ChainKind::Filter, HookPoint::Prerouting, -153, Policy::Accept, before)),
        Object::Chain(base("acl-after", ChainKind::Filter, HookPoint::Postrouting, 145, Policy::Accept, after)),
    ]
}

/// Where balancers screen clients of PrivateLink.
pub(super) fn screen() -> Object {
    let rules = vec![known_flow(), vmap([Field::Daddr], set::SCREENED)];
    Object::Chain(base("screen", ChainKind::Filter, HookPoint::Prerouting, -145, Policy::Accept, rules))
}

/// Public addresses lead here from the internet only: what is for one of the VPC's own from inside goes there first.
fn to_target() -> Vec<Rule> {
    let port = || [Field::Daddr, Field::L4Proto, Field::ThDport];
    let from_wan = Match::is(Field::IifName, device(WAN));
    vec![
        accept_if(vec![within(Field::Daddr, INTERNET_NET), from_wan.clone().negate()]),
        vmap(port(), set::SERVICES),
        Rule::new([], [Action::Dnat(Nat::by_map(port(), set::FORWARD, Gives::Addr))]),
        Rule::new([from_wan], [Action::Dnat(Nat::by_map([Field::Daddr], set::HELD_IN, Gives::Addr))]),
    ]
}

/// A connection that goes where none may go any more. Datagrams are not told: they have no end.
pub(super) fn ended() -> Object {
    let (port, target) = ([Field::CtOriginalDaddr, Field::CtOriginalDport], [Field::Daddr, Field::ThDport]);
    let way = || port.iter().chain(&target).cloned().collect::<Vec<_>>();
    let towards_target =
        || [Match::any_of(Field::CtStatus, ct_status::DNAT), is_tcp(), Match::is(Field::CtDirection, Value::Proto(0))];
    let reset = |of: Vec<Match>| Rule::new([&towards_target()[..], &of].concat(), [Action::Reject(Reject::TcpReset)]);
    let not_kept = Match::in_set(way(), set::KEPT).negate();
    let rules =
        vec![reset(vec![Match::in_set(way(), set::CUT)]), reset(vec![Match::in_set(port.to_vec(), set::CLOSING), not_kept])];
    Object::Chain(base("ended", ChainKind::Filter, HookPoint::Forward, -10, Policy::Accept, rules))
}

fn local() -> Vec<Rule> {
    let to_amazon = || Match::in_set([Field::Daddr], set::AMAZON);
    let served = || Match::in_set([Field::Daddr, Field::L4Proto, Field::ThDport], set::SERVED);
    vec![
        accept_if(vec![Match::is(Field::IifName, device("lo"))]),
        known_flow(),
        accept_if(vec![to_amazon(), Match::is(Field::UdpDport, Value::Port(53))]),
        accept_if(vec![to_amazon(), Match::is(Field::TcpDport, Value::Port(53))]),
        accept_if(vec![to_amazon(), Match::is(Field::TcpDport, Value::Port(80))]),
        // What came to a public address is only known for whom it is here.
        Rule::new([served()], [Action::Vmap { key: vec![Field::Daddr], map: set::HOME.into() }]),
        accept_if(vec![served()]),
    ]
}

/// Into how many parts the flows of a node with several addresses fall: as many as it can have.
pub(super) const SOURCES: u32 = 8;

/// The source of what was led to a node or a target.
fn led() -> Vec<Rule> {
    let original_port = [Field::CtOriginalDaddr, Field::CtOriginalDport];
    // Another hash than the one that chooses the target, so that each target sees all addresses.
    let hash = Field::Hash { over: vec![Field::Saddr, Field::ThSport], modulus: SOURCES, seed: 1 };
    let of_several = [Field::CtOriginalDaddr, Field::CtOriginalDport, hash];
    vec![
        always_tracked([]),
        Rule::new([], [Action::Snat(Nat::by_map(of_several, set::SOURCE_OF, Gives::Addr))]),
        Rule::new([], [Action::Snat(Nat::by_map(original_port, set::NODE_OF, Gives::Addr))]),
        Rule::new([], [Action::Snat(Nat::by_map([Field::CtOriginalDaddr], set::POOL_OF, Gives::Pool))]),
    ]
}

fn from_node() -> Vec<Rule> {
    let to_wan = || Match::is(Field::OifName, device(WAN));
    vec![
        // What goes to a node's public address from inside has a node's port as original one, too, and is led nowhere yet.
        Rule::new([Match::any_of(Field::CtStatus, ct_status::DNAT)], [jump(LED)]),
        untracked::what_nat_gateways_carry(),
        Rule::new([to_wan()], [Action::Snat(Nat::by_map([Field::RtClassId], set::NAT_OUT, Gives::Addr))]),
        Rule::new([to_wan()], [Action::Snat(Nat::by_map([Field::Saddr], set::HELD_OUT, Gives::Addr))]),
        Rule::new([], [Action::Snat(Nat::by_map([Field::RtClassId], set::NAT_WITHIN, Gives::Addr))]),
    ]
}

fn exit() -> Vec<Rule> {
    let remembered =
        Rule::new([Match::is(Field::Mark, Value::Mark(AS_CLIENT))], [Action::SetCtMark(Mark::FlowWith(flow::AS_CLIENT))]);
    vec![
        Rule::new([Match::is(Field::OifName, device(WAN))], [jump(TO_PUBLIC)]),
        remembered,
        known_flow(),
        own_reset(),
        Rule { matches: passed_on_by_node().into(), ..vmap([Field::CtOriginalDaddr], set::MANAGED_OUT) },
        Rule { matches: sent_by_node().into(), ..vmap([Field::SocketAddress], set::MANAGED_OUT) },
        vmap([Field::Saddr], set::MANAGED_OUT),
    ]
}

/// What a node has passed on with its client's address as source: the flow was for the node. What an endpoint passes on goes to
/// the fabric.
pub(super) fn passed_on_by_node() -> [Match; 2] {
    let source_kept = Match::masked(Field::CtStatus, ct_status::SNAT | ct_status::DNAT, ct_status::DNAT);
    [source_kept, within(Field::Daddr, FABRIC_NET).negate()]
}

/// What a socket sends for a node with the client's address: the socket says which node it is.
pub(super) fn sent_by_node() -> [Match; 1] {
    [Match::is(Field::Mark, Value::Mark(AS_CLIENT))]
}

fn arrive() -> Vec<Rule> {
    let mut rules = vec![
        vmap([Field::OifName], set::EXITS),
        untracked::known_and_tracked(),
        of_amazon(Field::Saddr),
        // Nor what arrives at an appliance, which most often is neither end of the flow.
        accept_if(vec![is_established(), Match::in_set([Field::OifName], set::APPLIANCES)]),
    ];
    rules.extend(untracked::judged_again(Field::OifName, [End::Last, End::First], set::INGRESS));
    rules.extend([known_flow(), own_reset(), vmap([Field::OifName], set::INGRESS), drop_if(vec![])]);
    rules
}

pub(super) fn base(name: &str, kind: ChainKind, point: HookPoint, priority: i32, policy: Policy, rules: Vec<Rule>) -> Chain {
    Chain { hook: Some(Hook { kind, point, priority, policy }), ..chain(name, rules) }
}

/// A chain that is jumped to.
pub(super) fn chain(name: &str, rules: Vec<Rule>) -> Chain {
    Chain { table: TABLE.into(), name: name.into(), hook: None, rules: Rules::Listed(rules) }
}

/// An element of a verdict map.
pub(super) fn verdict(map: &str, key: Vec<Value>, verdict: Verdict) -> Object {
    element(map, key, Data::Verdict(verdict))
}

/// An element of a set or map.
pub(super) fn element(set: &str, key: Vec<Value>, data: Data) -> Object {
    Object::Element(Element { table: TABLE.into(), set: set.into(), key, data })
}

/// A rule that accepts.
pub(super) fn accept_if(matches: Vec<Match>) -> Rule {
    Rule::new(matches, [Action::Verdict(Verdict::Accept)])
}

/// A rule that drops.
pub(super) fn drop_if(matches: Vec<Match>) -> Rule {
    Rule::new(matches, [Action::Verdict(Verdict::Drop)])
}

/// An action that goes into a chain and comes back.
pub(super) fn jump(chain: &str) -> Action {
    Action::Verdict(Verdict::Jump(chain.into()))
}

/// The value of a device's name.
pub(super) fn device(name: &str) -> Value {
    Value::Interface(name.into())
}

/// An address that answers what belongs to no connection with a reset.
pub(super) fn resets(address: std::net::Ipv4Addr) -> Object {
    element(set::RESETTING, vec![Value::Addr(address)], Data::None)
}

/// What belongs to no flow and begins none.
fn stray() -> Match {
    Match::any_of(Field::CtState, ct_state::INVALID)
}

fn is_tcp() -> Match {
    Match::is(Field::L4Proto, Value::Proto(6))
}

/// The reset that such an address answers with.
fn own_reset() -> Rule {
    let reset = Match::masked(Field::TcpFlags, RST, RST);
    accept_if(vec![stray(), Match::in_set([Field::Saddr], set::RESETTING), reset])
}

/// What has to do with the resolver and the metadata services is never filtered.
fn of_amazon(address: Field) -> Rule {
    accept_if(vec![Match::in_set([address], set::AMAZON)])
}

/// Belongs to a flow that was answered.
pub(super) fn is_established() -> Match {
    Match::any_of(Field::CtState, ct_state::ESTABLISHED)
}

/// Belongs to a flow, or is an error about one.
pub(super) fn is_known() -> Match {
    Match::any_of(Field::CtState, ct_state::ESTABLISHED | ct_state::RELATED)
}

fn known_flow() -> Rule {
    accept_if(vec![is_known()])
}

/// An answer of a flow to an endpoint that is open still.
fn answer_to_open() -> Rule {
    let open = Match::in_set([Field::CtOriginalDaddr], set::OPEN);
    accept_if(vec![is_known(), open])
}

/// An answer to what a node passed on goes by the node, whatever the target's own table says of the client.
fn answer_to_node() -> Rule {
    let answer = [Match::any_of(Field::CtStatus, ct_status::DNAT), Match::is(Field::CtDirection, Value::Proto(1))];
    Rule { matches: answer.into(), ..vmap([Field::CtOriginalDaddr], set::HOME) }
}

/// An answer to what a socket of the daemon sent with its client's address: it is the socket's, not the client's.
fn answer_to_socket() -> Rule {
    let as_client = Match::masked(Field::CtMark, flow::AS_CLIENT, flow::AS_CLIENT);
    let answer = [as_client, Match::is(Field::CtDirection, Value::Proto(1))];
    Rule::new(answer, [Action::SetMark(Mark::Value(TO_SOCKET))])
}

fn unmarked() -> Match {
    Match::is(Field::Mark, Value::Mark(0))
}

fn mark_from(key: impl Into<Vec<Field>>, map: &str) -> Rule {
    Rule::new([], [Action::SetMark(Mark::Map { key: key.into(), map: map.into() })])
}

/// A rule that goes on where a map says, if it says anything.
pub(super) fn vmap(key: impl Into<Vec<Field>>, map: &str) -> Rule {
    Rule::new([], [Action::Vmap { key: key.into(), map: map.into() }])
}

fn within(field: Field, net: &str) -> Match {
    Match::within(field, net.parse::<Ipv4Net>().expect("the networks named in this file are well-formed"))
}
