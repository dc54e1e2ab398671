//! What strangers break is mended, what a predecessor left is adopted, and in the end nothing is left.

use std::time::{Duration, Instant};

use kernel::{Kernel, Netlink};
use resource::*;

use crate::cloud::{Cloud, real};

/// A world with something of everything: two instances, a public address, and an endpoint in its own VPC.
fn whole() -> (Cloud<Netlink>, VpcId, [InstanceId; 2]) {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let open = cloud.open_group(&vpc);
    let (client, eni) = cloud.instance(&subnet, "10.0.0.4", &[&open]);
    let (server, _) = cloud.instance(&subnet, "10.0.0.5", &[&open]);
    let gateway = cloud.internet_gateway(Some(&vpc));
    cloud.public_address("198.18.0.10", Some(&eni));
    let nat = cloud.nat_gateway(&subnet, "10.0.0.7", "198.18.0.11");
    cloud.route(&cloud.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    cloud.route(&cloud.main_table(&vpc), "192.0.2.0/24", RouteTarget::NatGateway(nat));
    let targets = cloud.target_group(&vpc, TargetType::Instance);
    cloud.target(&targets, TargetId::Instance(server.clone()), 80, Some(HealthState::Healthy));
    let balancer = cloud.balancer(&[(&subnet, "10.0.0.8")], &[]);
    cloud.listener(&balancer, 80, &targets);
    let service = cloud.service(&balancer);
    cloud.endpoint(&service, &[(&subnet, "10.0.0.9")], &[&open], EndpointState::Available);
    cloud.acl(&vpc, &[&subnet], &["in", "out"].map(|way| crate::world::entry(9, way, Traffic::Tcp(1, 65535), "0.0.0.0/0", true)));
    cloud.settle();
    (cloud, vpc, [client, server])
}

/// Sweeps until a sweep finds nothing to do: the kernel takes namespaces apart in its own time.
fn sweep(cloud: &Cloud<Netlink>) {
    let begun = Instant::now();
    loop {
        let report = cloud.converge_all();
        if report.failed.is_empty() && report.changes == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{report:?}");
    }
}

fn check(cloud: &Cloud<Netlink>, [client, server]: &[InstanceId; 2]) {
    cloud.serve(server, "10.0.0.5:80", "server");
    assert_eq!(cloud.reaches(client, "10.0.0.5:80"), "server sees 10.0.0.4");
    assert_eq!(cloud.reaches(client, "10.0.0.9:80"), "server sees 10.0.0.8");
    cloud.serve("internet", "198.18.0.1:80", "internet");
    assert_eq!(cloud.reaches(client, "198.18.0.1:80"), "internet sees 198.18.0.10");
}

#[test]
fn a_restart_over_an_unchanged_world_changes_nothing() {
    let (cloud, _, hosts) = whole();
    check(&cloud, &hosts);
    cloud.restart();
    let report = cloud.converge_all();
    assert!(report.failed.is_empty() && report.changes == 0, "{report:?}");
}

#[test]
fn a_filter_that_was_flushed_comes_back() {
    let (cloud, vpc, hosts) = whole();
    cloud.run(&vpc, "nft", "flush ruleset").unwrap();
    sweep(&cloud);
    check(&cloud, &hosts);
}

#[test]
fn rules_and_elements_that_were_tampered_with_come_back() {
    let (cloud, vpc, hosts) = whole();
    cloud.run(&vpc, "nft", "insert rule ip underpass leave accept").unwrap();
    cloud.run(&vpc, "nft", "flush set ip underpass open").unwrap();
    cloud.run(&vpc, "nft", "flush map ip underpass ingress").unwrap();
    assert!(cloud.converge_all().changes > 0);
    sweep(&cloud);
    check(&cloud, &hosts);
}

#[test]
fn links_addresses_routes_and_settings_that_were_deleted_come_back() {
    let (cloud, vpc, hosts) = whole();
    let devices = cloud.run(&vpc, "ip", "-br link show type veth").unwrap();
    for device in devices.lines().map(|line| line.split(['@', ' ']).next().unwrap()) {
        // The other end of the loop goes with its first.
        let _ = cloud.run(&vpc, "ip", &format!("link del {device}"));
    }
    cloud.run(&vpc, "ip", "address flush dev lo").unwrap();
    cloud.run(&vpc, "ip", "rule flush").unwrap();
    cloud.run(&vpc, "sysctl", "-q net.ipv4.ip_forward=0").unwrap();
    cloud.run(&hosts[0], "ip", "route flush table main").unwrap();
    sweep(&cloud);
    check(&cloud, &hosts);
}

/// As on AWS: an appliance has addresses that nobody gave it, and an MTU of its choice.
#[test]
fn what_a_guest_sets_on_its_own_interfaces_stays() {
    let (cloud, _, [client, server]) = whole();
    for command in [
        "address add 203.0.115.9/32 dev lo",
        "address add 10.0.0.240/24 dev eth0",
        "link set eth0 mtu 1400",
        "link add own type veth peer name other",
        "address add 172.17.0.1/16 dev own",
        "address del 10.0.0.5/24 dev eth0",
    ] {
        cloud.run(&server, "ip", command).unwrap();
    }
    sweep(&cloud);
    cloud.restart();
    sweep(&cloud);
    let shown = cloud.run(&server, "ip", "address show").unwrap();
    for told in ["203.0.115.9/32", "10.0.0.240/24", "mtu 1400", "172.17.0.1/16", "10.0.0.5/24"] {
        assert!(shown.contains(told), "{told} is not in {shown}");
    }
    check(&cloud, &[client, server]);
}

#[test]
fn namespaces_that_were_removed_come_back() {
    let (cloud, vpc, hosts) = whole();
    for namespace in [vpc.as_str(), hosts[1].as_str(), "internet"] {
        cloud.kernel.places().delete(namespace).unwrap();
        sweep(&cloud);
    }
    check(&cloud, &hosts);
}

#[test]
fn strangers_are_removed() {
    let (cloud, vpc, hosts) = whole();
    cloud.kernel.create_namespace("stranger").unwrap();
    cloud.run(&vpc, "ip", "route add 10.77.0.0/16 dev lo table 100").unwrap();
    cloud.run(&vpc, "nft", "add chain ip underpass stranger").unwrap();
    sweep(&cloud);
    assert!(!cloud.kernel.namespaces().unwrap().contains(&"stranger".to_owned()));
    let chains = cloud.run(&vpc, "nft", "list chains").unwrap();
    assert!(!chains.contains("stranger"));
    check(&cloud, &hosts);
}

#[test]
fn an_emptied_world_leaves_nothing() {
    let (cloud, _, _) = whole();
    cloud.write(|txn| {
        let world = store::Snapshot::clone(txn);
        remove_all::<VpcEndpoint>(txn, &world);
        remove_all::<EndpointService>(txn, &world);
        remove_all::<Listener>(txn, &world);
        remove_all::<LoadBalancer>(txn, &world);
        remove_all::<NatGateway>(txn, &world);
        remove_all::<ElasticAddress>(txn, &world);
        remove_all::<NetworkInterface>(txn, &world);
        remove_all::<Instance>(txn, &world);
        remove_all::<InternetGateway>(txn, &world);
        remove_all::<SecurityGroup>(txn, &world);
        remove_all::<NetworkAcl>(txn, &world);
        remove_all::<RouteTable>(txn, &world);
        remove_all::<Subnet>(txn, &world);
        remove_all::<Vpc>(txn, &world);
    });
    cloud.settle();
    assert_eq!(cloud.kernel.namespaces().unwrap(), [""; 0]);
}

fn remove_all<R: Resource>(txn: &mut store::Txn, world: &store::Snapshot) {
    world.all::<R>().for_each(|resource| txn.remove::<R>(&resource.key()));
}
