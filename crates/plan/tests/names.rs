//! What resolvers know of whole worlds, printed; and what they answer.
#![allow(clippy::unwrap_used)]

mod world;

use std::collections::BTreeSet;

use plan::names::{Decider, Known, Observer, Said, Source, entries, sources};
use resource::*;
use world::{World, all_out, ip};

/// What everything in a world contributes, a line each.
fn printed(world: &World) -> String {
    let snapshot = world.snapshot();
    let sources: BTreeSet<Source> = sources(&snapshot).collect();
    let lines = sources.iter().flat_map(|source| entries(&snapshot, source)).map(|entry| entry.to_string());
    lines.collect::<Vec<_>>().join("\n")
}

/// A provider with a balancer, and a consumer with an endpoint to it, an instance with a public address and another address.
fn cloud(world: &World) -> (VpcId, InterfaceId) {
    let (provider, consumer) = (world.vpc("10.0.0.0/16"), world.vpc("10.0.0.0/16"));
    [&provider, &consumer].iter().for_each(|vpc| world.update::<Vpc>(vpc, |vpc| vpc.dns_hostnames = true));
    let (served, used) = (world.subnet(&provider, "10.0.0.0/24", 'a'), world.subnet(&consumer, "10.0.0.0/24", 'a'));
    let group = world.group(&consumer, &[all_out()]);
    let balancer = world.balancer(&[(&served, "10.0.0.5")], &[]);
    let service = world.service(&balancer);
    let endpoint = world.endpoint(&service, &[(&used, "10.0.0.4")], &[&group], EndpointState::Available);
    world.update::<VpcEndpoint>(&endpoint, |endpoint| {
        (endpoint.private_dns, endpoint.private_names) = (true, vec!["api.example.com".into()]);
    });
    let (_, interface) = world.instance(&used, "10.0.0.9", &[&group]);
    world.update::<NetworkInterface>(&interface, |eni| eni.addresses.push(ip("10.0.0.10")));
    world.public_address("198.18.1.1", Some(&interface));
    (consumer, interface)
}

#[test]
fn the_names_of_a_cloud_are_those_of_aws() {
    let world = World::new();
    cloud(&world);
    insta::assert_snapshot!(printed(&world));
}

#[test]
fn rules_are_known_in_their_vpcs_and_leave_what_is_nobody_elses_business_alone() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_hostnames = true);
    let rules = ["corp.test.", "in-addr.arpa.", "aws.corp.test."]
        .map(|domain| world.resolver_rule(&vpc, domain, "rslvr-out-00000000000000001", &["10.0.0.53:53"]));
    world.update::<ResolverRule>(&rules[2], |rule| rule.way = RuleWay::System);
    insta::assert_snapshot!(printed(&world));
    let snapshot = world.snapshot();
    let known = Known::of(&snapshot, Observer::Vpc(&vpc));
    let others = |name: &str| matches!(known.decider(name), Decider::Rule(_));
    assert!(others("www.corp.test") && others("1.9.in-addr.arpa"));
    assert!(!others("x.aws.corp.test") && !others("9.0.0.10.in-addr.arpa") && !others("corp.example.com"));
}

#[test]
fn every_address_of_an_interface_has_a_name_in_its_vpc_and_a_public_one_means_the_address_that_it_stands_for() {
    let world = World::new();
    let (vpc, interface) = cloud(&world);
    let second = world.snapshot().all::<ElasticAddress>().next().unwrap().id.clone();
    world.update::<ElasticAddress>(&second, |address| {
        address.association.as_mut().unwrap().private = ip("10.0.0.10");
    });
    assert_eq!(world.find::<NetworkInterface>(&interface).primary(), Some(ip("10.0.0.9")));
    let snapshot = world.snapshot();
    let [inside, outside] = [Observer::Vpc(&vpc), Observer::Internet].map(|observer| Known::of(&snapshot, observer));
    let is = |address: &str| Said::Addresses(vec![ip(address)]);
    assert_eq!(inside.look_up("ip-10-0-0-10.ec2.internal"), is("10.0.0.10"));
    assert_eq!(outside.look_up("ip-10-0-0-10.ec2.internal"), Said::Nothing);
    let host = "ec2-198-18-1-1.compute-1.amazonaws.com";
    assert_eq!((inside.look_up(host), outside.look_up(host)), (is("10.0.0.10"), is("198.18.1.1")));
}
