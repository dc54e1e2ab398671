//! Packets are the truth: what the objects say happens to real connections.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use kernel::nft::{Action, ChainKind, Data, Field, Gives, HookPoint, Match, Nat, Rule, SetData, Type, Value, Verdict, ct_state};
use kernel::{Change, Kernel, Object};

use crate::filters::{addr, base, chain, element, set, table};
use crate::world::{World, address, route_via, sysctl, veth};

const PATIENCE: Duration = Duration::from_millis(300);

/// A client and a server, each in a namespace of its own, joined by a router without any rules.
pub fn three() -> World {
    let world = World::with(&["router", "client", "server"]);
    world.settle("router", &router(&[]));
    for (namespace, own, gateway) in [("client", "10.1.0.2/24", "10.1.0.1"), ("server", "10.2.0.2/24", "10.2.0.1")] {
        world.settle(namespace, &[address("eth0", own), route_via(254, "0.0.0.0/0", Some(gateway), "eth0")]);
    }
    world
}

pub fn router(more: &[Object]) -> Vec<Object> {
    let links = [
        sysctl("net/ipv4/ip_forward", "1"),
        veth("to-client", "client", "eth0"),
        veth("to-server", "server", "eth0"),
        address("to-client", "10.1.0.1/24"),
        address("to-server", "10.2.0.1/24"),
    ];
    [&links[..], more].concat()
}

impl World {
    pub fn listen(&self, at: &str) -> TcpListener {
        self.places.socket_in("server", || TcpListener::bind(at)).unwrap()
    }

    pub fn connects(&self, to: &str) -> bool {
        let to: SocketAddr = to.parse().unwrap();
        self.places.run_in("client", || TcpStream::connect_timeout(&to, PATIENCE)).unwrap().is_ok()
    }
}

#[test]
fn a_verdict_map_lets_through_what_it_names_and_a_change_of_one_element_takes_effect() {
    let world = three();
    let _listener = world.listen("10.2.0.2:80");
    assert!(world.connects("10.2.0.2:80"));
    let eni = |verdict| element("enis", &[addr("10.2.0.2")], Data::Verdict(verdict));
    let rules = vec![
        Rule::new([Match::any_of(Field::CtState, ct_state::ESTABLISHED)], [Action::Verdict(Verdict::Accept)]),
        Rule::new([], [Action::Vmap { key: vec![Field::Daddr], map: "enis".into() }, Action::Verdict(Verdict::Drop)]),
    ];
    let web = Rule::new([Match::is(Field::TcpDport, Value::Port(80))], [Action::Verdict(Verdict::Accept)]);
    let wanted = |verdict| {
        router(&[
            table(),
            set("enis", &[Type::Addr], SetData::Verdict),
            chain("web", vec![web.clone()]),
            base("filter", ChainKind::Filter, HookPoint::Forward, 0, rules.clone()),
            eni(verdict),
        ])
    };
    world.settle("router", &wanted(Verdict::Jump("web".into())));
    assert!(world.connects("10.2.0.2:80"));
    assert!(!world.connects("10.2.0.2:81"), "the group lets only port 80 through");
    world.kernel.apply("router", &[Change::Replace(eni(Verdict::Drop))]).unwrap();
    assert!(!world.connects("10.2.0.2:80"));
    world.settle("router", &wanted(Verdict::Goto("web".into())));
    assert!(world.connects("10.2.0.2:80"));
}

#[test]
fn a_translation_by_map_with_a_pool_of_sources_carries_a_connection_and_spreads_flows() {
    let world = three();
    let (one, two) = (world.listen("10.2.0.2:8080"), world.listen("10.2.0.2:8081"));
    let hash = Field::Hash { over: vec![Field::Saddr, Field::TcpSport], modulus: 2, seed: 1 };
    let service = [Match::is(Field::Daddr, addr("10.9.9.9")), Match::is(Field::TcpDport, Value::Port(80))];
    let pool = Data::Pool("10.2.0.100".parse().unwrap(), "10.2.0.103".parse().unwrap());
    let pool_ips = (100..104).map(|last| address("to-server", &format!("10.2.0.{last}/32")));
    let target = |index, port| element("targets", &[Value::Mark(index)], Data::Values(vec![addr("10.2.0.2"), Value::Port(port)]));
    let mut wanted = router(&[
        table(),
        set("targets", &[Type::Mark], SetData::Values(vec![Type::Addr, Type::Port])),
        set("pools", &[Type::Addr], SetData::Pool),
        target(0, 8080),
        target(1, 8081),
        element("pools", &[addr("10.9.9.9")], pool),
        base(
            "translate",
            ChainKind::Nat,
            HookPoint::Prerouting,
            -100,
            vec![Rule::new(service, [Action::Dnat(Nat::by_map([hash], "targets", Gives::AddrPort))])],
        ),
        base(
            "hide",
            ChainKind::Nat,
            HookPoint::Postrouting,
            100,
            vec![Rule::new([], [Action::Snat(Nat::by_map([Field::CtOriginalDaddr], "pools", Gives::Pool))])],
        ),
    ]);
    wanted.extend(pool_ips);
    world.settle("router", &wanted);

    [&one, &two].iter().for_each(|listener| listener.set_nonblocking(true).unwrap());
    let clients: Vec<TcpStream> =
        (0..40).map(|_| world.places.socket_in("client", || TcpStream::connect("10.9.9.9:80")).unwrap()).collect();
    let accept_all =
        |listener: &TcpListener| -> Vec<(TcpStream, SocketAddr)> { std::iter::from_fn(|| listener.accept().ok()).collect() };
    let (mut left, right) = (accept_all(&one), accept_all(&two));
    assert_eq!(left.len() + right.len(), clients.len());
    assert!(left.len() > 5 && right.len() > 5, "{} and {}", left.len(), right.len());
    let in_pool = |peer: &SocketAddr| (100..104).any(|last| peer.ip().to_string() == format!("10.2.0.{last}"));
    assert!(left.iter().chain(&right).all(|(_, peer)| in_pool(peer)));

    let (stream, _) = &mut left[0];
    stream.set_nonblocking(false).unwrap();
    stream.write_all(b"hello").unwrap();
    let heard = clients.iter().find_map(|mut client| {
        client.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let mut buffer = [0; 5];
        client.read_exact(&mut buffer).ok().map(|()| buffer)
    });
    assert_eq!(heard.as_ref().map(|bytes| &bytes[..]), Some(&b"hello"[..]));
}

#[test]
fn what_a_socket_opened_inside_hears_stays_inside() {
    let world = three();
    let inside = world.places.socket_in("server", || UdpSocket::bind("0.0.0.0:5300")).unwrap();
    let other = world.places.socket_in("client", || UdpSocket::bind("0.0.0.0:5300")).unwrap();
    let sender = world.places.socket_in("client", || UdpSocket::bind("0.0.0.0:0")).unwrap();
    sender.send_to(b"x", "10.2.0.2:5300").unwrap();
    inside.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut buffer = [0; 8];
    assert_eq!(inside.recv_from(&mut buffer).unwrap().1.ip().to_string(), "10.1.0.2");
    other.set_nonblocking(true).unwrap();
    assert_eq!(other.recv_from(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
}
