//! Network ACLs: stateless, in order, and only where a packet crosses a subnet's boundary.

use resource::*;

use crate::cloud::{Cloud, real};
use crate::packets::echoes;
use crate::world::{all_out, entry, from, ingress};

/// Hosts at 10.0.0.4, 10.0.0.5 (of one subnet) and 10.0.1.4 (of another), all open; the two serve on port 80.
fn three(cloud: &Cloud<kernel::Netlink>) -> (VpcId, SubnetId, [InstanceId; 3]) {
    let vpc = cloud.vpc("10.0.0.0/16");
    let (a, b) = (cloud.subnet(&vpc, "10.0.0.0/24", 'a'), cloud.subnet(&vpc, "10.0.1.0/24", 'a'));
    let open = cloud.open_group(&vpc);
    let hosts = [(&a, "10.0.0.4"), (&a, "10.0.0.5"), (&b, "10.0.1.4")].map(|(subnet, at)| cloud.instance(subnet, at, &[&open]).0);
    cloud.settle();
    cloud.serve(&hosts[1], "10.0.0.5:80", "inside");
    cloud.serve(&hosts[2], "10.0.1.4:80", "outside");
    (vpc, a, hosts)
}

#[test]
fn a_reply_needs_a_rule_of_its_own() {
    let cloud = real();
    let (vpc, subnet, [client, _, _]) = three(&cloud);
    let out = entry(100, "out", Traffic::Tcp(80, 80), "0.0.0.0/0", true);
    let acl = cloud.acl(&vpc, &[&subnet], &[out]);
    cloud.settle();
    cloud.is_silent(&client, "10.0.1.4:80");
    let back = entry(100, "in", Traffic::Tcp(1024, 65535), "0.0.0.0/0", true);
    cloud.update::<NetworkAcl>(&acl, |acl| acl.entries.push(back.clone()));
    cloud.settle();
    let (_, mut stream) = cloud.connect_to(&client, "10.0.1.4:80");
    assert!(echoes(&mut stream));
    cloud.update::<NetworkAcl>(&acl, |acl| acl.entries.truncate(1));
    cloud.settle();
    assert!(!echoes(&mut stream), "stateless: established flows are judged too");
}

#[test]
fn the_first_rule_that_matches_decides_and_the_subnets_inside_is_free() {
    let cloud = real();
    let (vpc, subnet, [client, _, outside]) = three(&cloud);
    let everything = |direction| entry(100, direction, Traffic::All, "0.0.0.0/0", true);
    let deny = entry(90, "out", Traffic::Tcp(80, 80), "10.0.1.0/24", false);
    cloud.acl(&vpc, &[&subnet], &[everything("in"), everything("out"), deny]);
    cloud.settle();
    cloud.is_silent(&client, "10.0.1.4:80");
    assert_eq!(cloud.reaches(&client, "10.0.0.5:80"), "inside sees 10.0.0.4");
    assert_eq!(cloud.reaches(&outside, "10.0.0.5:80"), "inside sees 10.0.1.4");
}

#[test]
fn an_endpoint_is_behind_its_subnets_acl_except_for_its_neighbours() {
    let cloud = real();
    let (vpc, subnet, [neighbour, _, outside]) = three(&cloud);
    let open = cloud.group(&vpc, &[ingress(Traffic::All, from("0.0.0.0/0")), all_out()]);
    let served = cloud.target_group(&vpc, TargetType::Ip);
    cloud.target(&served, TargetId::Ip("10.0.1.4".parse().unwrap()), 80, Some(HealthState::Healthy));
    let balancer = cloud.balancer(&[(&subnet, "10.0.0.9")], &[&open]);
    cloud.listener(&balancer, 80, &served);
    let web = entry(100, "out", Traffic::Tcp(80, 80), "0.0.0.0/0", true);
    let back = entry(100, "in", Traffic::Tcp(1024, 65535), "0.0.0.0/0", true);
    cloud.acl(&vpc, &[&subnet], &[web, back]);
    cloud.settle();
    assert_eq!(cloud.reaches(&neighbour, "10.0.0.9:80"), "outside sees 10.0.0.9");
    cloud.is_silent(&outside, "10.0.0.9:80");
}

#[test]
fn what_is_routed_to_an_appliance_is_judged_around_the_appliance_whoever_it_is_for() {
    let cloud = real();
    let (vpc, _, [client, ..]) = three(&cloud);
    let between = cloud.subnet(&vpc, "10.0.2.0/24", 'a');
    let open = cloud.open_group(&vpc);
    let (appliance, eni) = cloud.instance(&between, "10.0.2.4", &[&open]);
    cloud.update::<NetworkInterface>(&eni, |eni| eni.source_dest_check = false);
    cloud.route(&cloud.main_table(&vpc), "10.99.0.0/16", RouteTarget::Interface(eni));
    cloud.settle();
    cloud.run(&appliance, "ip", "address add 10.99.0.1/32 dev lo").unwrap();
    cloud.serve(&appliance, "10.99.0.1:80", "appliance");
    assert_eq!(cloud.reaches(&client, "10.99.0.1:80"), "appliance sees 10.0.0.4");
    let back = entry(100, "out", Traffic::Tcp(1024, 65535), "0.0.0.0/0", true);
    let acl = cloud.acl(&vpc, &[&between], &[back]);
    cloud.converge();
    cloud.is_silent(&client, "10.99.0.1:80");
    cloud.update::<NetworkAcl>(&acl, |acl| acl.entries.push(entry(100, "in", Traffic::Tcp(80, 80), "10.0.0.0/24", true)));
    cloud.converge();
    assert_eq!(cloud.reaches(&client, "10.99.0.1:80"), "appliance sees 10.0.0.4");
}
