//! What every match and action means, asked of real packets: a client opens a connection through a router whose chain
//! `judge` decides.

use std::io::ErrorKind;
use std::net::TcpStream;

use kernel::nft::{
    Action, ChainKind, Data, Field, HookPoint, Mark, Match, Nat, Per, Reject, Rule, SetData, Type, Value, Verdict, ct_state,
    ct_status,
};
use kernel::{Change, Kernel, Object, Route, RouteKind};

use crate::filters::{addr, base, chain, element, set, table};
use crate::packets::{router, three};
use crate::world::World;

const SERVER: &str = "10.2.0.2:80";
const SYN: u32 = 2;
const ACK: u32 = 16;

fn accept() -> Action {
    Action::Verdict(Verdict::Accept)
}

fn established() -> Rule {
    Rule::new([Match::any_of(Field::CtState, ct_state::ESTABLISHED)], [accept()])
}

fn refuse() -> Rule {
    Rule::new([], [Action::Reject(Reject::TcpReset)])
}

/// A router that marks packets and flows before it asks `judge`, and refuses what `judge` does not accept.
fn court() -> World {
    let world = three();
    let realm = RouteKind::Unicast { dev: "to-server".into(), via: None, onlink: false, src: None, realm: Some(77) };
    let forward = vec![established(), Rule::new([], [Action::Verdict(Verdict::Jump("judge".into()))]), refuse()];
    let marks = vec![
        Rule::new([], [Action::SetMark(Mark::Map { key: vec![Field::Daddr], map: "marks".into() })]),
        Rule::new([], [Action::SetCtMark(Mark::Value(9))]),
    ];
    let zero = element("zero", &[Value::Mark(0)], Data::Verdict(Verdict::Accept));
    let triple = [Value::Interface("to-client".into()), addr("10.1.0.2"), Value::Port(80)];
    world.settle(
        "router",
        &router(&[
            Object::Route(Route { table: 254, dst: "10.2.0.2/32".parse().unwrap(), metric: 0, kind: realm }),
            table(),
            set("marks", &[Type::Addr], SetData::Values(vec![Type::Mark])),
            set("zero", &[Type::Mark], SetData::Verdict),
            set("triples", &[Type::Interface, Type::Addr, Type::Port], SetData::None),
            zero,
            element("marks", &[addr("10.2.0.2")], Data::Values(vec![Value::Mark(0x107)])),
            element("triples", &triple, Data::None),
            chain("judge", vec![]),
            base("mark", ChainKind::Filter, HookPoint::Prerouting, -150, marks),
            base("forward", ChainKind::Filter, HookPoint::Forward, 0, forward),
        ]),
    );
    world
}

impl World {
    fn judge(&self, rules: Vec<Rule>) {
        self.kernel.apply("router", &[Change::Replace(chain("judge", rules))]).unwrap();
    }

    /// Whether the first packet of a connection from 10.1.0.2 to 10.2.0.2:80 answers the question with yes.
    fn says_yes(&self, question: Match) -> bool {
        self.judge(vec![Rule::new([question], [accept()])]);
        self.connects(SERVER)
    }
}

/// Questions about the first packet of a connection, with their answers.
fn questions() -> Vec<(Match, bool)> {
    let is = |field: Field, value: Value| Match::is(field, value);
    let port = Value::Port;
    let interface = |name: &str| Value::Interface(name.into());
    let within = |field: Field, net: &str| Match::within(field, net.parse().unwrap());
    vec![
        (is(Field::IifName, interface("to-client")), true),
        (is(Field::IifName, interface("to-cli")), false),
        (is(Field::OifName, interface("to-server")), true),
        (is(Field::OifName, interface("to-client")), false),
        (is(Field::L4Proto, Value::Proto(6)), true),
        (is(Field::L4Proto, Value::Proto(17)), false),
        (is(Field::Mark, Value::Mark(0x107)), true),
        (is(Field::Mark, Value::Mark(0x7010_0000)), false),
        (Match::between(Field::Mark, Value::Mark(0x100), Value::Mark(0x200)), true),
        (Match::between(Field::Mark, Value::Mark(0x108), Value::Mark(0x1_0000)), false),
        (Match::masked(Field::Mark, 0xff, 7), true),
        (Match::masked(Field::Mark, 0xff, 8), false),
        (Match::masked(Field::RtClassId, 0xffff, 77), true),
        (Match::masked(Field::RtClassId, 0xffff, 78), false),
        (is(Field::FibDaddrType, Field::UNICAST), true),
        (is(Field::FibDaddrType, Field::LOCAL), false),
        (is(Field::Saddr, addr("10.1.0.2")), true),
        (is(Field::Saddr, addr("10.2.0.2")), false),
        (Match::is(Field::Daddr, addr("10.1.0.2")).negate(), true),
        (within(Field::Daddr, "10.2.0.0/23"), true),
        (within(Field::Daddr, "10.2.0.4/30"), false),
        (within(Field::Daddr, "10.2.0.4/30").negate(), true),
        (within(Field::Saddr, "0.0.0.0/0"), true),
        (Match::between(Field::Daddr, addr("10.2.0.1"), addr("10.2.0.2")), true),
        (Match::between(Field::Daddr, addr("10.2.0.3"), addr("10.2.255.2")), false),
        (Match::between(Field::Daddr, addr("10.2.0.3"), addr("10.2.255.2")).negate(), true),
        (is(Field::TcpDport, port(80)), true),
        (is(Field::TcpDport, port(81)), false),
        (Match::between(Field::TcpSport, port(1024), port(65535)), true),
        (is(Field::UdpDport, port(80)), false),
        (is(Field::ThDport, port(80)), true),
        (is(Field::ThSport, port(80)), false),
        (is(Field::IcmpType, Value::Proto(8)), false),
        (Match::masked(Field::TcpFlags, SYN | ACK, SYN), true),
        (Match::masked(Field::TcpFlags, SYN | ACK, ACK), false),
        (Match::any_of(Field::CtState, ct_state::NEW), true),
        (Match::any_of(Field::CtState, ct_state::RELATED | ct_state::INVALID), false),
        (Match::any_of(Field::CtState, ct_state::UNTRACKED).negate(), true),
        (Match::any_of(Field::CtStatus, ct_status::DNAT | ct_status::SNAT), false),
        (is(Field::CtMark, Value::Mark(9)), true),
        (is(Field::CtMark, Value::Mark(0)), false),
        (is(Field::CtDirection, Value::Proto(0)), true),
        (is(Field::CtDirection, Value::Proto(1)), false),
        (is(Field::CtOriginalSaddr, addr("10.1.0.2")), true),
        (is(Field::CtOriginalDaddr, addr("10.1.0.2")), false),
        (is(Field::CtOriginalDport, port(80)), true),
        (Match::in_set([Field::IifName, Field::Saddr, Field::TcpDport], "triples"), true),
        (Match::in_set([Field::OifName, Field::Saddr, Field::TcpDport], "triples"), false),
    ]
}

#[test]
fn every_match_tells_packets_apart() {
    let world = court();
    let _listener = world.listen(SERVER);
    for (question, expected) in questions() {
        assert_eq!(world.says_yes(question.clone()), expected, "{question}");
    }
}

#[test]
fn a_number_computed_from_a_packet_is_a_key_like_any_other() {
    let world = court();
    let _listener = world.listen(SERVER);
    let hash = Field::Hash { over: vec![Field::Saddr, Field::TcpSport], modulus: 1, seed: 3 };
    for key in [hash, Field::RoundRobin(1), Field::Random(1)] {
        world.judge(vec![Rule::new([], [Action::Vmap { key: vec![key.clone()], map: "zero".into() }])]);
        assert!(world.connects(SERVER), "{key}");
    }
    world.judge(vec![Rule::new([], [Action::Vmap { key: vec![Field::Mark], map: "zero".into() }])]);
    assert!(!world.connects(SERVER), "the mark is not 0");
}

#[test]
fn marks_pass_between_packets_and_flows() {
    let world = court();
    let _listener = world.listen(SERVER);
    let is = |field, mark| [Match::is(field, Value::Mark(mark))];
    let copy = |action: Action, field, mark| vec![Rule::new([], [action]), Rule::new(is(field, mark), [accept()])];
    world.judge(copy(Action::SetMark(Mark::Flow), Field::Mark, 9));
    assert!(world.connects(SERVER));
    world.judge(copy(Action::SetCtMark(Mark::Packet), Field::CtMark, 0x107));
    assert!(world.connects(SERVER));
    world.judge(copy(Action::SetCtMark(Mark::FlowWith(0x6)), Field::CtMark, 0xf));
    assert!(world.connects(SERVER), "9 is 1001, and 6 is 0110");
    world.judge(copy(Action::SetMark(Mark::Value(5)), Field::Mark, 5));
    assert!(world.connects(SERVER));
}

#[test]
fn verdicts_lead_where_they_say() {
    let world = court();
    let _listener = world.listen(SERVER);
    let verdict = |verdict| Rule::new([], [Action::Verdict(verdict)]);
    let inner = |rules| world.kernel.apply("router", &[Change::Replace(chain("inner", rules))]).unwrap();
    inner(vec![verdict(Verdict::Return), verdict(Verdict::Accept)]);
    world.judge(vec![verdict(Verdict::Jump("inner".into())), verdict(Verdict::Accept)]);
    assert!(world.connects(SERVER), "a jump comes back");
    world.judge(vec![verdict(Verdict::Goto("inner".into())), verdict(Verdict::Accept)]);
    assert!(!world.connects(SERVER), "a goto does not come back here");
}

#[test]
fn a_refusal_says_how_it_refuses() {
    let world = court();
    let refused = |reject| {
        world.judge(vec![Rule::new([], [Action::Reject(reject)])]);
        world.places.run_in("client", || TcpStream::connect(SERVER)).unwrap().unwrap_err().kind()
    };
    assert_eq!(refused(Reject::TcpReset), ErrorKind::ConnectionRefused);
    assert_eq!(refused(Reject::Icmp(3)), ErrorKind::ConnectionRefused);
    assert_eq!(refused(Reject::Icmp(13)), ErrorKind::HostUnreachable);
}

#[test]
fn a_limit_lets_through_its_burst_and_a_counter_counts() {
    let world = court();
    let _listener = world.listen(SERVER);
    let limit = Action::Limit { rate: 1, per: Per::Hour, burst: 2 };
    world.judge(vec![Rule::new([], [limit, Action::Counter, accept()])]);
    let outcomes: Vec<bool> = (0..4).map(|_| world.connects(SERVER)).collect();
    assert_eq!(outcomes, [true, true, false, false]);
    let shown = world.run("router", "nft", "list chain ip underpass judge").unwrap();
    assert!(shown.contains("counter packets 2 bytes 120"), "{shown}");
}

#[test]
fn a_segment_size_is_clamped_and_an_option_removed() {
    let world = court();
    let listener = world.listen(SERVER);
    world.judge(vec![Rule::new([], [Action::ClampMss(Some(900)), Action::ResetTcpOption(4), accept()])]);
    let _client = world.places.socket_in("client", || TcpStream::connect(SERVER)).unwrap();
    let (_server, _) = listener.accept().unwrap();
    let shown = world.run("server", "ss", "-Htin state established").unwrap();
    assert!(shown.contains("advmss:1448") && shown.contains("mss:888"), "{shown}");
    assert!(!shown.contains("sack"), "{shown}");
}

#[test]
fn a_flow_that_is_not_followed_is_untracked_and_stays_unknown() {
    let world = court();
    let _listener = world.listen(SERVER);
    let from = |net: &str| Match::within(Field::Saddr, net.parse().unwrap());
    let raw = vec![Rule::new([from("10.1.0.2/32")], [Action::Notrack]), Rule::new([from("10.2.0.2/32")], [Action::Notrack])];
    world.kernel.apply("router", &[Change::Add(base("raw", ChainKind::Filter, HookPoint::Prerouting, -300, raw))]).unwrap();
    assert!(!world.says_yes(Match::any_of(Field::CtState, ct_state::NEW)));
    assert!(world.says_yes(Match::any_of(Field::CtState, ct_state::UNTRACKED)));
}

#[test]
fn a_translated_flow_knows_where_it_wanted_to_go_and_hides_behind_the_device() {
    let world = court();
    let listener = world.listen("10.2.0.2:8080");
    let to = [Match::is(Field::Daddr, addr("10.9.9.9")), Match::is(Field::TcpDport, Value::Port(80))];
    let dnat = Rule::new(to, [Action::Dnat(Nat::to_port("10.2.0.2".parse().unwrap(), 8080))]);
    let hide = Rule::new([Match::any_of(Field::CtStatus, ct_status::DNAT)], [Action::Masquerade]);
    let chains = [
        base("translate", ChainKind::Nat, HookPoint::Prerouting, -100, vec![dnat]),
        base("hide", ChainKind::Nat, HookPoint::Postrouting, 100, vec![hide]),
    ];
    world.kernel.apply("router", &chains.map(Change::Add)).unwrap();
    let original =
        |field, value| Rule::new([Match::is(field, value), Match::any_of(Field::CtStatus, ct_status::DNAT)], [accept()]);
    for rule in [original(Field::CtOriginalDaddr, addr("10.9.9.9")), original(Field::CtOriginalDport, Value::Port(80))] {
        world.judge(vec![rule]);
        assert!(world.connects("10.9.9.9:80"));
        assert_eq!(listener.accept().unwrap().1.ip().to_string(), "10.2.0.1");
    }
}
