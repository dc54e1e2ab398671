//! nftables: every word is taken by the kernel, understood by `nft`, and observed as it was wanted.

use std::net::Ipv4Addr;

use kernel::nft::{
    Action, AddressPart, Chain, ChainKind, Data, Element, Field, Gives, Hook, HookPoint, Mark, Match, Nat, Operand, Per, Policy,
    Reject, Rule, Rules, Set, SetData, Table, Timeout, Type, Value, Verdict, ct_state, ct_status,
};
use kernel::{Change, Kernel, KernelError, Key, Object};

use crate::world::{World, assert_same};

pub const TABLE: &str = "underpass";

pub fn table() -> Object {
    Object::Table(Table { name: TABLE.into() })
}

pub fn chain(name: &str, rules: Vec<Rule>) -> Object {
    Object::Chain(Chain { table: TABLE.into(), name: name.into(), hook: None, rules: Rules::Listed(rules) })
}

pub fn base(name: &str, kind: ChainKind, point: HookPoint, priority: i32, rules: Vec<Rule>) -> Object {
    let hook = Some(Hook { kind, point, priority, policy: Policy::Accept });
    Object::Chain(Chain { table: TABLE.into(), name: name.into(), hook, rules: Rules::Listed(rules) })
}

pub fn set(name: &str, key: &[Type], data: SetData) -> Object {
    Object::Set(Set { table: TABLE.into(), name: name.into(), key: key.to_vec(), data })
}

pub fn timeout(name: &str, established: u32) -> Object {
    Object::Timeout(Timeout { table: TABLE.into(), name: name.into(), established })
}

pub fn element(set: &str, key: &[Value], data: Data) -> Object {
    Object::Element(Element { table: TABLE.into(), set: set.into(), key: key.to_vec(), data })
}

pub fn addr(text: &str) -> Value {
    Value::Addr(text.parse().unwrap())
}

fn accept(question: Match) -> Rule {
    Rule::new([question], [Action::Verdict(Verdict::Accept)])
}

fn act(action: Action) -> Rule {
    Rule::new([], [action])
}

/// One rule for every kind of match.
fn matches() -> Vec<Rule> {
    let value = |field, value| accept(Match::is(field, value));
    let masked = |field, mask, value| accept(Match::masked(field, mask, value));
    vec![
        value(Field::IifName, Value::Interface("eth0".into())),
        value(Field::OifName, Value::Interface("eth1".into())),
        value(Field::L4Proto, Value::Proto(6)),
        value(Field::Mark, Value::Mark(7)),
        accept(Match::between(Field::Mark, Value::Mark(7), Value::Mark(0x1_0000))),
        masked(Field::Mark, 0xff00, 0x100),
        masked(Field::RtClassId, 0xffff, 77),
        value(Field::FibDaddrType, Field::LOCAL),
        value(Field::Saddr, addr("10.0.0.1")),
        accept(Match::is(Field::Daddr, addr("10.0.0.1")).negate()),
        accept(Match::within(Field::Saddr, "10.0.0.0/9".parse().unwrap())),
        accept(Match::within(Field::Daddr, "10.1.0.0/16".parse().unwrap()).negate()),
        accept(Match::between(Field::Daddr, addr("10.0.0.1"), addr("10.0.0.9"))),
        value(Field::TcpSport, Value::Port(80)),
        accept(Match::between(Field::TcpDport, Value::Port(80), Value::Port(90))),
        value(Field::UdpSport, Value::Port(53)),
        accept(Match::between(Field::UdpDport, Value::Port(53), Value::Port(54)).negate()),
        Rule::new(
            [
                Match::is(Field::L4Proto, Value::Proto(132)),
                Match::is(Field::ThSport, Value::Port(1)),
                Match::is(Field::ThDport, Value::Port(2)),
            ],
            [],
        ),
        masked(Field::TcpFlags, 0x06, 0x02),
        Rule::new([Match::is(Field::IcmpType, Value::Proto(8)), Match::is(Field::IcmpCode, Value::Proto(0))], []),
        accept(Match::any_of(Field::CtState, ct_state::ESTABLISHED | ct_state::RELATED)),
        accept(Match::any_of(Field::CtState, ct_state::NEW).negate()),
        accept(Match::any_of(Field::CtStatus, ct_status::DNAT)),
        value(Field::CtMark, Value::Mark(9)),
        value(Field::CtDirection, Value::Proto(1)),
        value(Field::CtOriginalSaddr, addr("10.0.0.3")),
        value(Field::CtOriginalDaddr, addr("10.0.0.4")),
        Rule::new([Match::is(Field::L4Proto, Value::Proto(6)), Match::is(Field::CtOriginalDport, Value::Port(443))], []),
        accept(Match::in_set([Field::Saddr], "nets")),
        accept(Match::in_set([Field::Saddr], "nets").negate()),
        accept(Match::in_set([Field::Saddr, Field::TcpDport], "rules")),
        accept(Match::in_set([Field::IifName, Field::Saddr], "spoof")),
    ]
}

/// One rule for every kind of action that a filter chain may hold.
fn actions() -> Vec<Rule> {
    let limit = Action::Limit { rate: 10, per: Per::Minute, burst: 5 };
    vec![
        act(Action::Vmap { key: vec![Field::Daddr], map: "enis".into() }),
        act(Action::Verdict(Verdict::Drop)),
        act(Action::Verdict(Verdict::Jump("callee".into()))),
        act(Action::Verdict(Verdict::Goto("callee".into()))),
        act(Action::Verdict(Verdict::Return)),
        act(Action::SetMark(Mark::Value(0x10))),
        act(Action::SetMark(Mark::Flow)),
        act(Action::SetCtMark(Mark::Packet)),
        act(Action::SetCtMark(Mark::FlowWith(0x30))),
        act(Action::SetCtMark(Mark::Map { key: vec![Field::Daddr], map: "marks".into() })),
        act(Action::ClampMss(None)),
        act(Action::ClampMss(Some(1400))),
        Rule::new([], [Action::Counter, limit, Action::Log("seen: ".into())]),
        act(Action::Reject(Reject::TcpReset)),
        act(Action::Reject(Reject::Icmp(13))),
        act(Action::ResetTcpOption(4)),
        act(Action::Timeout("short".into())),
    ]
}

fn translations() -> Vec<Rule> {
    let ip = |text: &str| -> Ipv4Addr { text.parse().unwrap() };
    let hash = Field::Hash { over: vec![Field::Saddr, Field::ThSport], modulus: 2, seed: 7 };
    let tcp = || Match::is(Field::L4Proto, Value::Proto(6));
    let dnat = |nat| Rule::new([tcp()], [Action::Dnat(nat)]);
    vec![
        dnat(Nat::to(ip("10.0.0.1"))),
        dnat(Nat::to_port(ip("10.0.0.1"), 8080)),
        dnat(Nat { persistent: true, ..Nat::to_pool(ip("10.0.0.1"), ip("10.0.0.9")) }),
        dnat(Nat::by_map([Field::Daddr, Field::ThDport], "services", Gives::AddrPort)),
        dnat(Nat::by_map([Field::Daddr], "hosts", Gives::Addr)),
        dnat(Nat::by_map([hash], "targets", Gives::AddrPort)),
        dnat(Nat::by_map([Field::RoundRobin(2)], "targets", Gives::AddrPort)),
        dnat(Nat::by_map([Field::Random(2)], "targets", Gives::AddrPort)),
    ]
}

fn everything() -> Vec<Object> {
    let data = |value: &[Value]| Data::Values(value.to_vec());
    vec![
        table(),
        timeout("short", 60),
        set("nets", &[Type::Addr], SetData::None),
        set("rules", &[Type::Addr, Type::Port], SetData::None),
        set("spoof", &[Type::Interface, Type::Addr], SetData::None),
        set("enis", &[Type::Addr], SetData::Verdict),
        set("marks", &[Type::Addr], SetData::Values(vec![Type::Mark])),
        set("services", &[Type::Addr, Type::Port], SetData::Values(vec![Type::Addr, Type::Port])),
        set("hosts", &[Type::Addr], SetData::Values(vec![Type::Addr])),
        set("targets", &[Type::Mark], SetData::Values(vec![Type::Addr, Type::Port])),
        set("pools", &[Type::Addr], SetData::Pool),
        element("nets", &[addr("0.0.0.0")], Data::None),
        element("nets", &[addr("10.2.0.7")], Data::None),
        element("nets", &[addr("255.255.255.255")], Data::None),
        element("rules", &[addr("10.0.1.1"), Value::Port(443)], Data::None),
        element("spoof", &[Value::Interface("eth0".into()), addr("10.0.0.1")], Data::None),
        element("enis", &[addr("10.0.0.1")], Data::Verdict(Verdict::Jump("callee".into()))),
        element("enis", &[addr("10.0.0.2")], Data::Verdict(Verdict::Goto("callee".into()))),
        element("enis", &[addr("10.0.0.3")], Data::Verdict(Verdict::Drop)),
        element("enis", &[addr("10.0.0.4")], Data::Verdict(Verdict::Return)),
        element("marks", &[addr("10.0.0.1")], data(&[Value::Mark(0x77)])),
        element("services", &[addr("10.0.0.1"), Value::Port(80)], data(&[addr("10.9.0.1"), Value::Port(8080)])),
        element("hosts", &[addr("10.0.0.0")], data(&[addr("10.9.0.1")])),
        element("targets", &[Value::Mark(0)], data(&[addr("10.9.0.1"), Value::Port(8080)])),
        element("targets", &[Value::Mark(1)], data(&[addr("10.9.0.2"), Value::Port(8080)])),
        element("pools", &[addr("10.0.0.1")], Data::Pool("192.0.2.1".parse().unwrap(), "192.0.2.16".parse().unwrap())),
        chain("callee", vec![]),
        chain("matches", matches()),
        base("filter", ChainKind::Filter, HookPoint::Forward, 0, actions()),
        base("raw", ChainKind::Filter, HookPoint::Prerouting, -300, raw()),
        base("route", ChainKind::Route, HookPoint::Output, -150, vec![]),
        base("input", ChainKind::Filter, HookPoint::Input, 0, vec![]),
        base("translate", ChainKind::Nat, HookPoint::Prerouting, -100, translations()),
        base(
            "hide",
            ChainKind::Nat,
            HookPoint::Postrouting,
            100,
            vec![
                act(Action::Snat(Nat::to("192.0.2.1".parse().unwrap()))),
                act(Action::Snat(Nat::by_map([Field::CtOriginalDaddr], "pools", Gives::Pool))),
                act(Action::Masquerade),
            ],
        ),
    ]
}

fn raw() -> Vec<Rule> {
    let rewrite = |part| act(Action::Rewrite { part, key: vec![Field::Saddr], map: "hosts".into() });
    vec![
        act(Action::Notrack),
        act(Action::SetCtZone(7)),
        rewrite(AddressPart::Source),
        rewrite(AddressPart::Destination),
        rewrite(AddressPart::QuotedSource),
        rewrite(AddressPart::QuotedDestination),
    ]
}

#[test]
fn every_word_is_taken_and_observed_as_it_was_wanted() {
    let world = World::with(&["a"]);
    let wanted = everything();
    world.settle("a", &wanted);
    assert_eq!(world.kernel.bring("a", &wanted).unwrap(), []);
    world.settle("a", &[]);
    assert_eq!(world.run("a", "nft", "list ruleset").unwrap(), "");
}

#[test]
fn nft_reads_what_we_print() {
    let world = World::with(&["a"]);
    world.settle("a", &everything());
    // nft holds the numbers of a hash for another type than marks; the kernel holds both for four bytes.
    let typed = translations().into_iter().filter(|rule| !rule.to_string().contains(" mod ")).collect();
    let rules = [("matches", matches()), ("filter", actions()), ("translate", typed)];
    let lines = rules
        .into_iter()
        .flat_map(|(chain, rules)| rules.into_iter().map(move |rule| format!("add rule ip underpass {chain} {rule}\n")));
    let elements = everything().into_iter().filter(|object| matches!(object, Object::Element(_)));
    let script: String = lines.chain(elements.map(|element| format!("add {element}\n"))).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), script).unwrap();
    world.run("a", "nft", &format!("-c -f {}", file.path().display())).unwrap();
}

#[test]
fn nft_prints_what_we_print() {
    let world = World::with(&["a"]);
    world.settle("a", &everything());
    let shown = world.run("a", "nft", "list ruleset").unwrap();
    let lines: Vec<&str> = shown.lines().map(str::trim).collect();
    let ours = [matches(), actions(), translations()].concat();
    let different: Vec<String> = ours.iter().map(ToString::to_string).filter(|rule| !lines.contains(&rule.as_str())).collect();
    // nft leaves out what a later match implies, and has names for some numbers.
    let known = ["meta l4proto", "&", "counter", "icmp", "tcp option", "reject", "sack-perm", "log", "ct state != new"];
    let unknown: Vec<&String> = different.iter().filter(|rule| !known.iter().any(|part| rule.contains(part))).collect();
    assert!(unknown.is_empty(), "{unknown:#?}\nnft says:\n{shown}");
    assert!(different.len() * 3 < ours.len() * 2, "{different:#?}\nnft says:\n{shown}");
    for line in ["elements = { 10.0.0.1 : 0x00000077 }", "elements = { 10.0.0.1 : 192.0.2.1-192.0.2.16 }"] {
        assert!(lines.contains(&line), "{shown}");
    }
}

#[test]
fn what_a_stranger_did_to_a_chain_or_set_is_seen_and_mended() {
    let world = World::with(&["a"]);
    let wanted = everything();
    world.settle("a", &wanted);
    for vandalism in [
        "add rule ip underpass callee drop",
        "insert rule ip underpass matches accept",
        "flush chain ip underpass matches",
        "delete element ip underpass enis { 10.0.0.1 }",
        "add element ip underpass nets { 11.0.0.1 }",
        "delete element ip underpass nets { 10.2.0.7 }",
        "delete element ip underpass rules { 10.0.1.1 . 443 }",
        "delete table ip underpass; add table ip underpass; add set ip underpass nets { type ipv4_addr; flags interval; }; \
         add element ip underpass nets { 11.0.0.0/8 }",
        "add element ip underpass enis { 10.0.0.9 : drop }",
        "add chain ip underpass mine",
        "chain ip underpass input { policy drop; }",
        "delete table ip underpass",
    ] {
        world.run("a", "nft", vandalism).unwrap();
        assert_ne!(world.kernel.bring("a", &wanted).unwrap(), [], "{vandalism} was not seen");
        assert_same(&wanted, &world.observed("a", &wanted));
    }
    let handle = world.run("a", "nft", "-a list chain ip underpass matches").unwrap();
    let handle = handle.lines().find_map(|line| line.trim().strip_prefix("ip saddr 10.0.0.1 accept # handle ")).unwrap();
    world.run("a", "nft", &format!("replace rule ip underpass matches handle {handle} ip saddr 10.0.0.2 accept")).unwrap();
    assert_eq!(world.kernel.bring("a", &wanted).unwrap().len(), 1);
}

#[test]
fn tables_of_others_are_left_alone() {
    let world = World::with(&["a"]);
    world.run("a", "nft", "add table ip theirs").unwrap();
    world.settle("a", &everything());
    world.settle("a", &[]);
    assert_eq!(world.run("a", "nft", "list ruleset").unwrap().trim(), "table ip theirs {\n}");
}

#[test]
fn adding_over_something_else_and_removing_nothing_are_no_errors() {
    let world = World::with(&["a"]);
    let verdict = |verdict| element("enis", &[addr("10.0.0.1")], Data::Verdict(verdict));
    let base = [table(), set("enis", &[Type::Addr], SetData::Verdict), chain("callee", vec![])];
    let before = [&base[..], &[verdict(Verdict::Drop), self::base("x", ChainKind::Filter, HookPoint::Input, 0, vec![])]].concat();
    let after =
        [&base[..], &[verdict(Verdict::Accept), self::base("x", ChainKind::Filter, HookPoint::Forward, 5, vec![])]].concat();
    let add = |objects: &[Object]| {
        let changes: Vec<Change> = objects.iter().cloned().map(Change::Add).collect();
        world.kernel.apply("a", &changes).unwrap();
        assert_same(objects, &world.observed("a", &[]));
    };
    add(&before);
    add(&before);
    add(&after);
    let gone = [
        Key::Chain(TABLE.into(), "none".into()),
        Key::Set(TABLE.into(), "none".into()),
        Key::Element(TABLE.into(), "enis".into(), vec![addr("10.0.0.7")]),
        Key::Element(TABLE.into(), "none".into(), vec![addr("10.0.0.7")]),
        Key::Table("underpass-none".into()),
        Key::Chain("underpass-none".into(), "none".into()),
    ];
    world.kernel.apply("a", &gone.map(Change::Remove)).unwrap();
    assert_same(&after, &world.observed("a", &[]));
}

#[test]
fn a_transaction_that_is_refused_changes_nothing_and_says_why() {
    let world = World::with(&["a"]);
    world.settle("a", &[table(), chain("callee", vec![])]);
    let jump = Rule::new([], [Action::Verdict(Verdict::Jump("nowhere".into()))]);
    let changes = [chain("new", vec![]), chain("callee", vec![jump])].map(Change::Replace);
    let error = world.kernel.apply("a", &changes).unwrap_err();
    assert_eq!(error.errno(), Some(libc::ENOENT));
    assert!(error.to_string().contains("add rule ip underpass callee jump nowhere"), "{error}");
    assert_same(&[table(), chain("callee", vec![])], &world.observed("a", &[]));
}

#[test]
fn what_the_kernel_would_misread_is_refused_before() {
    let world = World::with(&["a"]);
    world.settle("a", &[table(), set("nets", &[Type::Addr], SetData::None), chain("c", vec![])]);
    let refused = |object| matches!(world.kernel.apply("a", &[Change::Add(object)]), Err(KernelError::Invalid { .. }));
    assert!(refused(chain("c", vec![accept(Match::is(Field::Saddr, Value::Port(1)))])));
    assert!(refused(chain("c", vec![accept(Match { key: vec![], negated: false, with: Operand::Set("nets".into()) })])));
    assert!(refused(chain("c", vec![act(Action::Snat(Nat::by_map([Field::RoundRobin(0)], "m", Gives::Addr)))])));
    assert!(refused(chain("c", vec![act(Action::Log("\"".into()))])));
    assert!(refused(element("nets", &[Value::Port(1)], Data::None)));
    assert!(refused(element("nets", &[addr("10.0.0.1")], Data::Verdict(Verdict::Drop))));
    assert!(refused(set("nothing", &[], SetData::None)));
}

#[test]
fn the_address_that_a_socket_speaks_for_is_looked_for_among_addresses() {
    let world = World::with(&["a"]);
    let rule = accept(Match::in_set([Field::SocketAddress], "nets"));
    world.settle("a", &[table(), set("nets", &[Type::Addr], SetData::None), chain("c", vec![rule])]);
    let listed = world.run("a", "nft", "list chain ip underpass c").unwrap();
    assert!(listed.contains("meta priority @nets accept"), "{listed}");
}

#[test]
fn a_chain_may_become_a_base_chain_and_cease_to_be_one() {
    let world = World::with(&["a"]);
    let rules = || vec![act(Action::Verdict(Verdict::Drop))];
    let regular = [table(), chain("c", rules())];
    let hooked = [table(), base("c", ChainKind::Filter, HookPoint::Input, 0, rules())];
    for wanted in [&regular, &hooked, &regular] {
        world.settle("a", wanted);
    }
}

#[test]
fn a_set_that_changes_its_type_is_made_anew_with_its_elements_and_the_rules_that_use_it() {
    let world = World::with(&["a"]);
    let rule = |field| vec![accept(Match::in_set([field], "nets"))];
    let with = |name, kind, key| {
        vec![table(), set("nets", &[kind], SetData::None), element("nets", &[key], Data::None), chain("c", rule(name))]
    };
    world.settle("a", &with(Field::Saddr, Type::Addr, addr("10.0.0.1")));
    world.settle("a", &with(Field::TcpDport, Type::Port, Value::Port(80)));
}

#[test]
fn ten_thousand_elements_go_in_one_transaction_and_one_more_takes_less_than_a_tick() {
    let world = World::with(&["a"]);
    let mut wanted = vec![table(), set("enis", &[Type::Addr], SetData::Verdict), chain("callee", vec![])];
    wanted.extend((0..10_000u32).map(|n| {
        let key = Value::Addr(Ipv4Addr::from(0x0a00_0000 + n));
        element("enis", &[key], Data::Verdict(Verdict::Goto("callee".into())))
    }));
    world.settle("a", &wanted);
    let one = Change::Add(element("enis", &[addr("172.16.0.1")], Data::Verdict(Verdict::Drop)));
    let start = std::time::Instant::now();
    world.kernel.apply("a", &[one]).unwrap();
    println!("one element among ten thousand: {:?}", start.elapsed());
    assert!(start.elapsed().as_millis() < 100);
    world.settle("a", &wanted[..3]);
}
