//! What holds for every Describe operation: ids, filters, pages, and that strangers see nothing.

use serde_json::{Value, json};

use super::everything::{Everything, KINDS, Kind, filters};
use crate::ec2::testing::Cloud;

/// Describe operations without ids, and those above.
const OTHERS: &[&str] = &[
    "DescribeAvailabilityZones",
    "DescribeImages",
    "DescribeInstanceStatus",
    "DescribeInstanceTypes",
    "DescribeInstances",
    "DescribeKeyPairs",
    "DescribePrefixLists",
    "DescribeRegions",
    "DescribeSecurityGroupRules",
    "DescribeTags",
    "DescribeVpcEndpointConnections",
    "DescribeVpcEndpointServices",
];

#[test]
fn an_unknown_filter_is_refused_by_an_empty_account_as_by_a_full_one() {
    for cloud in [Cloud::new(), Everything::new().cloud] {
        for operation in KINDS.iter().map(|kind| kind.operation).chain(OTHERS.iter().copied()) {
            assert_eq!(
                cloud.refusal(operation, filters(operation, &[("colour", &["red"])])),
                "InvalidParameterValue",
                "{operation}"
            );
        }
    }
}

#[test]
fn an_id_that_is_malformed_unknown_or_somebody_elses_has_its_code() {
    let everything = Everything::new();
    let stranger = everything.cloud.account("222222222222");
    for kind in KINDS {
        let (unknown, missing) = kind.unknown;
        let refusal = |cloud: &Cloud, id: &str| cloud.refusal(kind.operation, json!({kind.ids: [id]}));
        assert_eq!(refusal(&everything.cloud, unknown), missing, "{}", kind.operation);
        assert_eq!(refusal(&everything.cloud, "no-id"), kind.malformed, "{}", kind.operation);
        for id in own(&everything.cloud, kind) {
            assert_eq!(refusal(&stranger, &id), missing, "{}", kind.operation);
            assert_eq!(kind.listed(&everything.cloud.ok(kind.operation, json!({kind.ids: [id]}))), [id], "{}", kind.operation);
        }
    }
}

/// The ids of the account's own: AWS's prefix lists belong to nobody.
fn own(cloud: &Cloud, kind: &Kind) -> Vec<String> {
    let aws = kind.all(&cloud.account("999999999999"));
    let own: Vec<String> = kind.all(cloud).into_iter().filter(|id| !aws.contains(id)).collect();
    assert!(!own.is_empty(), "{}", kind.operation);
    own
}

#[test]
fn a_filter_by_id_finds_one_and_neither_an_unknown_nor_a_strangers_id_is_an_error_in_it() {
    let everything = Everything::new();
    let stranger = everything.cloud.account("222222222222");
    for kind in KINDS {
        let Some(filter) = kind.filter else { continue };
        for id in own(&everything.cloud, kind) {
            assert_eq!(kind.found(&everything.cloud, filter, &id), std::slice::from_ref(&id), "{}", kind.operation);
            assert_eq!(kind.found(&stranger, filter, &id), [""; 0], "{}", kind.operation);
            let twice = filters(kind.operation, &[(filter, &[&id, &id, kind.unknown.0])]);
            assert_eq!(kind.listed(&everything.cloud.ok(kind.operation, twice)), [id], "{}", kind.operation);
        }
        assert_eq!(kind.found(&everything.cloud, filter, kind.unknown.0), [""; 0], "{}", kind.operation);
    }
}

#[test]
fn what_is_looked_up_by_a_plain_value_is_what_a_search_by_wildcard_finds() {
    let everything = Everything::new();
    let cloud = &everything.cloud;
    cloud.ok("CreateDefaultVpc", json!({}));
    let group = cloud.text("DescribeSecurityGroups", filters("", &[("group-name", &["web"])]), "/SecurityGroups/0/GroupId");
    let instance = cloud.text("DescribeInstances", json!({}), "/Reservations/0/Instances/0/InstanceId");
    for (operation, filter, value) in [
        ("DescribeSubnets", "vpc-id", &everything.vpc),
        ("DescribeRouteTables", "vpc-id", &everything.vpc),
        ("DescribeRouteTables", "association.subnet-id", &everything.subnet),
        ("DescribeSecurityGroups", "vpc-id", &everything.vpc),
        ("DescribeNetworkAcls", "vpc-id", &everything.vpc),
        ("DescribeNetworkAcls", "association.subnet-id", &everything.subnet),
        ("DescribeNetworkInterfaces", "vpc-id", &everything.vpc),
        ("DescribeNetworkInterfaces", "subnet-id", &everything.subnet),
        ("DescribeNetworkInterfaces", "group-id", &group),
        ("DescribeNetworkInterfaces", "attachment.instance-id", &instance),
        ("DescribeInternetGateways", "attachment.vpc-id", &everything.vpc),
        ("DescribeNatGateways", "vpc-id", &everything.vpc),
        ("DescribeNatGateways", "subnet-id", &everything.subnet),
        ("DescribeVpcEndpoints", "vpc-id", &everything.vpc),
    ] {
        let kind = KINDS.iter().find(|kind| kind.operation == operation).expect("it is in the table");
        let searched = kind.found(cloud, filter, &format!("{value}*"));
        assert_eq!(kind.found(cloud, filter, value), searched, "{operation} {filter}");
        assert!(kind.all(cloud).len() >= searched.len());
        let both = filters(operation, &[(filter, &[value]), ("tag-key", &["nothing has it"])]);
        assert_eq!(kind.listed(&cloud.ok(operation, both)), [""; 0], "{operation} {filter}");
    }
}

#[test]
fn what_two_values_lead_to_is_described_once() {
    let Everything { cloud, vpc, subnet } = Everything::new();
    let other = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.9.0/24"}), "/Subnet/SubnetId");
    let both = filters("DescribeNetworkAcls", &[("association.subnet-id", &[&subnet, &other])]);
    let acls = cloud.ok("DescribeNetworkAcls", both);
    assert_eq!(acls["NetworkAcls"].as_array().map(Vec::len), Some(1), "{acls}");
    let twice = cloud.ok("DescribeSubnets", json!({"SubnetIds": [other, other]}));
    assert_eq!(twice["Subnets"].as_array().map(Vec::len), Some(1), "{twice}");
}

#[test]
fn pages_of_five_show_everything_once_in_the_same_order() {
    let cloud = Cloud::new();
    for n in 0..13 {
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": format!("10.{n}.0.0/16")}), "/Vpc/VpcId");
        cloud.ok("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": format!("10.{n}.1.0/24")}));
        cloud.ok("CreateTags", json!({"Resources": [vpc], "Tags": [{"Key": "n", "Value": n.to_string()}]}));
    }
    for (operation, list) in [
        ("DescribeVpcs", "Vpcs"),
        ("DescribeSubnets", "Subnets"),
        ("DescribeRouteTables", "RouteTables"),
        ("DescribeSecurityGroups", "SecurityGroups"),
        ("DescribeSecurityGroupRules", "SecurityGroupRules"),
        ("DescribeNetworkAcls", "NetworkAcls"),
        ("DescribeTags", "Tags"),
        ("DescribeInstanceTypes", "InstanceTypes"),
        ("DescribeManagedPrefixLists", "PrefixLists"),
    ] {
        let whole = cloud.ok(operation, json!({}));
        let (mut seen, mut token) = (Vec::new(), Value::Null);
        loop {
            let mut input = json!({"MaxResults": 5});
            if !token.is_null() {
                input["NextToken"] = token;
            }
            let page = cloud.ok(operation, input);
            let items = page[list].as_array().expect(list).clone();
            assert!(items.len() <= 5 && !items.is_empty(), "{operation}");
            seen.extend(items);
            token = page["NextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        let text = |items: &[Value]| {
            let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
            texts.sort_unstable();
            texts
        };
        assert_eq!(text(&seen), text(whole[list].as_array().expect(list)), "{operation}");
        assert_eq!(cloud.refusal(operation, json!({"NextToken": "not ours!"})), "InvalidNextToken", "{operation}");
    }
}

#[test]
fn every_filter_that_terraform_and_cdk_use_is_known() {
    let cloud = Everything::new().cloud;
    for (operation, names) in [
        (
            "DescribeVpcs",
            "cidr isDefault is-default state tag:Name dhcp-options-id cidr-block-association.association-id owner-id",
        ),
        (
            "DescribeSubnets",
            "availability-zone availabilityZone availability-zone-id vpc-id state cidr-block default-for-az tag-key",
        ),
        (
            "DescribeRouteTables",
            "association.main association.route-table-association-id route.destination-cidr-block route.gateway-id route.nat-gateway-id owner-id",
        ),
        (
            "DescribeSecurityGroups",
            "group-name vpc-id description ip-permission.group-id ip-permission.cidr egress.ip-permission.cidr ip-permission.from-port owner-id",
        ),
        ("DescribeSecurityGroupRules", "group-id security-group-rule-id tag:Name"),
        (
            "DescribeNetworkAcls",
            "default vpc-id association.association-id entry.rule-number entry.cidr entry.egress entry.protocol entry.rule-action",
        ),
        (
            "DescribeNetworkInterfaces",
            "attachment.instance-owner-id attachment.attachment-id attachment.device-index requester-id requester-managed description group-id status private-ip-address addresses.private-ip-address association.public-ip interface-type",
        ),
        ("DescribeInternetGateways", "attachment.vpc-id attachment.state internet-gateway-id"),
        ("DescribeNatGateways", "state subnet-id vpc-id nat-gateway-id tag:Name"),
        (
            "DescribeAddresses",
            "domain public-ip association-id network-interface-id instance-id private-ip-address allocation-id",
        ),
        (
            "DescribeInstances",
            "instance-state-name vpc-id subnet-id private-ip-address network-interface.network-interface-id client-token iam-instance-profile.arn tag:Name",
        ),
        ("DescribeVpcEndpoints", "service-name vpc-endpoint-state vpc-endpoint-type vpc-id tag:Name"),
        ("DescribeVpcEndpointConnections", "service-id vpc-endpoint-id vpc-endpoint-owner vpc-endpoint-state"),
        ("DescribeVpcEndpointServices", "service-type service-name owner tag:Name"),
        ("DescribePrefixLists", "prefix-list-name prefix-list-id"),
        ("DescribeManagedPrefixLists", "prefix-list-name owner-id"),
        ("DescribeTags", "resource-id resource-type key value"),
        ("DescribeImages", "name owner-alias architecture state virtualization-type root-device-type is-public image-type"),
        ("DescribeAvailabilityZones", "zone-type opt-in-status state region-name zone-id zone-name group-name"),
        ("DescribeDhcpOptions", "key value dhcp-options-id"),
        ("DescribeKeyPairs", "key-name fingerprint key-pair-id"),
        ("DescribeLaunchTemplates", "launch-template-name tag:Name"),
    ] {
        for name in names.split(' ') {
            cloud.ok(operation, filters(operation, &[(name, &["nothing is called that"])]));
        }
    }
}

#[test]
fn strangers_see_nothing_of_an_account() {
    let stranger = Everything::new().cloud.account("222222222222");
    for kind in KINDS.iter().filter(|kind| kind.operation != "DescribeManagedPrefixLists") {
        assert_eq!(kind.all(&stranger), [""; 0], "{}", kind.operation);
    }
    assert_eq!(stranger.ok("DescribeInstances", json!({}))["Reservations"], json!([]));
    assert_eq!(stranger.ok("DescribeTags", json!({}))["Tags"], json!([]));
    assert_eq!(stranger.ok("DescribeSecurityGroupRules", json!({}))["SecurityGroupRules"], json!([]));
    let custom = filters("DescribeVpcEndpointServices", &[("service-name", &["com.amazonaws.vpce.*"])]);
    assert_eq!(stranger.ok("DescribeVpcEndpointServices", custom)["ServiceNames"], json!([]));
    assert_eq!(stranger.ok("DescribeKeyPairs", json!({}))["KeyPairs"], json!([]));
}
