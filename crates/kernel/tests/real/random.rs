//! Whatever is there and whatever is wanted: the difference leads from one to the other, in the kernel and in the fake.

use std::collections::BTreeSet;

use kernel::nft::{Action, ChainKind, Data, Field, Gives, HookPoint, Match, Nat, Rule, SetData, Type, Value, Verdict, ct_state};
use kernel::{Fake, Kernel, Object, Route, RouteKind};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::filters::{base, chain, element, set, table};
use crate::world::{World, address, assert_same, route_via, sysctl, veth};

const NAMESPACES: [&str; 3] = ["a", "b", "c"];

/// What a random network is made of.
#[derive(Debug, Clone)]
struct Choice {
    links: [Option<bool>; 2],
    hosts: BTreeSet<u8>,
    metrics: BTreeSet<u8>,
    forward: bool,
    addresses: BTreeSet<u32>,
    services: BTreeSet<(u8, u16, u8)>,
    rules: Vec<u8>,
    hook: u8,
    has_table: bool,
}

fn choices() -> impl Strategy<Value = Choice> {
    let links = [proptest::option::of(any::<bool>()), proptest::option::of(any::<bool>())];
    let services = proptest::collection::btree_set((0..4_u8, 80..82_u16, 0..3_u8), 0..8);
    let network = (links, proptest::collection::btree_set(2..9_u8, 0..5), proptest::collection::btree_set(1..9_u8, 0..5));
    let filters = (proptest::collection::btree_set(any::<u32>(), 0..12), services);
    let chains = (proptest::collection::vec(0..6_u8, 0..6), 0..3_u8, proptest::bool::weighted(0.9));
    (network, filters, chains, any::<bool>()).prop_map(|(network, filters, chains, forward)| {
        let (links, hosts, metrics) = network;
        let (addresses, services) = filters;
        let (rules, hook, has_table) = chains;
        Choice { links, hosts, metrics, forward, addresses, services, rules, hook, has_table }
    })
}

impl Choice {
    fn objects(&self) -> Vec<Object> {
        let mut objects = vec![sysctl("net/ipv4/ip_forward", if self.forward { "1" } else { "0" })];
        for (number, link) in self.links.iter().enumerate() {
            if let Some(to_c) = link {
                self.link(number, if *to_c { "c" } else { "b" }, &mut objects);
            }
        }
        if self.has_table {
            self.filters(&mut objects);
        }
        objects
    }

    fn link(&self, number: usize, far: &str, objects: &mut Vec<Object>) {
        let name = format!("v{number}");
        objects.push(veth(&name, far, &format!("e{number}")));
        objects.push(address(&name, &format!("10.{number}.0.1/24")));
        for host in &self.hosts {
            objects.push(route_via(254, &format!("172.16.{number}.{host}/32"), Some(&format!("10.{number}.0.{host}")), &name));
        }
        for metric in &self.metrics {
            let kind = if metric % 2 == 0 { RouteKind::Blackhole } else { RouteKind::Throw };
            let dst = format!("192.168.{number}.0/24").parse().unwrap();
            objects.push(Object::Route(Route { table: 500, dst, metric: u32::from(*metric), kind }));
        }
    }

    fn filters(&self, objects: &mut Vec<Object>) {
        let addr = |last: u8| Value::Addr([10, 0, 0, last].into());
        objects.push(table());
        objects.push(set("nets", &[Type::Addr], SetData::None));
        objects.push(set("services", &[Type::Addr, Type::Port], SetData::Values(vec![Type::Addr, Type::Port])));
        objects.push(set("groups", &[Type::Addr], SetData::Verdict));
        objects.push(chain("callee", vec![]));
        for (index, address) in self.addresses.iter().enumerate() {
            let key = [Value::Addr((*address).into())];
            objects.push(element("nets", &key, Data::None));
            let verdict = if index % 2 == 0 { Verdict::Drop } else { Verdict::Jump("callee".into()) };
            objects.push(element("groups", &key, Data::Verdict(verdict)));
        }
        let mut seen = BTreeSet::new();
        for (host, port, target) in self.services.iter().filter(|(host, port, _)| seen.insert((*host, *port))) {
            let data = Data::Values(vec![addr(100 + target), Value::Port(8080)]);
            objects.push(element("services", &[addr(*host), Value::Port(*port)], data));
        }
        objects.push(chain("mixed", self.rules.iter().map(|number| rule(*number)).collect()));
        let point = [HookPoint::Input, HookPoint::Forward, HookPoint::Output][usize::from(self.hook)];
        objects.push(base("entry", ChainKind::Filter, point, i32::from(self.hook), vec![]));
        let dnat = Nat::by_map([Field::Daddr, Field::TcpDport], "services", Gives::AddrPort);
        objects.push(base("translate", ChainKind::Nat, HookPoint::Prerouting, -100, vec![Rule::new([], [Action::Dnat(dnat)])]));
    }
}

fn rule(number: u8) -> Rule {
    let accept = Action::Verdict(Verdict::Accept);
    match number {
        0 => Rule::new([Match::any_of(Field::CtState, ct_state::ESTABLISHED)], [accept]),
        1 => Rule::new([Match::in_set([Field::Saddr], "nets")], [accept]),
        2 => Rule::new([], [Action::Vmap { key: vec![Field::Saddr], map: "groups".into() }]),
        3 => Rule::new([Match::is(Field::TcpDport, Value::Port(80))], [accept]),
        4 => Rule::new([], [Action::Counter, Action::Verdict(Verdict::Jump("callee".into()))]),
        _ => Rule::new([Match::within(Field::Saddr, "10.0.0.0/8".parse().unwrap())], [Action::Verdict(Verdict::Drop)]),
    }
}

#[test]
fn from_any_network_to_any_other_the_kernel_and_the_fake_go_the_same_way() {
    let world = World::with(&NAMESPACES);
    let fake = Fake::new();
    NAMESPACES.iter().for_each(|name| fake.create_namespace(name).unwrap());
    let config = Config { cases: 60, max_shrink_iters: 50, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&choices(), |choice| {
        let wanted = choice.objects();
        fake.bring("a", &wanted).map_err(|error| TestCaseError::fail(format!("fake: {error}")))?;
        let real = world.kernel.bring("a", &wanted);
        real.map_err(|error| TestCaseError::fail(format!("{error}: {:?}", std::error::Error::source(&error))))?;
        let observed = world.observed("a", &wanted);
        assert_same(&wanted, &observed);
        assert_same(&fake.observe("a", &["net/ipv4/ip_forward"]).unwrap(), &observed);
        prop_assert_eq!(world.kernel.bring("a", &wanted).unwrap(), []);
        Ok(())
    });
    result.unwrap();
}
