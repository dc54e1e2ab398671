//! Names: of private zones that the client's VPC does not see, of records that lead nowhere, and questions that a rule has put to
//! others.

use explain::{Explanation, Question, Verdict, explain};
use resource::*;

use super::{codes, passes, why};
use crate::world::{World, all_out, egress, from, ingress};

/// An instance in a VPC with private names, and another one at 10.0.0.9 that it reaches.
fn named() -> (World, VpcId, InstanceId) {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_hostnames = true);
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = world.group(&vpc, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/16"))]);
    world.instance(&subnet, "10.0.0.9", &[&group]);
    let (instance, _) = world.instance(&subnet, "10.0.0.4", &[&group]);
    (world, vpc, instance)
}

fn zone(world: &World, id: &str, name: &str, vpcs: &[&VpcId]) {
    zone_of(world, "111111111111", id, name, vpcs);
}

fn zone_of(world: &World, account: &str, id: &str, name: &str, vpcs: &[&VpcId]) {
    let vpcs = vpcs.iter().map(|vpc| ZoneVpc { region: "us-east-1".into(), vpc: (*vpc).clone() }).collect();
    world.put(HostedZone {
        id: id.into(),
        owner: Owner::new(account, GLOBAL),
        name: name.into(),
        reference: id.into(),
        comment: None,
        private: true,
        vpcs,
        authorized: Vec::new(),
        created: Timestamp(1),
        tags: Tags::default(),
    });
    record(world, id, name, RecordType::Ns, "ns.example.com.");
}

fn record(world: &World, zone: &str, name: &str, kind: RecordType, value: &str) {
    world.put(RecordSet {
        zone: zone.into(),
        owner: Owner::new("111111111111", GLOBAL),
        name: name.into(),
        kind,
        set: None,
        policy: Policy::Simple,
        content: RecordContent::Values { ttl: 60, values: vec![value.into()] },
    });
}

#[track_caller]
fn says(told: &Explanation, part: &str) {
    assert!(told.to_string().contains(part), "{told}");
}

#[test]
fn a_private_zone_of_other_vpcs_is_to_be_associated_and_the_way_goes_on_as_if_it_were() {
    let (world, vpc, instance) = named();
    let far = world.vpc("10.1.0.0/16");
    zone_of(&world, "222222222222", "Z1", "corp.test.", &[&far]);
    record(&world, "Z1", "web.corp.test.", RecordType::A, "10.0.0.9");
    insta::assert_snapshot!(why(&world, &instance, "web.corp.test:80"));
    assert_eq!(codes(&why(&world, &instance, "other.corp.test:80")), ["NO_ADDRESS_FOR_NAME"], "the zone does not have that name");
    world.update::<HostedZone>("Z1", |zone| zone.owner = Owner::new("111111111111", GLOBAL));
    let told = why(&world, &instance, "web.corp.test:80");
    let associate =
        format!("aws route53 associate-vpc-with-hosted-zone --hosted-zone-id Z1 --vpc VPCRegion=us-east-1,VPCId={vpc}");
    let commands: Vec<&str> = told.blockers[0].fixes.iter().map(|fix| fix.command.as_str()).collect();
    assert_eq!(commands, [associate.as_str()], "{told}");

    zone(&world, "Z2", "test.", &[&vpc]);
    assert_eq!(codes(&why(&world, &instance, "web.corp.test:80")), ["HOSTED_ZONE_NOT_ASSOCIATED"], "it would be the nearer one");
    zone(&world, "Z3", "web.corp.test.", &[&vpc]);
    assert_eq!(codes(&why(&world, &instance, "web.corp.test:80")), ["PRIVATE_DNS_HIDES_NAME"], "it would not change that");
    let see = |zone: &mut HostedZone| zone.vpcs.push(ZoneVpc { region: "us-east-1".into(), vpc: vpc.clone() });
    world.remove::<HostedZone>("Z3");
    world.update::<HostedZone>("Z1", see);
    passes(&why(&world, &instance, "web.corp.test:80"));
}

#[test]
fn names_of_a_vpcs_own_zone_are_none_while_its_attributes_are_off() {
    let (world, vpc, instance) = named();
    zone(&world, "Z1", "corp.test.", &[&vpc]);
    record(&world, "Z1", "*.corp.test.", RecordType::A, "10.0.0.9");
    passes(&why(&world, &instance, "web.corp.test:80"));
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_support = false);
    assert_eq!(codes(&why(&world, &instance, "web.corp.test:80")), ["DNS_SUPPORT_DISABLED"]);
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_hostnames = false);
    let told = why(&world, &instance, "web.corp.test:80");
    assert_eq!(codes(&told), ["DNS_SUPPORT_DISABLED", "PRIVATE_DNS_NOT_IN_EFFECT"], "{told}");
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_support = true);
    let told = why(&world, &instance, "web.corp.test:80");
    assert_eq!(codes(&told), ["PRIVATE_DNS_NOT_IN_EFFECT"], "{told}");
    says(&told, &format!("aws ec2 modify-vpc-attribute --vpc-id {vpc} --enable-dns-hostnames"));
}

#[test]
fn a_name_that_nobody_has_is_denied_and_the_resolver_that_is_off_is_named_first() {
    let (world, vpc, instance) = named();
    let told = why(&world, &instance, "nowhere.example.com:80");
    assert_eq!((told.verdict, codes(&told)), (Verdict::Denied, vec!["NO_ADDRESS_FOR_NAME"]));
    says(&told, &format!("nowhere.example.com: is a name that nobody has for {vpc}"));
    assert_eq!(codes(&why(&world, "internet", "nowhere.example.com:80")), ["NO_ADDRESS_FOR_NAME"]);
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_support = false);
    assert_eq!(codes(&why(&world, &instance, "nowhere.example.com:80")), ["DNS_SUPPORT_DISABLED"]);
}

#[test]
fn a_record_that_leads_nowhere_is_told_from_one_that_is_not_there() {
    let (world, vpc, instance) = named();
    zone(&world, "Z1", "corp.test.", &[&vpc]);
    let far = world.vpc("10.1.0.0/16");
    zone(&world, "Z2", "far.test.", &[&far]);
    record(&world, "Z2", "web.far.test.", RecordType::A, "10.0.0.9");
    for (name, kind, value) in [
        ("dead", RecordType::Cname, "nowhere.example.org."),
        ("one", RecordType::Cname, "two.corp.test."),
        ("two", RecordType::Cname, "one.corp.test."),
        ("text", RecordType::Txt, "\"x\""),
        ("far", RecordType::Cname, "web.far.test."),
    ] {
        record(&world, "Z1", &format!("{name}.corp.test."), kind, value);
    }
    let ask = |name: &str| why(&world, &instance, format!("{name}.corp.test:80"));
    insta::assert_snapshot!(ask("dead"));
    says(&ask("one"), "NO_ADDRESS_FOR_NAME Z1: has one.corp.test stand for itself in a circle");
    says(&ask("text"), &format!("NO_ADDRESS_FOR_NAME Z1: has text.corp.test for {vpc}, and no address for it, but TXT only"));
    says(&ask("none"), "PRIVATE_DNS_HIDES_NAME Z1: decides about none.corp.test");
    assert_eq!(codes(&ask("far")), ["HOSTED_ZONE_NOT_ASSOCIATED"], "what it stands for may be mended");
}

/// Two outbound addresses in a VPC that peers with one in which two inbound addresses answer for `corp.test`.
fn forwarding(outbound: &[GroupRule], inbound: &[GroupRule]) -> (World, InstanceId, GroupId) {
    let (world, vpc, instance) = named();
    let far = world.vpc("10.1.0.0/16");
    world.update::<Vpc>(&far, |vpc| vpc.dns_hostnames = true);
    world.route_over(&world.peering(&vpc, &far, PeeringState::Active));
    zone(&world, "Z1", "corp.test.", &[&far]);
    record(&world, "Z1", "web.corp.test.", RecordType::A, "10.0.0.9");
    let at = |vpc: &VpcId, one: &str, other: &str| [world.subnet(vpc, one, 'a'), world.subnet(vpc, other, 'b')];
    let (near, there) = (at(&vpc, "10.0.1.0/24", "10.0.2.0/24"), at(&far, "10.1.1.0/24", "10.1.2.0/24"));
    let (out, inside) = (world.group(&vpc, outbound), world.group(&far, inbound));
    world.resolver(&[(&there[0], "10.1.1.5"), (&there[1], "10.1.2.4")], &[&inside]);
    let legs = [(&near[0], "10.0.1.5"), (&near[1], "10.0.2.5")];
    let endpoint = world.resolver_endpoint(ResolverDirection::Outbound, &legs, &[&out]);
    world.resolver_rule(&vpc, "corp.test.", &endpoint, &["10.1.1.5:53", "10.1.2.4:53"]);
    (world, instance, inside)
}

#[test]
fn every_address_that_may_ask_and_every_target_that_may_be_asked_is_examined() {
    let (world, instance, inside) = forwarding(&[all_out()], &[]);
    let told = why(&world, &instance, "web.corp.test:80");
    assert_eq!((told.verdict, told.answered, codes(&told)), (Verdict::Denied, Some(Verdict::Denied), vec!["SG_HAS_NO_RULES"; 2]));
    let commands: Vec<&str> = told.blockers.iter().flat_map(|b| &b.fixes).map(|fix| fix.command.as_str()).collect();
    assert!(commands[0].ends_with("--cidr 10.0.1.5/32") && commands[1].ends_with("--cidr 10.0.2.5/32"), "{commands:?}");

    let udp = |block: &str| ingress(Traffic::Udp(53, 53), from(block));
    world.update::<SecurityGroup>(&inside, |group| group.rules = vec![udp("10.0.1.5/32")]);
    let told = why(&world, &instance, "web.corp.test:80");
    assert_eq!((told.verdict, told.answered), (Verdict::Partly, Some(Verdict::Partly)));
    insta::assert_snapshot!(told);
    world.update::<SecurityGroup>(&inside, |group| group.rules = vec![udp("10.0.1.5/32"), udp("10.0.2.5/32")]);
    passes(&why(&world, &instance, "web.corp.test:80"));
}

#[test]
fn one_target_that_every_address_reaches_is_enough() {
    let only = |block: &str| egress(Traffic::Udp(53, 53), from(block));
    let (world, instance, _) = forwarding(&[only("10.1.1.5/32")], &[ingress(Traffic::All, from("10.0.0.0/16"))]);
    passes(&why(&world, &instance, "web.corp.test:80"));
    let question = Question::parse(instance.as_str(), "web.corp.test:80", "tcp").unwrap();
    assert_eq!(explain(&world.snapshot(), &question).unwrap().addresses, [std::net::Ipv4Addr::new(10, 0, 0, 9)]);
}
