//! Destinations that no gateway leads to: private addresses, addresses of nobody, and other VPCs, with what can connect them.

use resource::*;

use super::{asked, codes, passes, why};
use crate::world::{World, all_out, from, ingress, members};

/// A VPC with an internet gateway, and an instance with a public address in a zone.
fn online(world: &World, cidr: &str, at: &str, zone: char) -> (VpcId, SubnetId, InstanceId, InterfaceId) {
    let vpc = world.vpc(cidr);
    let subnet = world.subnet(&vpc, &format!("{}/24", at.replace(".4", ".0")), zone);
    let (instance, eni) = world.instance(&subnet, at, &[&world.group(&vpc, &[all_out()])]);
    let gateway = world.internet_gateway(Some(&vpc));
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    (vpc, subnet, instance, eni)
}

#[test]
fn no_public_address_helps_towards_addresses_that_no_gateway_leads_to() {
    let world = World::new();
    let (_, _, client, eni) = online(&world, "10.0.0.0/16", "10.0.0.4", 'a');
    for given in [false, true] {
        let told = why(&world, &client, "10.90.1.4:80");
        assert_eq!(codes(&told), ["IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"], "{told}");
        assert!(told.blockers[0].fixes.is_empty(), "{told}");
        for nobodys in ["224.0.0.1", "169.254.7.7", "0.0.0.1", "240.0.0.1", "255.255.255.255"] {
            let told = why(&world, &client, format!("{nobodys}:80"));
            assert_eq!(codes(&told), ["NO_POSSIBLE_DESTINATION"], "{told}");
            assert!(told.blockers[0].fixes.is_empty(), "{told}");
        }
        passes(&why(&world, &client, "127.0.0.1:80"));
        if !given {
            world.public_address("198.18.0.10", Some(&eni));
        }
    }
}

#[test]
fn an_interface_of_a_service_is_given_no_public_address() {
    let world = World::new();
    let (vpc, subnet, ..) = online(&world, "10.0.0.0/16", "10.0.0.4", 'a');
    let group = world.group(&vpc, &[all_out()]);
    let outbound = world.resolver_endpoint(ResolverDirection::Outbound, &[(&subnet, "10.0.0.9")], &[&group]);
    let leg = world.find::<ResolverEndpoint>(&outbound).addresses[0].interface.clone();
    let told = why(&world, &leg, "internet:53");
    assert_eq!(codes(&told), ["IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"], "{told}");
    assert!(!told.to_string().contains("associate-address"), "{told}");
}

#[test]
fn two_vpcs_without_an_address_in_common_are_peered_however_the_destination_is_called() {
    let world = World::new();
    let (_, _, client, _) = online(&world, "10.0.0.0/16", "10.0.0.4", 'a');
    let (_, _, server, _) = online(&world, "10.1.0.0/16", "10.1.0.4", 'b');
    let told = why(&world, &client, "10.1.0.4:80");
    insta::assert_snapshot!(told);
    let by_id = why(&world, &client, format!("{server}:80"));
    assert_eq!(by_id.blockers, told.blockers);
}

/// Two VPCs with the same addresses: a client in zone b, a server in zone a.
fn overlapping() -> (World, [VpcId; 2], [SubnetId; 2], [InstanceId; 2]) {
    let world = World::new();
    let (near, near_subnet, client, _) = online(&world, "10.0.0.0/16", "10.0.0.4", 'b');
    let (far, far_subnet, server, _) = online(&world, "10.0.0.0/16", "10.0.0.4", 'a');
    (world, [near, far], [near_subnet, far_subnet], [client, server])
}

#[test]
fn an_endpoint_is_made_in_a_zone_in_which_the_new_service_is() {
    let (world, [near, _], _, [client, server]) = overlapping();
    let made = why(&world, &client, format!("{server}:80")).to_string();
    let subnet =
        format!("SUBNET=$(aws ec2 create-subnet --vpc-id {near} --availability-zone us-east-1a --cidr-block 10.0.1.0/24");
    assert!(made.contains(&subnet) && made.contains("--subnet-ids $SUBNET "), "{made}");
    let there = world.subnet(&near, "10.0.5.0/24", 'a');
    let taken = why(&world, &client, format!("{server}:80")).to_string();
    assert!(taken.contains(&format!("--subnet-ids {there} ")), "{taken}");
    let ports: Vec<String> =
        [80, 81].map(|port| why(&world, &client, format!("{server}:{port}")).blockers[0].fixes[0].command.clone()).into();
    assert_ne!(ports[0], ports[1], "two balancers have two names");
    let group = world.find::<NetworkInterface>("eni-00000000000000001").groups[0].clone();
    world.allow(&group, ingress(Traffic::All, members(&group)));
    let open = why(&world, format!("{there}+{group}"), format!("{server}:80")).to_string();
    assert!(!open.contains("--source-group"), "a program that need not exist yet is a member of its groups: {open}");
    let pings = asked(&world, client.as_str(), server.as_str(), "icmp");
    assert!(pings.blockers[0].fixes.is_empty(), "PrivateLink carries no pings: {pings}");
}

#[test]
fn a_service_or_a_balancer_that_leads_to_the_destination_is_used() {
    let (world, [_, far], [near_subnet, far_subnet], [client, server]) = overlapping();
    let balancer = world.balancer(&[(&far_subnet, "10.0.0.9")], &[]);
    let group = world.target_group(&far, TargetType::Instance);
    world.target(&group, TargetId::Instance(server.clone()), 80, Some(HealthState::Healthy));
    world.listener(&balancer, 8080, &group);
    let told = why(&world, &client, format!("{server}:80")).to_string();
    assert!(
        !told.contains("create-load-balancer") && told.contains(&format!("--network-load-balancer-arns {balancer}")),
        "{told}"
    );
    let service = world.service(&balancer);
    let told = why(&world, &client, format!("{server}:80"));
    insta::assert_snapshot!(told);
    let clients = world.find::<NetworkInterface>("eni-00000000000000001").groups[0].clone();
    let endpoint = world.endpoint(&service, &[(&near_subnet, "10.0.0.5")], &[&clients], EndpointState::Available);
    let told = why(&world, &client, format!("{server}:80"));
    let name = world.find::<VpcEndpoint>(&endpoint).regional_name();
    assert!(told.blockers[0].problem.contains(&format!("{endpoint} leads to it: connect to {name}:8080")), "{told}");
}

#[test]
fn what_an_endpoint_elsewhere_leads_to_is_reached_by_an_own_endpoint() {
    let (world, [near, far], [_, far_subnet], [client, _]) = overlapping();
    let group = world.group(&far, &[all_out(), ingress(Traffic::Tcp(443, 443), from("10.0.0.0/16"))]);
    let endpoint = world.aws_endpoint("ec2", &far, &[(&far_subnet, "10.0.0.20")], &[&group], &[]);
    let told = why(&world, &client, format!("{endpoint}:443"));
    assert_eq!(codes(&told), ["DISCONNECTED_VPCS"], "{told}");
    let commands: Vec<&str> = told.blockers[0].fixes.iter().map(|fix| fix.command.as_str()).collect();
    assert!(!commands.iter().any(|command| command.contains("elbv2")), "{told}");
    let own = format!("--vpc-id {near} --service-name com.amazonaws.us-east-1.ec2 ");
    assert!(commands[0].starts_with("ENDPOINT=$(aws ec2 create-vpc-endpoint") && commands[0].contains(&own), "{told}");
    assert!(commands[1].contains("authorize-security-group-ingress"), "its group lets the client in: {told}");
}
