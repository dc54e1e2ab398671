//! Commands that are pasted one after the other: each does something that none before it has done.

use resource::*;

use super::{codes, why};
use crate::world::{World, all_out, from, ingress, members};

#[test]
fn entries_that_one_acl_needs_have_numbers_of_their_own() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnets = [1, 2, 3].map(|n| world.subnet(&vpc, &format!("10.0.{n}.0/24"), 'a'));
    let group = world.open_group(&vpc);
    let [client, server, other] = [0, 1, 2].map(|n| world.instance(&subnets[n], &format!("10.0.{}.4", n + 1), &[&group]).0);
    let acl = world.acl(&vpc, &subnets.each_ref(), &[]);
    let told = why(&world, &client, format!("{server}:80"));
    assert_eq!(codes(&told), ["SUBNET_ACL_RESTRICTION"; 4], "{told}");
    insta::assert_snapshot!(told);
    let full = |number| AclEntry { number, ..crate::world::entry(number, "out", Traffic::All, "0.0.0.0/0", false) };
    world.update::<NetworkAcl>(&acl, |acl| acl.entries = vec![full(2)]);
    let told = why(&world, &client, format!("{other}:80")).to_string();
    assert!(told.contains("--egress --rule-number 1 --protocol tcp --port-range From=80"), "{told}");
    assert!(told.contains("delete-network-acl-entry --network-acl-id acl-00000000000000001 --egress --rule-number 2"), "{told}");
}

#[test]
fn a_connection_that_several_routes_need_is_accepted_once() {
    let world = World::new();
    let vpcs = [0, 1].map(|n| world.vpc(&format!("10.{n}.0.0/16")));
    let subnets = [0, 1].map(|n| world.subnet(&vpcs[n], &format!("10.{n}.0.0/24"), 'a'));
    let groups = [0, 1].map(|n| world.group(&vpcs[n], &[all_out()]));
    let hosts = [0, 1].map(|n| world.instance(&subnets[n], &format!("10.{n}.0.4"), &[&groups[n]]).0);
    world.allow(&groups[1], ingress(Traffic::Tcp(80, 80), members(&groups[1])));
    world.peering(&vpcs[0], &vpcs[1], PeeringState::PendingAcceptance);
    let told = why(&world, &hosts[0], "10.1.0.4:80");
    insta::assert_snapshot!(told);
}

#[test]
fn a_group_that_is_full_gets_room_for_a_rule_unless_another_has_some() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.1.0/24", 'a');
    let rules: Vec<GroupRule> = (1..=60).map(|port| ingress(Traffic::Tcp(port, port), from("10.9.0.0/16"))).collect();
    let [full, clients, empty] = [&rules[..], &[all_out()], &[]].map(|rules| world.group(&vpc, rules));
    let (client, _) = world.instance(&subnet, "10.0.1.4", &[&clients]);
    let (server, eni) = world.instance(&subnet, "10.0.1.5", &[&full]);
    let commands = || {
        let told = why(&world, &client, format!("{server}:80"));
        told.blockers[0].fixes.iter().map(|fix| fix.command.clone()).collect::<Vec<_>>()
    };
    let raise = "aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-0EA8095F --desired-value 80";
    let rule = |group: &GroupId| {
        format!("aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 80 --source-group {clients}")
    };
    assert_eq!(commands(), [raise.to_owned(), rule(&full)]);
    world.update::<NetworkInterface>(&eni, |eni| eni.groups.push(empty.clone()));
    assert_eq!(commands(), [rule(&empty)]);
}
