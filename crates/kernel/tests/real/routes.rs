//! Addresses, routes, policy rules and neighbours.

use kernel::{Change, Kernel, Key, Mac, Neighbour, Object, Route, RouteKind, Rule};

use crate::world::{World, address, route_via, veth};

fn rule(priority: u32, table: u32) -> Rule {
    Rule { priority, iif: None, from: None, to: None, fwmark: None, table }
}

#[test]
fn every_kind_of_route_rule_and_neighbour_is_observed_as_it_was_wanted() {
    let world = World::with(&["a", "b"]);
    let net = |text: &str| text.parse().unwrap();
    let route = |dst: &str, metric, kind| Object::Route(Route { table: 1000, dst: net(dst), metric, kind });
    let full = RouteKind::Unicast {
        dev: "x".into(),
        via: Some("192.0.2.9".parse().unwrap()),
        onlink: true,
        src: Some("10.1.0.1".parse().unwrap()),
        realm: Some(77),
    };
    let wanted = [
        veth("x", "b", "eth0"),
        address("x", "10.1.0.1/24"),
        address("x", "10.1.0.9/24"),
        address("lo", "10.9.9.9/32"),
        route_via(254, "0.0.0.0/0", Some("10.1.0.254"), "x"),
        route_via(7, "10.7.0.5/32", None, "x"),
        route("10.2.0.0/16", 0, full),
        route("10.2.0.0/16", 50, RouteKind::Blackhole),
        route("10.3.0.0/16", 0, RouteKind::Unreachable),
        route("10.4.0.0/16", 0, RouteKind::Prohibit),
        route("10.5.0.0/16", 0, RouteKind::Throw),
        route("10.6.0.0/16", 0, RouteKind::Local { dev: "lo".into() }),
        Object::Rule(rule(100, 1000)),
        Object::Rule(Rule { iif: Some("x".into()), from: Some(net("10.1.0.0/24")), ..rule(101, 7) }),
        Object::Rule(Rule { to: Some(net("10.2.0.0/16")), fwmark: Some(0x100), ..rule(102, 100_000) }),
        Object::Neighbour(Neighbour { link: "x".into(), ip: "10.1.0.2".parse().unwrap(), mac: Mac::of("b") }),
    ];
    world.settle("a", &wanted);
    assert_eq!(world.kernel.bring("a", &wanted).unwrap(), []);
    let shown = world.run("a", "ip", "route show table 1000").unwrap();
    assert!(shown.contains("10.2.0.0/16 via 192.0.2.9 dev x proto 117 src 10.1.0.1 onlink realm 77"), "{shown}");
    let shown = world.run("a", "ip", "rule").unwrap();
    assert!(shown.contains("101:	from 10.1.0.0/24 iif x lookup 7 proto 117"), "{shown}");
    world.settle("a", &wanted[..2]);
    world.settle("a", &[]);
}

#[test]
fn a_route_that_changes_is_replaced_and_one_that_vanished_comes_back() {
    let world = World::with(&["a", "b"]);
    let base = [veth("x", "b", "eth0"), address("x", "10.1.0.1/24")];
    let to = |via: &str| [&base[..], &[route_via(254, "10.9.0.0/16", Some(via), "x")]].concat();
    world.settle("a", &to("10.1.0.2"));
    world.settle("a", &to("10.1.0.3"));
    world.run("a", "ip", "route del 10.9.0.0/16").unwrap();
    assert_eq!(world.kernel.bring("a", &to("10.1.0.3")).unwrap().len(), 1);
}

#[test]
fn routes_and_rules_of_others_are_left_alone() {
    let world = World::with(&["a", "b"]);
    world.settle("a", &[veth("x", "b", "eth0"), address("x", "10.1.0.1/24")]);
    world.run("a", "ip", "route add 10.9.0.0/16 dev x").unwrap();
    world.run("a", "ip", "rule add priority 5 lookup 9").unwrap();
    world.settle("a", &[veth("x", "b", "eth0"), address("x", "10.1.0.1/24")]);
    assert!(world.run("a", "ip", "route").unwrap().contains("10.9.0.0/16"));
    assert!(world.run("a", "ip", "rule").unwrap().contains("lookup 9"));
}

#[test]
fn removing_what_is_not_there_is_no_error() {
    let world = World::with(&["a", "b"]);
    world.settle("a", &[veth("x", "b", "eth0")]);
    let keys = [
        Key::Address("x".into(), "10.1.0.1/24".parse().unwrap()),
        Key::Address("gone".into(), "10.1.0.1/24".parse().unwrap()),
        Key::Route(9, "10.0.0.0/8".parse().unwrap(), 0),
        Key::Rule(rule(9, 9)),
        Key::Neighbour("x".into(), "10.1.0.7".parse().unwrap()),
    ];
    world.kernel.apply("a", &keys.map(Change::Remove)).unwrap();
}

#[test]
fn a_thousand_routes_go_in_at_once() {
    let world = World::with(&["a", "b"]);
    let mut wanted = vec![veth("x", "b", "eth0"), address("x", "10.1.0.1/24")];
    wanted.extend((0..5000u32).map(|n| route_via(254, &format!("10.{}.{}.1/32", 100 + n / 250, n % 250), None, "x")));
    world.settle("a", &wanted);
    world.settle("a", &wanted[..2]);
}
