//! PrivateLink: one service, one way, across equal addresses, and only while the provider wants it.

use std::collections::BTreeSet;

use resource::*;

use crate::cloud::{Cloud, real};
use crate::packets::{echoes, transfer};
use crate::world::{all_out, from, ingress};

struct Linked {
    cloud: Cloud<kernel::Netlink>,
    consumer: VpcId,
    provider: VpcId,
    client: InstanceId,
    clients: GroupId,
    server: InstanceId,
    balancer: String,
    endpoint: EndpointId,
}

/// A client at 10.0.0.4 with an endpoint at 10.0.0.5, and, in another VPC or in the same one, a balancer at 10.0.1.9:80
/// before a server at 10.0.1.4:8080.
fn linked(same_vpc: bool) -> Linked {
    let cloud = real();
    let consumer = cloud.vpc("10.0.0.0/16");
    let provider = if same_vpc { consumer.clone() } else { cloud.vpc("10.0.0.0/16") };
    let (near, far) = (cloud.subnet(&consumer, "10.0.0.0/24", 'a'), cloud.subnet(&provider, "10.0.1.0/24", 'a'));
    let clients = cloud.group(&consumer, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/24"))]);
    let servers = cloud.group(&provider, &[all_out(), ingress(Traffic::Tcp(8080, 8080), from("10.0.1.9/32"))]);
    let (client, _) = cloud.instance(&near, "10.0.0.4", &[&clients]);
    let (server, _) = cloud.instance(&far, "10.0.1.4", &[&servers]);
    let targets = cloud.target_group(&provider, TargetType::Instance);
    cloud.target(&targets, TargetId::Instance(server.clone()), 8080, Some(HealthState::Healthy));
    let balancer = cloud.balancer(&[(&far, "10.0.1.9")], &[]);
    cloud.listener(&balancer, 80, &targets);
    let service = cloud.service(&balancer);
    let endpoint = cloud.endpoint(&service, &[(&near, "10.0.0.5")], &[&clients], EndpointState::PendingAcceptance);
    cloud.settle();
    cloud.serve(&server, "10.0.1.4:8080", "server");
    Linked { cloud, consumer, provider, client, clients, server, balancer, endpoint }
}

impl Linked {
    fn accepted(self) -> Self {
        self.connect(EndpointState::Available);
        self
    }

    #[track_caller]
    fn connect(&self, state: EndpointState) {
        self.cloud.connect(&self.endpoint, state);
        self.cloud.settle();
    }
}

#[test]
fn the_service_is_reached_from_a_vpc_with_the_same_addresses() {
    let Linked { cloud, client, .. } = linked(false).accepted();
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "server sees 10.0.1.9");
    let (_, stream) = cloud.connect_to(&client, "10.0.0.5:80");
    transfer(&stream, 16 << 20);
}

#[test]
fn the_service_is_reached_from_its_own_vpc() {
    let Linked { cloud, client, .. } = linked(true).accepted();
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "server sees 10.0.1.9");
    let (_, stream) = cloud.connect_to(&client, "10.0.0.5:80");
    transfer(&stream, 16 << 20);
    cloud.is_silent(&client, "10.0.0.5:81");
}

#[test]
fn nothing_passes_before_acceptance_nor_after_rejection() {
    let linked = linked(false);
    let (cloud, client) = (&linked.cloud, &linked.client);
    cloud.is_silent(client, "10.0.0.5:80");
    linked.connect(EndpointState::Available);
    cloud.reaches(client, "10.0.0.5:80");
    linked.connect(EndpointState::Rejected);
    cloud.is_silent(client, "10.0.0.5:80");
    linked.connect(EndpointState::Available);
    cloud.reaches(client, "10.0.0.5:80");
}

#[test]
fn rejecting_cuts_an_established_flow_in_both_kinds_of_path() {
    for same_vpc in [false, true] {
        let linked = linked(same_vpc).accepted();
        let (_, mut stream) = linked.cloud.connect_to(&linked.client, "10.0.0.5:80");
        assert!(echoes(&mut stream));
        linked.connect(EndpointState::Rejected);
        assert!(!echoes(&mut stream), "same VPC: {same_vpc}");
    }
}

#[test]
fn a_deleted_endpoint_cuts_its_flows_and_leaves_nothing() {
    let linked = linked(false).accepted();
    let cloud = &linked.cloud;
    let (_, mut stream) = cloud.connect_to(&linked.client, "10.0.0.5:80");
    assert!(echoes(&mut stream));
    cloud.connect(&linked.endpoint, EndpointState::Deleting);
    cloud.settle();
    assert!(!echoes(&mut stream));
    let links = cloud.run(&linked.provider, "ip", "-br link show").unwrap();
    assert!(!links.lines().any(|line| line.starts_with('c')), "{links}");
}

#[test]
fn the_provider_can_open_nothing_towards_the_consumer() {
    let Linked { cloud, provider, consumer, client, server, .. } = linked(false).accepted();
    cloud.serve(&client, "0.0.0.0:80", "client");
    let pool = plan_of(&cloud)
        .into_iter()
        .find_map(|line| line.split(" as ").nth(1).map(|rest| rest.split('/').next().unwrap().to_owned()));
    let pool = pool.unwrap();
    let last = pool.parse::<std::net::Ipv4Addr>().map(|a| std::net::Ipv4Addr::from(u32::from(a) + 1)).unwrap();
    for address in [pool, last.to_string(), "252.0.0.1".to_owned(), "10.0.0.5".to_owned()] {
        cloud.is_silent(&server, &format!("{address}:80"));
        if !address.starts_with("10.") {
            cloud.has_no_way(&provider, &format!("{address}:80"));
        }
    }
    let routed = cloud.run(&consumer, "ip", "rule").unwrap();
    assert!(routed.contains("240.0.0.0/4"), "{routed}");
}

fn plan_of(cloud: &Cloud<kernel::Netlink>) -> Vec<String> {
    cloud.plan().lines().filter(|line| line.contains(" as ")).map(str::to_owned).collect()
}

#[test]
fn the_fabric_is_no_address_of_any_workload() {
    let Linked { cloud, client, server, .. } = linked(false).accepted();
    for address in ["248.0.0.1:80", "252.0.0.1:80", "252.0.0.2:80", "240.0.0.32:80"] {
        cloud.is_silent(&client, address);
        cloud.is_silent(&server, address);
    }
}

#[test]
fn a_port_without_a_listener_is_silent() {
    let Linked { cloud, client, .. } = linked(false).accepted();
    cloud.is_silent(&client, "10.0.0.5:8080");
    assert!(!cloud.pings(&client, "10.0.0.5"));
}

#[test]
fn the_groups_of_an_endpoint_filter_its_clients() {
    let Linked { cloud, client, clients, .. } = linked(false).accepted();
    cloud.update::<SecurityGroup>(&clients, |group| group.rules.truncate(1));
    cloud.settle();
    cloud.is_silent(&client, "10.0.0.5:80");
    cloud.allow(&clients, ingress(Traffic::Tcp(80, 80), crate::world::members(&clients)));
    cloud.settle();
    cloud.reaches(&client, "10.0.0.5:80");
}

#[test]
fn the_groups_of_a_balancer_judge_the_clients_own_addresses() {
    let linked = linked(false).accepted();
    let (cloud, client) = (&linked.cloud, &linked.client);
    let group = cloud.group(&linked.provider, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.9.0.0/16"))]);
    let node = cloud.find::<LoadBalancer>(&linked.balancer).zones[0].interface.clone();
    cloud.update::<LoadBalancer>(&linked.balancer, |balancer| balancer.groups = vec![group.clone()]);
    cloud.update::<NetworkInterface>(&node, |eni| eni.groups = vec![group.clone()]);
    cloud.settle();
    cloud.is_silent(client, "10.0.0.5:80");
    cloud.update::<LoadBalancer>(&linked.balancer, |balancer| balancer.enforce_on_private_link = false);
    cloud.settle();
    cloud.reaches(client, "10.0.0.5:80");
    cloud.update::<LoadBalancer>(&linked.balancer, |balancer| balancer.enforce_on_private_link = true);
    cloud.allow(&group, ingress(Traffic::Tcp(80, 80), from("10.0.0.4/32")));
    cloud.settle();
    cloud.reaches(client, "10.0.0.5:80");
}

#[test]
fn many_flows_use_the_whole_pool_and_all_targets() {
    let linked = linked(false).accepted();
    let cloud = &linked.cloud;
    let (far, targets) = {
        let world = cloud.snapshot();
        let subnet = world.linked::<Subnet>(Vpc::KIND, &linked.provider).next().unwrap().id.clone();
        (subnet, world.all::<TargetGroup>().next().unwrap().arn.clone())
    };
    let group = cloud.open_group(&linked.provider);
    let (second, _) = cloud.instance(&far, "10.0.1.5", &[&group]);
    cloud.target(&targets, TargetId::Instance(second.clone()), 8080, Some(HealthState::Healthy));
    cloud.settle();
    cloud.serve(&second, "10.0.1.5:8080", "second");
    let heard: BTreeSet<String> = (0..200).map(|_| cloud.reaches(&linked.client, "10.0.0.5:80")).collect();
    assert_eq!(heard.into_iter().collect::<Vec<_>>(), ["second sees 10.0.1.9", "server sees 10.0.1.9"]);
}

#[test]
fn the_balancers_of_a_service_may_stand_in_several_vpcs_and_each_zone_leads_to_its_own() {
    let cloud = real();
    let consumer = cloud.vpc("10.0.0.0/16");
    let zones = ['a', 'b'];
    let near = zones.map(|zone| cloud.subnet(&consumer, if zone == 'a' { "10.0.0.0/24" } else { "10.0.1.0/24" }, zone));
    let clients = cloud.group(&consumer, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/24"))]);
    let (client, _) = cloud.instance(&near[0], "10.0.0.4", &[&clients]);
    let behind = zones.map(|zone| {
        let provider = cloud.vpc("10.0.0.0/16");
        let far = cloud.subnet(&provider, "10.0.7.0/24", zone);
        let servers = cloud.group(&provider, &[all_out(), ingress(Traffic::Tcp(8080, 8080), from("10.0.7.9/32"))]);
        let (server, _) = cloud.instance(&far, "10.0.7.4", &[&servers]);
        let targets = cloud.target_group(&provider, TargetType::Instance);
        cloud.target(&targets, TargetId::Instance(server.clone()), 8080, Some(HealthState::Healthy));
        let balancer = cloud.balancer(&[(&far, "10.0.7.9")], &[]);
        cloud.listener(&balancer, 80, &targets);
        (balancer, server, provider)
    });
    let service = cloud.service(&behind[0].0);
    cloud.update::<EndpointService>(&service, |service| service.balancers.push(behind[1].0.clone()));
    let legs = [(&near[0], "10.0.0.5"), (&near[1], "10.0.1.5")];
    let endpoint = cloud.endpoint(&service, &legs, &[&clients], EndpointState::Available);
    cloud.settle();
    cloud.serve(&behind[0].1, "10.0.7.4:8080", "first");
    cloud.serve(&behind[1].1, "10.0.7.4:8080", "second");
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "first sees 10.0.7.9");
    assert_eq!(cloud.reaches(&client, "10.0.1.5:80"), "second sees 10.0.7.9");
    cloud.update::<EndpointService>(&service, |service| drop(service.balancers.pop()));
    cloud.settle();
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "first sees 10.0.7.9");
    cloud.is_silent(&client, "10.0.1.5:80");
    let links = cloud.run(&behind[1].2, "ip", "-br link show").unwrap();
    assert!(!links.lines().any(|line| line.starts_with('c')), "{links}");
    cloud.connect(&endpoint, EndpointState::Deleting);
    cloud.settle();
    cloud.is_silent(&client, "10.0.0.5:80");
}

#[test]
fn in_one_vpc_the_route_table_of_the_client_is_not_asked_beyond_the_endpoint() {
    let Linked { cloud, consumer, client, .. } = linked(true).accepted();
    let eni = cloud.snapshot().linked::<NetworkInterface>(Instance::KIND, &client).next().unwrap().id.clone();
    cloud.route(&cloud.main_table(&consumer), "10.0.1.0/24", RouteTarget::Interface(eni));
    cloud.settle();
    cloud.is_silent(&client, "10.0.1.4:8080");
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "server sees 10.0.1.9");
}
