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
