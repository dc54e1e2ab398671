//! How fast things are made. The bounds are loose, for loaded machines; `--nocapture` shows the numbers.

use std::time::{Duration, Instant};

use kernel::nft::{Action, ChainKind, Data, Field, HookPoint, Match, Rule, SetData, Type, Verdict, ct_state};
use kernel::{Change, Kernel, Object};

use crate::filters::{addr, base, chain, element, set, table};
use crate::world::{World, address, route_via, sysctl, veth};

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

#[test]
fn a_network_with_a_workload_and_a_filter_is_made_in_a_few_milliseconds() {
    let world = World::with(&[]);
    let established = Rule::new([Match::any_of(Field::CtState, ct_state::ESTABLISHED)], [Action::Verdict(Verdict::Accept)]);
    let times = (0..20).map(|number| {
        let (router, workload) = (format!("vpc-{number}"), format!("eni-{number}"));
        let wanted = [
            veth("eni0", &workload, "eth0"),
            address("lo", "10.0.0.1/32"),
            route_via(254, "10.0.0.5/32", None, "eni0"),
            sysctl("net/ipv4/ip_forward", "1"),
            sysctl("net/ipv4/conf/eni0/proxy_arp", "1"),
            sysctl("net/ipv4/neigh/eni0/proxy_delay", "0"),
            table(),
            set("enis", &[Type::Addr], SetData::Verdict),
            chain("group", vec![]),
            base(
                "filter",
                ChainKind::Filter,
                HookPoint::Forward,
                0,
                vec![established.clone(), Rule::new([], [Action::Vmap { key: vec![Field::Daddr], map: "enis".into() }])],
            ),
            element("enis", &[addr("10.0.0.5")], Data::Verdict(Verdict::Goto("group".into()))),
        ];
        let changes: Vec<Change> = wanted.into_iter().map(Change::Add).collect();
        let inside = [address("eth0", "10.0.0.5/24"), route_via(254, "0.0.0.0/0", Some("10.0.0.1"), "eth0")];
        timed(|| {
            world.kernel.create_namespace(&router).unwrap();
            world.kernel.create_namespace(&workload).unwrap();
            world.kernel.apply(&router, &changes).unwrap();
            world.kernel.apply(&workload, &inside.map(Change::Add)).unwrap();
        })
    });
    let typical = median(times.collect());
    println!("two namespaces, a link, a filter: {typical:?}");
    assert!(typical < Duration::from_millis(100), "{typical:?}");
}

#[test]
fn observing_a_thousand_links_and_changing_one_address_among_them_is_quick() {
    let world = World::with(&["router", "far"]);
    let wanted: Vec<Object> = (0..1000).map(|n| veth(&format!("v{n}"), "far", &format!("e{n}"))).collect();
    let changes: Vec<Change> = wanted.iter().cloned().map(Change::Add).collect();
    println!("a thousand links: {:?}", timed(|| world.kernel.apply("router", &changes).unwrap()));
    let observing = timed(|| assert_eq!(world.kernel.observe("router", &[]).unwrap().len(), 1000));
    println!("observing them: {observing:?}");
    let one = [Change::Add(address("v500", "10.0.0.1/32"))];
    let changing = timed(|| world.kernel.apply("router", &one).unwrap());
    println!("one address: {changing:?}");
    assert!(observing < Duration::from_secs(2) && changing < Duration::from_millis(200), "{observing:?} {changing:?}");
    println!("removing them: {:?}", timed(|| world.kernel.bring("router", &[]).unwrap()));
}
