//! Services before there is an endpoint to them, and names before they lead to one (catalogue rows A9, A10, A11, B3–B6, B9).

use resource::*;

use super::{codes, why};
use crate::world::{World, all_out, from, ingress};

/// A client, its subnet, and a service with a node in the first zone.
fn offered(zone: char, cidr: &str, at: &str) -> (World, InstanceId, SubnetId, EndpointServiceId) {
    let world = World::new();
    let (consumer, provider) = (world.vpc("10.0.0.0/16"), world.vpc("10.0.0.0/16"));
    let near = world.subnet(&consumer, cidr, zone);
    let clients = world.group(&consumer, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/16"))]);
    let (client, _) = world.instance(&near, at, &[&clients]);
    let far = world.subnet(&provider, "10.0.1.0/24", 'a');
    let balancer = world.balancer(&[(&far, "10.0.1.9")], &[]);
    let service = world.service(&balancer);
    (world, client, near, service)
}

fn name(service: &EndpointServiceId) -> String {
    format!("com.amazonaws.vpce.us-east-1.{service}:80")
}

#[test]
fn what_keeps_an_endpoint_from_being_made_is_named_with_the_commands_that_make_it() {
    let (world, client, _, service) = offered('b', "10.0.0.0/24", "10.0.0.4");
    world.update::<EndpointService>(&service, |service| service.owner = Owner::new("333333333333", "us-east-1"));
    insta::assert_snapshot!(why(&world, &client, name(&service)));
}

#[test]
fn another_subnet_takes_the_endpoint_where_the_clients_has_no_node_or_no_address() {
    let (world, client, near, service) = offered('b', "10.0.0.0/24", "10.0.0.4");
    let vpc = world.find::<Subnet>(&near).vpc;
    let other = world.subnet(&vpc, "10.0.9.0/24", 'a');
    let told = why(&world, &client, name(&service));
    assert_eq!(codes(&told), ["VPCE_SERVICE_NOT_INSTALLED_IN_AZ", "NO_ENDPOINT_TO_SERVICE"]);
    assert!(told.blockers[1].fixes[0].command.contains(&format!("--subnet-ids {other} ")), "{told}");

    let (world, client, near, service) = offered('a', "10.0.0.0/28", "10.0.0.4");
    assert_eq!(codes(&why(&world, &client, name(&service))), ["NO_ENDPOINT_TO_SERVICE"]);
    let clients = world.find::<NetworkInterface>("eni-00000000000000001").groups[0].clone();
    (5..15).for_each(|n| drop(world.instance(&near, &format!("10.0.0.{n}"), &[&clients])));
    let told = why(&world, &client, name(&service));
    assert_eq!(codes(&told), ["SUBNET_HAS_NO_FREE_ADDRESSES", "NO_ENDPOINT_TO_SERVICE"]);
    let make = "--availability-zone us-east-1a --cidr-block 10.0.1.0/24";
    assert!(told.blockers[1].fixes[0].command.contains(make), "{told}");
}

#[test]
fn a_service_that_the_region_does_not_have_is_unknown_there() {
    let (world, client, _, service) = offered('a', "10.0.0.0/24", "10.0.0.4");
    for name in [format!("com.amazonaws.vpce.eu-west-1.{service}:80"), "com.amazonaws.us-east-1.moon:443".to_owned()] {
        assert_eq!(codes(&why(&world, &client, name)), ["ENDPOINT_SERVICE_UNKNOWN"]);
    }
    assert_eq!(codes(&why(&world, &client, "com.amazonaws.us-east-1.sts:443")), ["NO_ENDPOINT_TO_SERVICE"]);
}

#[test]
fn a_private_name_needs_its_proof_the_providers_yes_and_private_dns() {
    let (world, client, near, service) = offered('a', "10.0.0.0/24", "10.0.0.4");
    let clients = world.find::<NetworkInterface>("eni-00000000000000001").groups[0].clone();
    let endpoint = world.endpoint(&service, &[(&near, "10.0.0.5")], &[&clients], EndpointState::PendingAcceptance);
    insta::assert_snapshot!("a_name_may_be_given_to_the_only_service_without_one", why(&world, &client, "api.example.com:80"));
    let second = world.endpoint(&service, &[(&near, "10.0.0.6")], &[&clients], EndpointState::Available);
    let unknown = why(&world, &client, "api.example.com:80");
    assert_eq!(codes(&unknown), ["NO_ADDRESS_FOR_NAME"]);
    for endpoint in [&endpoint, &second] {
        let told = format!("; {endpoint} leads to a service without a private DNS name, under {endpoint}-");
        assert!(unknown.to_string().contains(&told), "{unknown}");
    }
    world.connect(&second, EndpointState::Deleted);

    let named = |state| PrivateName {
        name: "api.example.com".into(),
        state,
        label: "_abc".into(),
        value: "vpce:xyz".into(),
        since: Timestamp(1),
    };
    world.update::<EndpointService>(&service, |service| {
        service.private_name = Some(named(PrivateNameState::PendingVerification));
    });
    insta::assert_snapshot!(why(&world, &client, "api.example.com:80"));
    world.update::<EndpointService>(&service, |service| service.private_name = Some(named(PrivateNameState::Verified)));
    world.connect(&endpoint, EndpointState::Available);
    world.update::<Vpc>(&world.find::<Subnet>(&near).vpc, |vpc| vpc.dns_hostnames = true);
    let told = why(&world, &client, "api.example.com:80");
    assert_eq!(codes(&told)[0], "PRIVATE_DNS_NOT_IN_EFFECT", "{told}");
    let commands: Vec<&str> = told.blockers[0].fixes.iter().map(|fix| fix.command.split(' ').nth(2).unwrap()).collect();
    assert_eq!(commands, ["modify-vpc-endpoint", "accept-vpc-endpoint-connections"], "private DNS is accepted once more");
}
