//! Network Load Balancers inside their VPC.

use std::collections::BTreeSet;

use kernel::nft::Value;
use kernel::{Kernel, Object};
use resource::*;

use crate::cloud::{Cloud, real, simulated};
use crate::world::{all_out, from, ingress, members};

struct Balanced {
    cloud: Cloud<kernel::Netlink>,
    client: InstanceId,
    targets: String,
    balancer: String,
    served: [InstanceId; 2],
}

/// A client at 10.0.0.4 and a balancer at 10.0.0.9:80 over two targets on port 8080.
fn balanced() -> Balanced {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let open = cloud.group(&vpc, &[all_out(), ingress(Traffic::Tcp(8080, 8080), from("10.0.0.0/24"))]);
    let (client, _) = cloud.instance(&subnet, "10.0.0.4", &[&open]);
    let targets = cloud.target_group(&vpc, TargetType::Instance);
    let served = ["10.0.0.5", "10.0.0.6"].map(|address| cloud.instance(&subnet, address, &[&open]).0);
    for instance in &served {
        cloud.target(&targets, TargetId::Instance(instance.clone()), 8080, Some(HealthState::Healthy));
    }
    let balancer = cloud.balancer(&[(&subnet, "10.0.0.9")], &[]);
    cloud.listener(&balancer, 80, &targets);
    cloud.settle();
    for (instance, name) in served.iter().zip(["first", "second"]) {
        cloud.serve(instance, "0.0.0.0:8080", name);
    }
    Balanced { cloud, client, targets, balancer, served }
}

impl Balanced {
    /// What sixteen connections are told.
    fn answers(&self) -> BTreeSet<String> {
        (0..16).map(|_| self.cloud.reaches(&self.client, "10.0.0.9:80")).collect()
    }
}

fn set(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn flows_are_spread_over_targets_and_targets_see_the_client() {
    let balanced = balanced();
    assert_eq!(balanced.answers(), set(&["first sees 10.0.0.4", "second sees 10.0.0.4"]));
    balanced.cloud.target_attribute(&balanced.targets, "preserve_client_ip.enabled", "false");
    balanced.cloud.settle();
    assert_eq!(balanced.answers(), set(&["first sees 10.0.0.9", "second sees 10.0.0.9"]));
}

#[test]
fn flows_through_a_balancer_are_tracked_however_open_the_rules_are() {
    let balanced = balanced();
    let cloud = &balanced.cloud;
    let interface = cloud.snapshot().linked::<NetworkInterface>(Instance::KIND, &balanced.client).next().unwrap();
    let rules = |rules: &[GroupRule]| {
        cloud.update::<SecurityGroup>(&interface.groups[0], |group| group.rules = rules.to_vec());
        cloud.settle();
    };
    rules(&[all_out(), ingress(Traffic::All, from("0.0.0.0/0"))]);
    let (_, mut straight) = cloud.connect_to(&balanced.client, "10.0.0.5:8080");
    let (_, mut balanced) = cloud.connect_to(&balanced.client, "10.0.0.9:80");
    rules(&[]);
    assert!(!crate::packets::echoes(&mut straight));
    assert!(crate::packets::echoes(&mut balanced));
}

#[test]
fn an_unhealthy_target_gets_no_new_flows_and_keeps_its_old_ones_when_its_group_ends_none() {
    let balanced = balanced();
    let cloud = &balanced.cloud;
    cloud.target_attribute(&balanced.targets, "target_health_state.unhealthy.connection_termination.enabled", "false");
    let mut streams: Vec<_> = (0..8).map(|_| cloud.connect_to(&balanced.client, "10.0.0.9:80").1).collect();
    cloud.health(&balanced.targets, TargetId::Instance(balanced.served[0].clone()), 8080, HealthState::Unhealthy);
    cloud.settle();
    assert_eq!(balanced.answers(), set(&["second sees 10.0.0.4"]));
    assert!(streams.iter_mut().all(crate::packets::echoes));
}

#[test]
fn an_unhealthy_target_loses_its_old_flows_and_a_healthy_one_keeps_them() {
    let balanced = balanced();
    let cloud = &balanced.cloud;
    let streams: Vec<_> = (0..16).map(|_| cloud.connect_to(&balanced.client, "10.0.0.9:80")).collect();
    cloud.health(&balanced.targets, TargetId::Instance(balanced.served[0].clone()), 8080, HealthState::Unhealthy);
    cloud.settle();
    for (greeting, mut stream) in streams {
        assert_eq!(crate::packets::echoes(&mut stream), greeting.starts_with("second"), "{greeting}");
    }
}

#[test]
fn a_port_without_a_listener_and_one_without_targets_are_silent() {
    let balanced = balanced();
    let cloud = &balanced.cloud;
    cloud.is_silent(&balanced.client, "10.0.0.9:81");
    cloud.update::<TargetGroup>(&balanced.targets, |group| group.targets.clear());
    cloud.settle();
    cloud.is_silent(&balanced.client, "10.0.0.9:80");
}

#[test]
fn the_groups_of_a_balancer_filter_its_clients() {
    let balanced = balanced();
    let cloud = &balanced.cloud;
    let vpc = cloud.find::<LoadBalancer>(&balanced.balancer).vpc;
    let group = cloud.group(&vpc, &[all_out()]);
    let node = cloud.find::<LoadBalancer>(&balanced.balancer).zones[0].interface.clone();
    cloud.update::<LoadBalancer>(&balanced.balancer, |balancer| balancer.groups = vec![group.clone()]);
    cloud.update::<NetworkInterface>(&node, |eni| eni.groups = vec![group.clone()]);
    cloud.settle();
    cloud.is_silent(&balanced.client, "10.0.0.9:80");
    cloud.allow(&group, ingress(Traffic::Tcp(80, 80), from("10.0.0.4/32")));
    cloud.settle();
    cloud.reaches(&balanced.client, "10.0.0.9:80");
}

#[test]
fn a_balancer_with_a_public_address_serves_the_internet() {
    let balanced = balanced();
    let cloud = &balanced.cloud;
    let LoadBalancer { vpc, zones, .. } = cloud.find::<LoadBalancer>(&balanced.balancer);
    let gateway = cloud.internet_gateway(Some(&vpc));
    cloud.route(&cloud.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    cloud.public_address("198.18.0.10", Some(&zones[0].interface));
    cloud.target_attribute(&balanced.targets, "preserve_client_ip.enabled", "false");
    cloud.settle();
    assert!(cloud.reaches("internet", "198.18.0.10:80").ends_with("sees 10.0.0.9"));
    cloud.target_attribute(&balanced.targets, "preserve_client_ip.enabled", "true");
    let group = cloud.snapshot().linked::<SecurityGroup>(Vpc::KIND, &vpc).next().unwrap().id.clone();
    cloud.settle();
    cloud.is_silent("internet", "198.18.0.10:80");
    cloud.allow(&group, ingress(Traffic::Tcp(8080, 8080), from("198.18.0.0/15")));
    cloud.settle();
    assert!(cloud.reaches("internet", "198.18.0.10:80").ends_with("sees 198.18.0.1"));
}

/// A client, a balancer's node and a target in subnets of their own, each with a table of its own, and a gateway.
struct Apart {
    cloud: Cloud<kernel::Netlink>,
    gateway: InternetGatewayId,
    tables: [RouteTableId; 3],
    interfaces: [InterfaceId; 3],
    client: InstanceId,
    targets: String,
    groups: [GroupId; 3],
}

impl Apart {
    fn new() -> Self {
        let cloud = real();
        let vpc = cloud.vpc("10.0.0.0/16");
        let [near, middle, far] = ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"].map(|block| cloud.subnet(&vpc, block, 'a'));
        let groups = [(); 3].map(|()| cloud.group(&vpc, &[all_out()]));
        cloud.allow(&groups[1], ingress(Traffic::Tcp(80, 80), from("0.0.0.0/0")));
        let (client, own) = cloud.instance(&near, "10.0.0.4", &[&groups[0]]);
        let (server, target) = cloud.instance(&far, "10.0.2.4", &[&groups[2]]);
        let balancer = cloud.balancer(&[(&middle, "10.0.1.9")], &[&groups[1]]);
        let targets = cloud.target_group(&vpc, TargetType::Instance);
        cloud.target(&targets, TargetId::Instance(server.clone()), 80, Some(HealthState::Healthy));
        cloud.listener(&balancer, 80, &targets);
        let node = cloud.find::<LoadBalancer>(&balancer).zones[0].interface.clone();
        cloud.public_address("198.18.0.20", Some(&node));
        let gateway = cloud.internet_gateway(Some(&vpc));
        let tables = [&near, &middle, &far].map(|subnet| cloud.table(&vpc, &[Some(subnet)]));
        cloud.settle();
        cloud.serve(&server, "0.0.0.0:80", "the target");
        Self { cloud, gateway, tables, interfaces: [own, node, target], client, targets, groups }
    }

    fn out(&self, table: usize) {
        let gateway = RouteTarget::InternetGateway(self.gateway.clone());
        self.cloud.route(&self.tables[table], "0.0.0.0/0", gateway);
        self.cloud.settle();
    }

    fn lets_in(&self, group: usize, who: RulePeer) {
        self.cloud.allow(&self.groups[group], ingress(Traffic::Tcp(80, 80), who));
        self.cloud.settle();
    }
}

#[test]
fn answers_of_targets_that_see_their_clients_go_by_the_nodes_table_and_not_by_their_own() {
    let apart = Apart::new();
    apart.lets_in(2, from("0.0.0.0/0"));
    apart.out(2);
    apart.cloud.is_silent("internet", "198.18.0.20:80");
    apart.cloud.update::<RouteTable>(&apart.tables[2], |table| table.routes.clear());
    apart.out(1);
    assert_eq!(apart.cloud.reaches("internet", "198.18.0.20:80"), "the target sees 198.18.0.1");
}

#[test]
fn a_nodes_public_address_is_on_the_internet_also_for_its_own_vpc() {
    let apart = Apart::new();
    apart.lets_in(2, from("0.0.0.0/0"));
    apart.out(1);
    assert_eq!(apart.cloud.reaches(&apart.client, "10.0.1.9:80"), "the target sees 10.0.0.4");
    apart.cloud.is_silent(&apart.client, "198.18.0.20:80");
    apart.out(0);
    apart.cloud.is_silent(&apart.client, "198.18.0.20:80");
    apart.cloud.public_address("198.18.0.30", Some(&apart.interfaces[0]));
    apart.cloud.settle();
    assert_eq!(apart.cloud.reaches(&apart.client, "198.18.0.20:80"), "the target sees 198.18.0.30");
    apart.cloud.is_silent(&apart.client, "198.18.0.20:81");
    apart.cloud.target_attribute(&apart.targets, "preserve_client_ip.enabled", "false");
    apart.cloud.settle();
    assert_eq!(apart.cloud.reaches(&apart.client, "198.18.0.20:80"), "the target sees 10.0.1.9");
}

#[test]
fn behind_a_node_that_keeps_the_clients_address_its_own_groups_count_and_the_clients_do_not() {
    let apart = Apart::new();
    apart.lets_in(2, members(&apart.groups[0]));
    apart.cloud.is_silent(&apart.client, "10.0.1.9:80");
    assert_eq!(apart.cloud.reaches(&apart.client, "10.0.2.4:80"), "the target sees 10.0.0.4");
    apart.lets_in(2, members(&apart.groups[1]));
    assert_eq!(apart.cloud.reaches(&apart.client, "10.0.1.9:80"), "the target sees 10.0.0.4");
    apart.out(1);
    assert_eq!(apart.cloud.reaches("internet", "198.18.0.20:80"), "the target sees 198.18.0.1");
    apart.cloud.update::<SecurityGroup>(&apart.groups[1], |group| group.rules.retain(|rule| !rule.egress));
    apart.cloud.settle();
    apart.cloud.is_silent(&apart.client, "10.0.1.9:80");
}

#[test]
fn every_address_of_a_node_resets_what_belongs_to_no_connection() {
    let cloud = simulated();
    let vpc = cloud.vpc("10.0.0.0/16");
    let balancer = cloud.balancer(&[(&cloud.subnet(&vpc, "10.0.0.0/24", 'a'), "10.0.0.9")], &[]);
    let node = cloud.find::<LoadBalancer>(&balancer).zones[0].interface.clone();
    cloud.update::<NetworkInterface>(&node, |eni| eni.addresses.push("10.0.0.10".parse().unwrap()));
    cloud.settle();
    let resetting = cloud.kernel.observe(vpc.as_str(), &[]).unwrap().into_iter().filter_map(|object| match object {
        Object::Element(element) if element.set == "resetting" => Some(element.key),
        _ => None,
    });
    let resetting: Vec<Vec<Value>> = resetting.collect();
    for address in ["10.0.0.9", "10.0.0.10"] {
        assert!(resetting.contains(&vec![Value::Addr(address.parse().unwrap())]), "{address} of {resetting:?}");
    }
}

#[test]
fn the_router_speaks_from_a_nodes_address_as_health_checks_do() {
    let balanced = balanced();
    let cloud = &balanced.cloud;
    let vpc = cloud.find::<LoadBalancer>(&balanced.balancer).vpc;
    let (router, target) = (vpc.to_string(), balanced.served[0].to_string());
    assert_eq!(cloud.datagram((&router, "10.0.0.9:0"), (&target, "10.0.0.5:8080")), None, "the target's groups judge it");
    let group = cloud.snapshot().linked::<SecurityGroup>(Vpc::KIND, &vpc).next().unwrap().id.clone();
    cloud.allow(&group, ingress(Traffic::Udp(8080, 8080), from("10.0.0.9/32")));
    cloud.settle();
    assert_eq!(cloud.datagram((&router, "10.0.0.9:0"), (&target, "10.0.0.5:8080")).as_deref(), Some("10.0.0.9"));
}
