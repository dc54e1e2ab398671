//! Workloads of one VPC among themselves: every packet goes through the router.

use resource::*;

use crate::cloud::{Cloud, real};
use crate::world::{PING, all_out, from, ingress};

/// A VPC with the subnets 10.0.0 and 10.0.1.
fn two_subnets() -> (Cloud<kernel::Netlink>, VpcId, [SubnetId; 2]) {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnets = [(0, 'a'), (1, 'b')].map(|(n, zone)| cloud.subnet(&vpc, &format!("10.0.{n}.0/24"), zone));
    (cloud, vpc, subnets)
}

#[test]
fn neighbours_and_other_subnets_are_reached_through_the_router() {
    let (cloud, vpc, [a, b]) = two_subnets();
    let open =
        cloud.group(&vpc, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/16")), ingress(PING, from("10.0.0.0/16"))]);
    let (client, _) = cloud.instance(&a, "10.0.0.4", &[&open]);
    let (neighbour, _) = cloud.instance(&a, "10.0.0.5", &[&open]);
    let (other, _) = cloud.instance(&b, "10.0.1.4", &[&open]);
    cloud.settle();
    cloud.serve(&neighbour, "10.0.0.5:80", "neighbour");
    cloud.serve(&other, "10.0.1.4:80", "other");
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "neighbour sees 10.0.0.4");
    assert_eq!(cloud.reaches(&client, "10.0.1.4:80"), "other sees 10.0.0.4");
    assert!(cloud.pings(&client, "10.0.0.5"));
    let hops = cloud.run(&client, "ip", "neigh show 10.0.0.5").unwrap();
    let router = cloud.run(&vpc, "ip", "-br link show").unwrap();
    let mac = hops.split_whitespace().nth(4).unwrap();
    assert!(router.contains(mac), "the neighbour is met at the router's Ethernet address, not its own: {hops} {router}");
}

#[test]
fn packets_leave_with_the_primary_address_also_where_another_comes_before_it() {
    let (cloud, vpc, [a, b]) = two_subnets();
    let open = cloud.group(&vpc, &[all_out(), ingress(Traffic::All, from("10.0.0.0/16"))]);
    let (client, interface) = cloud.instance(&a, "10.0.0.9", &[&open]);
    cloud.update::<NetworkInterface>(&interface, |eni| eni.addresses.push([10, 0, 0, 4].into()));
    let (neighbour, _) = cloud.instance(&a, "10.0.0.20", &[&open]);
    let (other, _) = cloud.instance(&b, "10.0.1.20", &[&open]);
    cloud.settle();
    cloud.serve(&neighbour, "10.0.0.20:80", "neighbour");
    cloud.serve(&other, "10.0.1.20:80", "other");
    cloud.serve(&client, "10.0.0.4:80", "client");
    assert_eq!(cloud.reaches(&client, "10.0.0.20:80"), "neighbour sees 10.0.0.9");
    assert_eq!(cloud.reaches(&client, "10.0.1.20:80"), "other sees 10.0.0.9");
    assert_eq!(cloud.reaches(&neighbour, "10.0.0.4:80"), "client sees 10.0.0.20");
}

#[test]
fn an_address_that_nobody_has_is_silence() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = cloud.group(&vpc, &[all_out()]);
    let (client, _) = cloud.instance(&subnet, "10.0.0.4", &[&group]);
    cloud.settle();
    for nobody in ["10.0.0.99:80", "10.0.77.1:80", "192.0.2.1:80", "198.18.0.1:80", "10.0.0.1:80", "248.0.0.1:80", "252.0.0.1:80"]
    {
        cloud.is_silent(&client, nobody);
    }
}

#[test]
fn a_source_that_is_not_the_interfaces_own_is_dropped_unless_the_check_is_off() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let open = cloud.open_group(&vpc);
    let (client, interface) = cloud.instance(&subnet, "10.0.0.4", &[&open]);
    let (server, _) = cloud.instance(&subnet, "10.0.0.5", &[&open]);
    cloud.settle();
    let (client, server) = (client.to_string(), server.to_string());
    cloud.run(&client, "ip", "address add 10.0.0.77/32 dev lo").unwrap();
    let spoofed = || cloud.datagram((&client, "10.0.0.77:0"), (&server, "10.0.0.5:9"));
    assert_eq!(cloud.datagram((&client, "10.0.0.4:0"), (&server, "10.0.0.5:9")).as_deref(), Some("10.0.0.4"));
    assert_eq!(spoofed(), None);
    cloud.update::<NetworkInterface>(&interface, |eni| eni.source_dest_check = false);
    cloud.converge();
    assert_eq!(spoofed().as_deref(), Some("10.0.0.77"));
    cloud.update::<NetworkInterface>(&interface, |eni| eni.source_dest_check = true);
    cloud.converge();
    assert_eq!(spoofed(), None);
}

#[test]
fn a_route_to_an_interface_leads_to_an_appliance() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let (a, b) = (cloud.subnet(&vpc, "10.0.0.0/24", 'a'), cloud.subnet(&vpc, "10.0.1.0/24", 'a'));
    let open = cloud.open_group(&vpc);
    let (client, _) = cloud.instance(&a, "10.0.0.4", &[&open]);
    let (appliance, eni) = cloud.instance(&b, "10.0.1.4", &[&open]);
    cloud.route(&cloud.main_table(&vpc), "10.99.0.0/16", RouteTarget::Interface(eni.clone()));
    cloud.settle();
    cloud.run(&appliance, "ip", "address add 10.99.0.1/32 dev lo").unwrap();
    cloud.serve(&appliance, "10.99.0.1:80", "appliance");
    cloud.is_silent(&client, "10.99.0.1:80");
    let arrives = || cloud.datagram((client.as_str(), "10.0.0.4:0"), (appliance.as_str(), "10.99.0.1:9"));
    assert_eq!(arrives(), None, "its destination is checked as well");
    cloud.update::<NetworkInterface>(&eni, |eni| eni.source_dest_check = false);
    cloud.converge();
    assert_eq!(arrives().as_deref(), Some("10.0.0.4"));
    assert_eq!(cloud.reaches(&client, "10.99.0.1:80"), "appliance sees 10.0.0.4");
}

#[test]
fn an_interface_that_moves_to_another_instance_takes_its_traffic_along() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let open = cloud.open_group(&vpc);
    let (client, _) = cloud.instance(&subnet, "10.0.0.4", &[&open]);
    let (first, _) = cloud.instance(&subnet, "10.0.0.5", &[&open]);
    let (second, _) = cloud.instance(&subnet, "10.0.0.6", &[&open]);
    let moving = cloud.interface(&subnet, InterfaceKind::Workload, "10.0.0.9", &[&open], Holder::Instance(first.clone()));
    cloud.update::<NetworkInterface>(&moving, |eni| eni.attachment.as_mut().unwrap().device_index = 1);
    cloud.settle();
    cloud.serve(&first, "10.0.0.9:80", "first");
    assert_eq!(cloud.reaches(&client, "10.0.0.9:80"), "first sees 10.0.0.4");
    cloud.update::<NetworkInterface>(&moving, |eni| eni.attachment.as_mut().unwrap().holder = Holder::Instance(second.clone()));
    cloud.settle();
    cloud.serve(&second, "10.0.0.9:80", "second");
    assert_eq!(cloud.reaches(&client, "10.0.0.9:80"), "second sees 10.0.0.4");
}

#[test]
fn amazons_own_addresses_are_reached_whatever_the_groups_say_and_only_on_their_ports() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let nothing = cloud.group(&vpc, &[]);
    let (client, _) = cloud.instance(&subnet, "10.0.0.4", &[&nothing]);
    cloud.acl(&vpc, &[&subnet], &[]);
    cloud.settle();
    let (router, host) = (vpc.to_string(), client.to_string());
    for resolver in ["10.0.0.2:53", "169.254.169.253:53"] {
        assert_eq!(cloud.datagram((&host, "10.0.0.4:0"), (&router, resolver)).as_deref(), Some("10.0.0.4"), "{resolver}");
    }
    assert_eq!(cloud.datagram((&host, "10.0.0.4:0"), (&router, "10.0.0.2:54")), None);
    cloud.serve(&vpc, "169.254.169.254:80", "metadata");
    cloud.serve(&vpc, "169.254.169.254:22", "nobody");
    assert_eq!(cloud.reaches(&client, "169.254.169.254:80"), "metadata sees 10.0.0.4");
    cloud.is_silent(&client, "169.254.169.254:22");
}

#[test]
fn a_program_of_the_host_has_a_namespace_and_an_interface_of_its_own() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let open = cloud.open_group(&vpc);
    let (server, _) = cloud.instance(&subnet, "10.0.0.5", &[&open]);
    let holder = Holder::Process { pid: std::process::id(), started: 1 };
    let interface = cloud.interface(&subnet, InterfaceKind::Workload, "10.0.0.4", &[&open], holder);
    cloud.settle();
    cloud.serve(&server, "10.0.0.5:80", "server");
    assert_eq!(cloud.reaches(&interface, "10.0.0.5:80"), "server sees 10.0.0.4");
    cloud.remove::<NetworkInterface>(&interface);
    cloud.settle();
    assert!(!kernel::Kernel::namespaces(cloud.kernel.as_ref()).unwrap().contains(&interface.to_string()));
}

#[test]
fn a_route_to_a_subnet_of_the_vpc_itself_leads_through_an_appliance() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let [a, b, c] = [0, 1, 2].map(|n| cloud.subnet(&vpc, &format!("10.0.{n}.0/24"), 'a'));
    let open = cloud.open_group(&vpc);
    let (client, _) = cloud.instance(&a, "10.0.0.4", &[&open]);
    let (server, _) = cloud.instance(&b, "10.0.1.4", &[&open]);
    let (appliance, eni) = cloud.instance(&c, "10.0.2.4", &[&open]);
    cloud.update::<NetworkInterface>(&eni, |eni| eni.source_dest_check = false);
    let (near, far) = (cloud.table(&vpc, &[Some(&a)]), cloud.table(&vpc, &[Some(&b)]));
    cloud.route(&near, "10.0.1.0/24", RouteTarget::Interface(eni.clone()));
    cloud.route(&far, "10.0.0.0/24", RouteTarget::Interface(eni));
    cloud.settle();
    cloud.serve(&server, "10.0.1.4:80", "server");
    cloud.is_silent(&client, "10.0.1.4:80");
    cloud.run(&appliance, "sysctl", "-q net.ipv4.ip_forward=1").unwrap();
    assert_eq!(cloud.reaches(&client, "10.0.1.4:80"), "server sees 10.0.0.4");
    cloud.update::<RouteTable>(&near, |table| table.routes.clear());
    cloud.update::<RouteTable>(&far, |table| table.routes.clear());
    cloud.converge();
    cloud.run(&appliance, "sysctl", "-q net.ipv4.ip_forward=0").unwrap();
    assert_eq!(cloud.reaches(&client, "10.0.1.4:80"), "server sees 10.0.0.4");
}
