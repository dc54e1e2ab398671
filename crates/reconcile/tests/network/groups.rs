//! Security groups: nothing comes in but what a rule allows, and what was allowed once goes on.

use resource::*;

use crate::cloud::{Cloud, real};
use crate::packets::echoes;
use crate::world::{PING, all_out, egress, from, ingress, members};

struct Pair {
    cloud: Cloud<kernel::Netlink>,
    client: InstanceId,
    clients: GroupId,
    servers: GroupId,
}

/// A client at 10.0.0.4 that may send anything, and a server at 10.0.0.5 on port 80 that nobody may reach yet.
fn pair() -> Pair {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let (clients, servers) = (cloud.group(&vpc, &[all_out()]), cloud.group(&vpc, &[all_out()]));
    let (client, _) = cloud.instance(&subnet, "10.0.0.4", &[&clients]);
    let (server, _) = cloud.instance(&subnet, "10.0.0.5", &[&servers]);
    cloud.settle();
    cloud.serve(&server, "10.0.0.5:80", "server");
    cloud.serve(&server, "10.0.0.5:81", "server");
    Pair { cloud, client, clients, servers }
}

#[test]
fn nothing_comes_in_until_a_rule_allows_it_and_only_that() {
    let Pair { cloud, client, servers, .. } = pair();
    cloud.is_silent(&client, "10.0.0.5:80");
    cloud.allow(&servers, ingress(Traffic::Tcp(80, 80), from("10.0.0.4/32")));
    cloud.settle();
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "server sees 10.0.0.4");
    cloud.is_silent(&client, "10.0.0.5:81");
    assert!(!cloud.pings(&client, "10.0.0.5"));
    cloud.allow(&servers, ingress(PING, from("10.0.0.0/24")));
    cloud.settle();
    assert!(cloud.pings(&client, "10.0.0.5"));
}

#[test]
fn a_rule_that_references_a_group_matches_its_members_as_they_come_and_go() {
    let Pair { cloud, client, clients, servers } = pair();
    cloud.allow(&servers, ingress(Traffic::Tcp(80, 80), members(&clients)));
    cloud.settle();
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "server sees 10.0.0.4");
    let interface = cloud.snapshot().linked::<NetworkInterface>(Instance::KIND, &client).next().unwrap().id.clone();
    let other = cloud.group(&cloud.find::<NetworkInterface>(&interface).vpc, &[all_out()]);
    cloud.update::<NetworkInterface>(&interface, |eni| eni.groups = vec![other.clone()]);
    cloud.settle();
    cloud.is_silent(&client, "10.0.0.5:80");
    cloud.update::<NetworkInterface>(&interface, |eni| eni.groups.push(clients.clone()));
    cloud.settle();
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "server sees 10.0.0.4");
}

#[test]
fn a_rule_that_references_a_prefix_list_follows_the_list() {
    let Pair { cloud, client, servers, .. } = pair();
    let list = cloud.prefix_list(&["10.7.0.0/16"]);
    cloud.allow(&servers, ingress(Traffic::Tcp(1, 65535), RulePeer::PrefixList(list.clone())));
    cloud.settle();
    cloud.is_silent(&client, "10.0.0.5:80");
    cloud.update::<PrefixList>(&list, |list| {
        list.entries.push(PrefixEntry { cidr: "10.0.0.0/28".parse().unwrap(), description: None })
    });
    cloud.settle();
    assert_eq!(cloud.reaches(&client, "10.0.0.5:81"), "server sees 10.0.0.4");
}

#[test]
fn what_may_not_go_out_does_not() {
    let Pair { cloud, client, clients, servers } = pair();
    cloud.allow(&servers, ingress(Traffic::All, from("0.0.0.0/0")));
    cloud.update::<SecurityGroup>(&clients, |group| group.rules = vec![egress(Traffic::Tcp(81, 90), from("10.0.0.0/8"))]);
    cloud.settle();
    assert_eq!(cloud.reaches(&client, "10.0.0.5:81"), "server sees 10.0.0.4");
    cloud.is_silent(&client, "10.0.0.5:80");
}

#[test]
fn a_revoked_rule_stops_new_flows_and_lets_established_ones_go_on() {
    let Pair { cloud, client, servers, .. } = pair();
    cloud.allow(&servers, ingress(Traffic::Tcp(80, 80), from("10.0.0.0/24")));
    cloud.settle();
    let (_, mut stream) = cloud.connect_to(&client, "10.0.0.5:80");
    assert!(echoes(&mut stream));
    cloud.update::<SecurityGroup>(&servers, |group| group.rules.truncate(1));
    cloud.settle();
    cloud.is_silent(&client, "10.0.0.5:80");
    assert!(echoes(&mut stream));
}

#[test]
fn a_revoked_rule_that_was_open_to_everybody_cuts_its_flows_where_their_answers_needed_no_rule_of_their_own() {
    let Pair { cloud, client, clients, servers } = pair();
    let open = ingress(Traffic::Tcp(80, 80), from("0.0.0.0/0"));
    let rules = |group: &GroupId, rules: &[GroupRule]| {
        cloud.update::<SecurityGroup>(group, |group| group.rules = rules.to_vec());
        cloud.settle();
    };
    let connected = || {
        let (_, mut stream) = cloud.connect_to(&client, "10.0.0.5:80");
        assert!(echoes(&mut stream));
        stream
    };
    rules(&servers, &[all_out(), open.clone()]);
    let mut stream = connected();
    rules(&servers, &[all_out()]);
    assert!(!echoes(&mut stream), "an untracked flow after its rule has gone");

    rules(&servers, &[all_out(), open.clone()]);
    let mut stream = connected();
    rules(&servers, std::slice::from_ref(&open));
    assert!(!echoes(&mut stream), "an untracked flow whose answers no rule lets out any more");

    rules(&servers, &[egress(Traffic::Tcp(0, 65535), from("10.0.0.0/8")), open.clone()]);
    let mut stream = connected();
    rules(&servers, &[]);
    assert!(echoes(&mut stream), "a flow is tracked where rules do not let all of its answers out");

    rules(&clients, &[all_out(), ingress(Traffic::All, from("0.0.0.0/0"))]);
    rules(&servers, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/24"))]);
    let mut stream = connected();
    rules(&servers, &[]);
    assert!(echoes(&mut stream), "each end has its own view: it is tracked here");
    rules(&clients, &[ingress(Traffic::All, from("0.0.0.0/0"))]);
    assert!(!echoes(&mut stream), "and untracked there");
}

#[test]
fn a_group_that_is_for_another_vpc_as_well_filters_there_and_means_its_members_there() {
    let Pair { cloud, client, servers, .. } = pair();
    let other = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&other, "10.0.0.0/24", 'a');
    let state = VpcAssociationState::Associating;
    cloud.update::<SecurityGroup>(&servers, |group| group.associations = vec![VpcAssociation { vpc: other.clone(), state }]);
    cloud.allow(&servers, ingress(Traffic::Tcp(80, 80), members(&servers)));
    let plain = cloud.group(&other, &[all_out()]);
    let (server, _) = cloud.instance(&subnet, "10.0.0.5", &[&servers]);
    let (member, _) = cloud.instance(&subnet, "10.0.0.6", &[&servers]);
    let (stranger, interface) = cloud.instance(&subnet, "10.0.0.4", &[&plain]);
    cloud.settle();
    cloud.serve(&server, "10.0.0.5:80", "there");
    assert_eq!(cloud.reaches(&member, "10.0.0.5:80"), "there sees 10.0.0.6");
    cloud.is_silent(&stranger, "10.0.0.5:80");
    cloud.update::<NetworkInterface>(&interface, |eni| eni.groups.push(servers.clone()));
    cloud.settle();
    assert_eq!(cloud.reaches(&stranger, "10.0.0.5:80"), "there sees 10.0.0.4");
    cloud.is_silent(&client, "10.0.0.5:80");
}

#[test]
fn the_union_of_an_interfaces_groups_filters_it() {
    let Pair { cloud, client, servers, .. } = pair();
    let vpc = cloud.find::<SecurityGroup>(&servers).vpc;
    let more = [80, 81].map(|port| cloud.group(&vpc, &[ingress(Traffic::Tcp(port, port), from("0.0.0.0/0"))]));
    let server = cloud.snapshot().linked::<NetworkInterface>(SecurityGroup::KIND, &servers).next().unwrap().id.clone();
    cloud.update::<NetworkInterface>(&server, |eni| eni.groups.extend(more.clone()));
    cloud.settle();
    cloud.reaches(&client, "10.0.0.5:80");
    cloud.reaches(&client, "10.0.0.5:81");
    cloud.update::<NetworkInterface>(&server, |eni| eni.groups.truncate(2));
    cloud.settle();
    cloud.reaches(&client, "10.0.0.5:80");
    cloud.is_silent(&client, "10.0.0.5:81");
}
