//! Namespaces and links.

use std::net::{TcpListener, TcpStream};

use kernel::{Change, Kernel, KernelError, Key, Object};

use crate::world::{World, address, assert_same, end, sysctl, veth};

#[test]
fn a_namespace_has_its_loopback_up_and_does_not_pace() {
    let world = World::with(&["a"]);
    assert!(world.run("a", "ip", "link show lo").unwrap().contains("LOOPBACK,UP"));
    let control = world.run("a", "cat", "/proc/sys/net/ipv4/tcp_congestion_control").unwrap();
    assert!(["cubic", "reno"].contains(&control.trim()), "{control}");
    assert_eq!(world.kernel.namespaces().unwrap(), ["a"]);
    assert!(matches!(world.kernel.create_namespace("a"), Err(KernelError::NamespaceExists(name)) if name == "a"));
}

#[test]
fn links_of_a_namespace_have_no_ipv6_past_the_filters() {
    let world = World::with(&["a", "b"]);
    world.settle("a", &[veth("to-b", "b", "eth0")]);
    for namespace in ["a", "b"] {
        let shown = world.run(namespace, "ip", "-6 -o addr").unwrap();
        assert!(shown.lines().all(|line| line.contains(": lo ")) && shown.contains("::1/128"), "{shown}");
    }
}

#[test]
fn a_deleted_namespace_is_gone_and_may_be_deleted_again() {
    let world = World::with(&["a", "b"]);
    world.settle("a", &[veth("to-b", "b", "eth0")]);
    world.kernel.delete_namespace("b").unwrap();
    world.kernel.delete_namespace("b").unwrap();
    assert_eq!(world.kernel.namespaces().unwrap(), ["a"]);
    assert!(matches!(world.kernel.observe("b", &[]), Err(KernelError::NoNamespace(_))));
    assert!(matches!(world.kernel.create_namespace("../b"), Err(KernelError::Invalid { .. })));
    world.kernel.create_namespace("b").unwrap();
}

#[test]
fn namespaces_outlive_their_place_object_and_are_found_again() {
    let world = World::with(&["a"]);
    world.settle("a", &[address("lo", "10.0.0.1/32")]);
    let again = kernel::Netlink::new(world.places.clone(), "underpass");
    assert_same(&[address("lo", "10.0.0.1/32")], &again.observe("a", &[]).unwrap());
}

#[test]
fn a_pair_joins_two_namespaces_and_is_observed_from_its_owner_only() {
    let world = World::with(&["a", "b"]);
    world.settle("a", &[veth("to-b", "b", "eth0"), address("to-b", "10.1.0.1/24")]);
    world.settle("b", &[address("eth0", "10.1.0.2/24")]);
    let shown = world.run("b", "ip", "-d link show eth0").unwrap();
    assert!(shown.contains("veth") && shown.contains(&end("eth0").mac.to_string()) && shown.contains("state UP"), "{shown}");
    let listener = world.places.socket_in("b", || TcpListener::bind("10.1.0.2:80")).unwrap();
    world.places.socket_in("a", || TcpStream::connect("10.1.0.2:80")).unwrap();
    assert!(listener.accept().unwrap().1.ip().is_ipv4());
}

#[test]
fn applying_twice_changes_nothing_and_adding_again_is_no_error() {
    let world = World::with(&["a", "b"]);
    let wanted = [veth("to-b", "b", "eth0"), address("to-b", "10.1.0.1/24")];
    world.settle("a", &wanted);
    assert_eq!(world.kernel.bring("a", &wanted).unwrap(), []);
    let again: Vec<Change> = wanted.iter().cloned().map(Change::Add).collect();
    world.kernel.apply("a", &again).unwrap();
    assert_same(&wanted, &world.observed("a", &wanted));
}

#[test]
fn what_a_stranger_did_to_either_end_of_a_pair_is_seen_and_mended() {
    let world = World::with(&["a", "b", "c"]);
    let wanted = [veth("to-b", "b", "eth0"), address("to-b", "10.1.0.1/24")];
    world.settle("a", &wanted);
    for (namespace, vandalism) in [
        ("a", "link set to-b down"),
        ("a", "link set to-b mtu 1400"),
        ("b", "link set eth0 down"),
        ("b", "link set eth0 address 02:00:00:00:00:07"),
        ("b", "link del eth0"),
        ("a", "addr flush dev to-b"),
    ] {
        world.run(namespace, "ip", vandalism).unwrap();
        assert_ne!(world.kernel.bring("a", &wanted).unwrap(), [], "{vandalism} was not seen");
        assert_same(&wanted, &world.observed("a", &wanted));
    }
}

#[test]
fn a_pair_whose_far_end_moves_is_made_anew_with_its_addresses() {
    let world = World::with(&["a", "b", "c"]);
    world.settle("a", &[veth("x", "b", "eth0"), address("x", "10.1.0.1/24")]);
    world.settle("a", &[veth("x", "c", "eth0"), address("x", "10.1.0.1/24")]);
    assert!(world.run("b", "ip", "link show eth0").is_err());
    world.run("c", "ip", "link show eth0").unwrap();
}

#[test]
fn many_links_go_at_once() {
    let world = World::with(&["a", "b"]);
    let wanted: Vec<Object> = (0..50).map(|n| veth(&format!("v{n}"), "b", &format!("e{n}"))).collect();
    world.settle("a", &wanted);
    world.settle("a", &wanted[..1]);
    assert_eq!(world.run("b", "ip", "-o link show type veth").unwrap().lines().count(), 1);
    world.kernel.apply("a", &[Change::Remove(Key::Link("not-there".into()))]).unwrap();
}

#[test]
fn links_of_others_are_left_alone() {
    let world = World::with(&["a"]);
    world.run("a", "ip", "link add theirs type veth peer name also-theirs").unwrap();
    world.settle("a", &[veth("ours", "a", "ours-too")]);
    world.settle("a", &[]);
    world.run("a", "ip", "link show theirs").unwrap();
}

#[test]
fn impossible_links_are_refused_by_name() {
    let world = World::with(&["a"]);
    let add = |object| world.kernel.apply("a", &[Change::Add(object)]);
    assert!(matches!(add(veth("a-name-that-is-too-long", "a", "x")), Err(KernelError::Invalid { .. })));
    assert!(matches!(add(veth("x", "nowhere", "eth0")), Err(KernelError::NoNamespace(name)) if name == "nowhere"));
    let error = add(address("missing", "10.0.0.1/8")).unwrap_err();
    assert_eq!(error.to_string(), "the kernel refused to add address 10.0.0.1/8 dev missing");
    assert_eq!(error.errno(), Some(libc::ENODEV));
}

#[test]
fn settings_of_the_namespace_and_of_devices_take_and_are_read_back() {
    let world = World::with(&["a", "b"]);
    let wanted = [
        sysctl("net/ipv4/conf/d0/proxy_arp", "1"),
        sysctl("net/ipv4/neigh/d0/proxy_delay", "0"),
        sysctl("net/ipv4/ip_forward", "1"),
        sysctl("net/ipv4/ip_local_port_range", "20000 60999"),
        veth("d0", "b", "eth0"),
    ];
    world.settle("a", &wanted);
    world.run("a", "sysctl", "-w net.ipv4.ip_forward=0").unwrap();
    assert_eq!(world.kernel.bring("a", &wanted).unwrap().len(), 1);
    assert!(matches!(world.kernel.apply("a", &[Change::Add(sysctl("kernel/panic", "1"))]), Err(KernelError::Invalid { .. })));
    assert!(matches!(
        world.kernel.apply("a", &[Change::Add(sysctl("net/../kernel/panic", "1"))]),
        Err(KernelError::Invalid { .. })
    ));
}
