//! Peering: two VPCs reach each other as their routes and groups say, and nobody reaches anything through them.

use resource::*;

use crate::cloud::{Cloud, real};
use crate::packets::echoes;
use crate::world::{PING, all_out, from, ingress, members_of_peer};

struct Three {
    cloud: Cloud<kernel::Netlink>,
    vpcs: [VpcId; 3],
    subnets: [SubnetId; 3],
    groups: [GroupId; 3],
    hosts: [InstanceId; 3],
    peerings: [PeeringId; 2],
}

/// VPCs 10.0, 10.1 and 10.2, each with a host .4 that serves port 80 to everybody: the first is peered with the second, and
/// that with the third, and their main tables lead there.
fn three() -> Three {
    let cloud = real();
    let vpcs = [0, 1, 2].map(|n| cloud.vpc(&format!("10.{n}.0.0/16")));
    let subnets = [0, 1, 2].map(|n| cloud.subnet(&vpcs[n], &format!("10.{n}.0.0/24"), 'a'));
    let open = [all_out(), ingress(Traffic::Tcp(80, 80), from("0.0.0.0/0")), ingress(PING, from("0.0.0.0/0"))];
    let groups = [0, 1, 2].map(|n| cloud.group(&vpcs[n], &open));
    let hosts = [0, 1, 2].map(|n| cloud.instance(&subnets[n], &format!("10.{n}.0.4"), &[&groups[n]]).0);
    let peerings = [0, 1].map(|n| cloud.peering(&vpcs[n], &vpcs[n + 1], PeeringState::Active));
    peerings.iter().for_each(|peering| cloud.route_over(peering));
    cloud.settle();
    for (n, host) in hosts.iter().enumerate() {
        cloud.serve(host, &format!("10.{n}.0.4:80"), &format!("host {n}"));
    }
    Three { cloud, vpcs, subnets, groups, hosts, peerings }
}

#[test]
fn peers_reach_each_other_with_their_own_addresses_until_the_connection_is_deleted() {
    let Three { cloud, hosts, peerings, .. } = three();
    assert_eq!(cloud.reaches(&hosts[0], "10.1.0.4:80"), "host 1 sees 10.0.0.4");
    assert_eq!(cloud.reaches(&hosts[1], "10.0.0.4:80"), "host 0 sees 10.1.0.4");
    assert!(cloud.pings(&hosts[0], "10.1.0.4"));
    let (_, mut stream) = cloud.connect_to(&hosts[0], "10.1.0.4:80");
    cloud.update::<PeeringConnection>(&peerings[0], |peering| peering.state = PeeringState::Deleting);
    cloud.settle();
    assert!(!echoes(&mut stream));
    cloud.is_silent(&hosts[0], "10.1.0.4:80");
    assert_eq!(cloud.reaches(&hosts[1], "10.2.0.4:80"), "host 2 sees 10.1.0.4", "the other connection stays");
}

#[test]
fn a_vpc_is_no_way_to_a_third_nor_to_the_internet_nor_to_its_resolver() {
    let Three { cloud, vpcs, hosts, peerings, .. } = three();
    let [first, second, third] = [0, 1, 2].map(|n| cloud.main_table(&vpcs[n]));
    cloud.route(&first, "10.2.0.0/16", RouteTarget::Peering(peerings[0].clone()));
    cloud.route(&third, "10.0.0.0/16", RouteTarget::Peering(peerings[1].clone()));
    let gateway = cloud.internet_gateway(Some(&vpcs[1]));
    cloud.route(&second, "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    cloud.route(&first, "0.0.0.0/0", RouteTarget::Peering(peerings[0].clone()));
    let address = cloud.snapshot().linked::<NetworkInterface>(Instance::KIND, &hosts[1]).next().unwrap().id.clone();
    cloud.public_address("198.18.0.10", Some(&address));
    cloud.settle();
    cloud.serve("internet", "198.18.0.1:80", "internet");
    assert_eq!(cloud.reaches(&hosts[1], "198.18.0.1:80"), "internet sees 198.18.0.10");
    cloud.is_silent(&hosts[0], "10.2.0.4:80");
    cloud.is_silent(&hosts[0], "198.18.0.1:80");
    cloud.is_silent(&hosts[0], "198.18.0.10:80");
    assert!(!cloud.pings(&hosts[0], "10.1.0.2"), "the resolver answers its own VPC only");
    assert!(!cloud.pings(&hosts[0], "10.1.0.1"), "and so does the router");
    assert_eq!(cloud.reaches(&hosts[0], "10.1.0.4:80"), "host 1 sees 10.0.0.4");
}

#[test]
fn both_sides_need_a_route_and_what_has_a_foreign_source_does_not_pass() {
    let Three { cloud, vpcs, hosts, .. } = three();
    let second = cloud.main_table(&vpcs[1]);
    cloud.update::<RouteTable>(&second, |table| table.routes.clear());
    let group = cloud.snapshot().linked::<SecurityGroup>(Vpc::KIND, &vpcs[1]).next().unwrap().id.clone();
    cloud.allow(&group, ingress(Traffic::All, from("0.0.0.0/0")));
    let appliance = cloud.snapshot().linked::<NetworkInterface>(Instance::KIND, &hosts[0]).next().unwrap().id.clone();
    cloud.update::<NetworkInterface>(&appliance, |eni| eni.source_dest_check = false);
    cloud.settle();
    cloud.is_silent(&hosts[0], "10.1.0.4:80");
    cloud.run(&hosts[0], "ip", "address add 10.77.0.1/32 dev lo").unwrap();
    let (own, foreign) = (format!("{}", hosts[0]), format!("{}", hosts[1]));
    assert_eq!(cloud.datagram((&own, "10.0.0.4:7000"), (&foreign, "10.1.0.4:7000")).as_deref(), Some("10.0.0.4"));
    assert_eq!(cloud.datagram((&own, "10.77.0.1:7000"), (&foreign, "10.1.0.4:7001")), None, "the source is in neither VPC");
}

#[test]
fn a_rule_that_names_a_group_of_a_peer_follows_its_members() {
    let Three { cloud, subnets, groups, hosts, peerings, .. } = three();
    cloud.update::<SecurityGroup>(&groups[1], |group| group.rules.truncate(1));
    cloud.settle();
    cloud.is_silent(&hosts[0], "10.1.0.4:80");
    cloud.allow(&groups[1], ingress(Traffic::Tcp(80, 80), members_of_peer(&cloud, &groups[0], &peerings[0])));
    cloud.settle();
    assert_eq!(cloud.reaches(&hosts[0], "10.1.0.4:80"), "host 1 sees 10.0.0.4");
    let (other, _) = cloud.instance(&subnets[0], "10.0.0.5", &[&groups[0]]);
    cloud.settle();
    assert_eq!(cloud.reaches(&other, "10.1.0.4:80"), "host 1 sees 10.0.0.5");
    cloud.is_silent(&hosts[2], "10.1.0.4:80");
    cloud.update::<PeeringConnection>(&peerings[0], |peering| peering.accepter.owner.region = "eu-west-1".into());
    cloud.update::<PeeringConnection>(&peerings[0], |peering| peering.state = PeeringState::Deleted);
    cloud.settle();
    cloud.update::<PeeringConnection>(&peerings[0], |peering| peering.state = PeeringState::Active);
    cloud.settle();
    cloud.is_silent(&hosts[0], "10.1.0.4:80");
}

#[test]
fn a_group_that_is_for_a_further_vpc_means_members_of_a_peers_group_there_where_that_is_a_peer_too() {
    let Three { cloud, vpcs, subnets, groups, hosts, peerings } = three();
    let state = VpcAssociationState::Associated;
    let rule = ingress(Traffic::Tcp(80, 80), members_of_peer(&cloud, &groups[0], &peerings[0]));
    let shared = cloud.group(&vpcs[1], &[all_out(), rule]);
    cloud.update::<SecurityGroup>(&shared, |group| group.associations = vec![VpcAssociation { vpc: vpcs[2].clone(), state }]);
    let (server, _) = cloud.instance(&subnets[2], "10.2.0.5", &[&shared]);
    cloud.settle();
    cloud.serve(&server, "10.2.0.5:80", "server");
    cloud.is_silent(&hosts[0], "10.2.0.5:80");
    cloud.route_over(&cloud.peering(&vpcs[0], &vpcs[2], PeeringState::Active));
    cloud.settle();
    assert_eq!(cloud.reaches(&hosts[0], "10.2.0.5:80"), "server sees 10.0.0.4");
    cloud.is_silent(&hosts[1], "10.2.0.5:80");
}

#[test]
fn an_interface_endpoint_and_a_balancer_of_a_peer_are_used_by_their_addresses() {
    let Three { cloud, vpcs, subnets, groups, hosts, .. } = three();
    let provider = cloud.vpc("10.0.0.0/16");
    let served = cloud.subnet(&provider, "10.0.0.0/24", 'a');
    let inner = cloud.open_group(&provider);
    let (target, _) = cloud.instance(&served, "10.0.0.4", &[&inner]);
    let behind = |vpc: &VpcId, subnet: &SubnetId, node: &str, target: &InstanceId| {
        let targets = cloud.target_group(vpc, TargetType::Instance);
        cloud.update::<TargetGroup>(&targets, |group| {
            drop(group.attributes.insert("preserve_client_ip.enabled".into(), "false".into()))
        });
        cloud.target(&targets, TargetId::Instance(target.clone()), 80, Some(HealthState::Healthy));
        let balancer = cloud.balancer(&[(subnet, node)], &[]);
        cloud.listener(&balancer, 80, &targets);
        balancer
    };
    let service = cloud.service(&behind(&provider, &served, "10.0.0.5", &target));
    cloud.endpoint(&service, &[(&subnets[1], "10.1.0.9")], &[&groups[1]], EndpointState::Available);
    behind(&vpcs[1], &subnets[1], "10.1.0.8", &hosts[1]);
    // The target's own subnet leads nowhere: answers leave by the table of the endpoint's and the node's.
    let inside = cloud.subnet(&vpcs[1], "10.1.7.0/24", 'a');
    cloud.table(&vpcs[1], &[Some(&inside)]);
    let (hidden, _) = cloud.instance(&inside, "10.1.7.4", &[&groups[1]]);
    behind(&vpcs[1], &subnets[1], "10.1.0.7", &hidden);
    cloud.settle();
    cloud.serve(&target, "10.0.0.4:80", "target");
    cloud.serve(&hidden, "10.1.7.4:80", "hidden");
    assert!(cloud.reaches(&hosts[0], "10.1.0.9:80").starts_with("target sees"));
    assert_eq!(cloud.reaches(&hosts[0], "10.1.0.8:80"), "host 1 sees 10.1.0.8");
    assert_eq!(cloud.reaches(&hosts[0], "10.1.0.7:80"), "hidden sees 10.1.0.7");
    cloud.is_silent(&hosts[0], "10.1.7.4:80");
}

#[test]
fn a_private_nat_gateway_leads_to_a_peer_with_its_own_address_and_not_to_the_internet() {
    let Three { cloud, vpcs, subnets, groups, peerings, .. } = three();
    let gateway = cloud.internet_gateway(Some(&vpcs[0]));
    cloud.route(&cloud.main_table(&vpcs[0]), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    let nat = cloud.private_nat_gateway(&subnets[0], "10.0.0.9");
    let inner = cloud.subnet(&vpcs[0], "10.0.7.0/24", 'a');
    let table = cloud.table(&vpcs[0], &[Some(&inner)]);
    cloud.route(&table, "0.0.0.0/0", RouteTarget::NatGateway(nat));
    let (client, _) = cloud.instance(&inner, "10.0.7.4", &[&groups[0]]);
    cloud.settle();
    cloud.serve("internet", "198.18.0.1:80", "internet");
    assert_eq!(cloud.reaches(&client, "10.1.0.4:80"), "host 1 sees 10.0.0.9");
    assert!(cloud.pings(&client, "10.1.0.4"));
    cloud.is_silent(&client, "198.18.0.1:80");
    cloud.update::<PeeringConnection>(&peerings[0], |peering| peering.state = PeeringState::Deleted);
    cloud.settle();
    cloud.is_silent(&client, "10.1.0.4:80");
}
