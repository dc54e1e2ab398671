//! Shortcuts are quick and change nothing: neither the bytes, nor who hears them, nor when a rule is in force.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::Duration;

use kernel::nft::{Action, ChainKind, Data, Field, Gives, HookPoint, Match, Nat, Rule, SetData, Type, Value, Verdict, ct_state};
use kernel::{Kernel, Netlink, Object};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn, bind, connect, setsockopt, socket, sockopt};

use crate::filters::{addr, base, element, set, table};
use crate::packets::{router, three};
use crate::world::{World, sysctl};

const PATIENCE: Duration = Duration::from_millis(300);
/// Nobody has this address: the router makes the server's of it.
const SERVICE: &str = "10.9.9.9";

fn shortcuts() -> [Object; 3] {
    let liberal = sysctl("net/netfilter/nf_conntrack_tcp_be_liberal", "1");
    [liberal, Object::Shortcut("to-client".into()), Object::Shortcut("to-server".into())]
}

fn quick(world: &World) -> Netlink {
    let kernel = Netlink::new(world.places.clone(), "underpass").with_shortcuts(Duration::from_secs(2));
    assert!(kernel.has_shortcuts(), "these tests need Linux 6.6 and CONFIG_NET_XGRESS");
    kernel
}

/// A client, a router that translates and counts, and a server.
fn translating(more: &[Rule]) -> (World, impl Fn(&[Rule]) -> Vec<Object>) {
    let mut world = three();
    world.kernel = quick(&world);
    let wanted = |more: &[Rule]| {
        let (service, server) = (Match::is(Field::Daddr, addr(SERVICE)), Ipv4Addr::new(10, 2, 0, 2));
        let hide = Rule::new([], [Action::Snat(Nat::to(Ipv4Addr::new(10, 2, 0, 1)))]);
        let translate = Rule::new([service], [Action::Dnat(Nat::to(server))]);
        let count = [&[Rule::new([], [Action::Counter])], more].concat();
        let chains = [
            table(),
            base("translate", ChainKind::Nat, HookPoint::Prerouting, -100, vec![translate]),
            base("hide", ChainKind::Nat, HookPoint::Postrouting, 100, vec![hide]),
            base("count", ChainKind::Filter, HookPoint::Forward, 0, count),
        ];
        router(&[&chains[..], &shortcuts()].concat())
    };
    world.settle("router", &wanted(more));
    (world, wanted)
}

fn judged(world: &World) -> u64 {
    let shown = world.run("router", "nft", "list chain ip underpass count").unwrap();
    let words: Vec<&str> = shown.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "packets").expect("a counter");
    words[at + 1].parse().unwrap()
}

/// A client of a server that says everything again.
fn datagrams(world: &World) -> UdpSocket {
    let server = world.places.socket_in("server", || UdpSocket::bind("10.2.0.2:7")).unwrap();
    thread::spawn(move || {
        let mut bytes = [0; 2048];
        while let Ok((length, from)) = server.recv_from(&mut bytes) {
            if length == 0 || server.send_to(&bytes[..length], from).is_err() {
                return;
            }
        }
    });
    let client = world.places.socket_in("client", || UdpSocket::bind("0.0.0.0:0")).unwrap();
    client.connect((SERVICE, 7)).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
}

fn answered(client: &UdpSocket, text: &str) -> bool {
    let mut answer = [0; 2048];
    client.send(text.as_bytes()).is_ok() && client.recv(&mut answer).is_ok_and(|length| &answer[..length] == text.as_bytes())
}

#[test]
fn packets_of_a_known_flow_are_judged_once_in_many() {
    let (world, _) = translating(&[]);
    let client = datagrams(&world);
    assert!((0..2000).all(|n| answered(&client, &format!("question {n}"))));
    let judged = judged(&world);
    assert!((1..2000).contains(&judged), "{judged} of 4000 packets were judged");
}

#[test]
fn a_change_of_the_rules_is_in_force_for_the_next_packet_of_a_known_flow() {
    let (world, wanted) = translating(&[]);
    let client = datagrams(&world);
    let port = Match::is(Field::UdpDport, Value::Port(7));
    for _ in 0..5 {
        assert!((0..200).all(|n| answered(&client, &n.to_string())));
        world.settle("router", &wanted(&[Rule::new([port.clone()], [Action::Verdict(Verdict::Drop)])]));
        assert!(!answered(&client, "closed"));
        world.settle("router", &wanted(&[]));
        assert!(answered(&client, "open again"));
    }
}

#[test]
fn a_flow_that_is_forgotten_is_judged_as_a_new_one() {
    let (world, wanted) = translating(&[]);
    let client = datagrams(&world);
    assert!(answered(&client, "the first question"));
    let new_ones = Rule::new([Match::any_of(Field::CtState, ct_state::NEW)], [Action::Verdict(Verdict::Drop)]);
    world.settle("router", &wanted(&[new_ones]));
    assert!((0..200).all(|n| answered(&client, &n.to_string())), "it is known already");
    assert_eq!(world.kernel.forget("router", &|flow| flow.protocol == 17).unwrap(), 1);
    assert!(!answered(&client, "once more"));
}

#[test]
fn bytes_arrive_as_they_were_sent() {
    let (world, _) = translating(&[]);
    let listener = world.listen("10.2.0.2:80");
    let echo = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        std::io::copy(&mut &stream, &mut &stream).unwrap()
    });
    let client = world.places.socket_in("client", || TcpStream::connect((SERVICE, 80))).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let sent: Vec<u8> = (0_u32..8 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut writer = client.try_clone().unwrap();
    let bytes = sent.clone();
    let sender = thread::spawn(move || {
        writer.write_all(&bytes).unwrap();
        writer.shutdown(std::net::Shutdown::Write).unwrap();
    });
    let mut heard = Vec::new();
    (&client).read_to_end(&mut heard).unwrap();
    sender.join().unwrap();
    assert_eq!(echo.join().unwrap(), sent.len() as u64);
    assert!(heard == sent);
}

/// Connects from a port of the client's, however lately it was used.
fn connect_from(port: u16, to: SocketAddrV4) -> TcpStream {
    let descriptor = socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).unwrap();
    setsockopt(&descriptor, sockopt::ReuseAddr, &true).unwrap();
    bind(descriptor.as_raw_fd(), &SockaddrIn::from(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port))).unwrap();
    connect(descriptor.as_raw_fd(), &SockaddrIn::from(to)).unwrap();
    TcpStream::from(descriptor)
}

/// Answers every byte with one of its own, and ends the connection after a full stop, so that the client need not remember it.
fn answering(listener: TcpListener, own: u8) {
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut byte = [0];
            while stream.read_exact(&mut byte).is_ok() && byte != *b"." && stream.write_all(&[own]).is_ok() {}
        }
    });
}

#[test]
fn a_connection_from_a_port_that_was_just_used_goes_where_it_belongs() {
    let mut world = three();
    world.kernel = quick(&world);
    answering(world.listen("10.2.0.2:8080"), b'a');
    answering(world.listen("10.2.0.2:8081"), b'b');
    let target = |index, port| element("targets", &[Value::Mark(index)], Data::Values(vec![addr("10.2.0.2"), Value::Port(port)]));
    let turns = Action::Dnat(Nat::by_map([Field::RoundRobin(2)], "targets", Gives::AddrPort));
    let rules = [
        table(),
        set("targets", &[Type::Mark], SetData::Values(vec![Type::Addr, Type::Port])),
        target(0, 8080),
        target(1, 8081),
        base(
            "translate",
            ChainKind::Nat,
            HookPoint::Prerouting,
            -100,
            vec![Rule::new([Match::is(Field::Daddr, addr(SERVICE))], [turns])],
        ),
    ];
    world.settle("router", &router(&[&rules[..], &shortcuts()].concat()));
    let heard: Vec<u8> = (0..30)
        .map(|n| {
            let to = SocketAddrV4::new(SERVICE.parse().unwrap(), 80);
            let mut stream = world.places.run_in("client", || connect_from(4000, to)).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            stream.set_nodelay(true).unwrap();
            let mut answers = [0; 100];
            for answer in answers.chunks_exact_mut(1) {
                stream.write_all(b"?").unwrap();
                stream.read_exact(answer).unwrap_or_else(|error| panic!("connection {n}: {error}"));
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "one connection, two servers");
            stream.write_all(b".").unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap(), 0);
            answers[0]
        })
        .collect();
    assert!(heard.contains(&b'a') && heard.contains(&b'b'));
}

#[test]
fn programs_of_an_earlier_process_give_way_to_those_of_the_next() {
    let (world, wanted) = translating(&[]);
    let client = datagrams(&world);
    let made = |kernel: &Netlink| {
        kernel.observe("router", &[]).unwrap().iter().filter(|object| matches!(object, Object::Shortcut(_))).count()
    };
    let next = quick(&world);
    assert_eq!((made(&world.kernel), made(&next)), (2, 0));
    next.bring("router", &wanted(&[])).unwrap();
    assert_eq!((made(&world.kernel), made(&next)), (0, 2));
    assert!((0..200).all(|n| answered(&client, &n.to_string())));
    next.bring("router", &wanted(&[Rule::new([], [Action::Verdict(Verdict::Drop)])])).unwrap();
    assert!(!answered(&client, "closed by the next"));
}

#[test]
fn shortcuts_go_and_where_there_are_none_they_are_refused() {
    let (world, wanted) = translating(&[]);
    let without: Vec<Object> = wanted(&[]).into_iter().filter(|object| !matches!(object, Object::Shortcut(_))).collect();
    world.settle("router", &without);
    let plain = Netlink::new(world.places.clone(), "underpass");
    assert!(!plain.has_shortcuts());
    let error = plain.bring("router", &wanted(&[])).unwrap_err();
    assert!(error.to_string().contains("add shortcut dev to-client"), "{error}");
}
