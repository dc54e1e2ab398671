//! The limits that AWS sets and that change how templates are written.

use resource::{GROUP_QUOTA, Link, Owner, SecurityGroup};
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

fn vpc(cloud: &Cloud) -> String {
    cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId")
}

#[test]
fn a_vpc_has_at_most_two_hundred_subnets_and_route_tables() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    let subnet = |n: u32| json!({"VpcId": vpc, "CidrBlock": format!("10.0.{}.{}/28", n / 16, n % 16 * 16)});
    let last = cloud.text("CreateSubnet", subnet(0), "/Subnet/SubnetId");
    (1..200).for_each(|n| drop(cloud.ok("CreateSubnet", subnet(n))));
    assert_eq!(cloud.refusal("CreateSubnet", subnet(200)), "SubnetLimitExceeded");
    assert_eq!(cloud.refusal("CreateSubnet", subnet(7)), "InvalidSubnet.Conflict");
    cloud.ok("DeleteSubnet", json!({"SubnetId": last}));
    cloud.ok("CreateSubnet", subnet(200));

    (1..200).for_each(|_| drop(cloud.ok("CreateRouteTable", json!({"VpcId": vpc}))));
    assert_eq!(cloud.refusal("CreateRouteTable", json!({"VpcId": vpc})), "RouteTableLimitExceeded");
}

#[test]
fn an_account_has_at_most_2500_groups_in_a_region_and_those_of_others_do_not_count() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    let create = |cloud: &Cloud, name: &str| json!({"VpcId": self::vpc(cloud), "GroupName": name, "Description": "d"});
    let model = cloud.text("CreateSecurityGroup", json!({"VpcId": vpc, "GroupName": "a", "Description": "d"}), "/GroupId");
    cloud.change(|txn| {
        let model = txn.find::<SecurityGroup>(&model).expect("made above");
        for n in 2..2500 {
            txn.put(SecurityGroup {
                id: resource::GroupId::random(),
                associations: Vec::new(),
                name: format!("group {n}"),
                rules: Vec::new(),
                ..(*model).clone()
            });
        }
    });
    let owner = Owner::new("111111111111", "us-east-1");
    assert_eq!(cloud.world().taken(Link::name(GROUP_QUOTA, owner.key())), 2500);
    let one_more = json!({"VpcId": vpc, "GroupName": "z", "Description": "d"});
    assert_eq!(cloud.refusal("CreateSecurityGroup", one_more.clone()), "SecurityGroupLimitExceeded");
    cloud.ok("DeleteSecurityGroup", json!({"GroupId": model}));
    cloud.ok("CreateSecurityGroup", one_more);
    let other = cloud.account("222222222222");
    other.ok("CreateSecurityGroup", create(&other, "z"));
}

#[test]
fn a_group_has_at_most_sixty_rules_in_each_direction() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    let group = cloud.text("CreateSecurityGroup", json!({"VpcId": vpc, "GroupName": "a", "Description": "d"}), "/GroupId");
    let ports = |from: u16, count: u16| -> Value {
        let permission =
            |port| json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]});
        json!({"GroupId": group, "IpPermissions": (from..from + count).map(permission).collect::<Vec<_>>()})
    };
    cloud.ok("AuthorizeSecurityGroupIngress", ports(1, 59));
    assert_eq!(cloud.refusal("AuthorizeSecurityGroupIngress", ports(60, 2)), "RulesPerSecurityGroupLimitExceeded");
    cloud.ok("AuthorizeSecurityGroupIngress", ports(60, 1));
    assert_eq!(cloud.refusal("AuthorizeSecurityGroupIngress", ports(61, 1)), "RulesPerSecurityGroupLimitExceeded");
    cloud.ok("AuthorizeSecurityGroupEgress", ports(1, 59));
    assert_eq!(cloud.refusal("AuthorizeSecurityGroupEgress", ports(60, 1)), "RulesPerSecurityGroupLimitExceeded");
    cloud.ok("RevokeSecurityGroupIngress", ports(1, 1));
    cloud.ok("AuthorizeSecurityGroupIngress", ports(61, 1));
}

#[test]
fn an_acl_has_at_most_twenty_entries_in_each_direction() {
    let cloud = Cloud::new();
    let acl = cloud.text("CreateNetworkAcl", json!({"VpcId": vpc(&cloud)}), "/NetworkAcl/NetworkAclId");
    let entry = |number: u16, egress: bool| json!({"NetworkAclId": acl, "RuleNumber": number, "Egress": egress, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "10.0.0.0/8"});
    (1..=20).for_each(|number| drop(cloud.ok("CreateNetworkAclEntry", entry(number, false))));
    assert_eq!(cloud.refusal("CreateNetworkAclEntry", entry(21, false)), "NetworkAclEntryLimitExceeded");
    assert_eq!(cloud.refusal("CreateNetworkAclEntry", entry(20, false)), "NetworkAclEntryAlreadyExists");
    cloud.ok("ReplaceNetworkAclEntry", entry(20, false));
    cloud.ok("CreateNetworkAclEntry", entry(20, true));
}

#[test]
fn the_thousandth_address_is_given_as_the_first_and_counted() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.0.0/20"}), "/Subnet/SubnetId");
    let make = || cloud.text("CreateNetworkInterface", json!({"SubnetId": subnet}), "/NetworkInterface/PrivateIpAddress");
    assert_eq!(make(), "10.0.0.4");
    let mut seen: Vec<String> = (1..1000).map(|_| make()).collect();
    assert_eq!(seen.last().map(String::as_str), Some("10.0.3.235"));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 999);
    let shown = cloud.ok("DescribeSubnets", json!({"SubnetIds": [subnet]}));
    assert_eq!(shown.pointer("/Subnets/0/AvailableIpAddressCount"), Some(&json!(4096 - 5 - 1000)));
    let full = json!({"Filters": [{"Name": "available-ip-address-count", "Values": ["3091"]}]});
    assert_eq!(cloud.text("DescribeSubnets", full, "/Subnets/0/SubnetId"), subnet);
}
