//! Tags of everything: given at creation, changed later, found again, and gone with what carried them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::everything::{Everything, KINDS, filters};
use crate::ec2::testing::Cloud;

/// Resource type to id of everything that was tagged at creation.
fn made(cloud: &Cloud) -> BTreeMap<String, String> {
    let tags = cloud.ok("DescribeTags", json!({"Filters": [{"Name": "key", "Values": ["made-by"]}]}));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let tags = tags["Tags"].as_array().expect("a list");
    tags.iter()
        .inspect(|tag| assert_eq!(tag["Value"], tag["ResourceType"]))
        .map(|tag| (text(&tag["ResourceType"]), text(&tag["ResourceId"])))
        .collect()
}

#[test]
fn everything_carries_the_tags_that_it_was_made_with() {
    let everything = Everything::new();
    let made = made(&everything.cloud);
    let types: Vec<&str> = made.keys().map(String::as_str).collect();
    assert_eq!(
        types,
        [
            "dhcp-options",
            "elastic-ip",
            "instance",
            "internet-gateway",
            "key-pair",
            "launch-template",
            "natgateway",
            "network-acl",
            "network-interface",
            "prefix-list",
            "route-table",
            "security-group",
            "subnet",
            "vpc",
            "vpc-endpoint",
            "vpc-endpoint-service",
        ]
    );
    for kind in KINDS {
        assert_eq!(kind.found(&everything.cloud, "tag:made-by", kind.tagged), [made[kind.tagged].clone()], "{}", kind.operation);
        assert_eq!(kind.found(&everything.cloud, "tag-key", "made-*"), [made[kind.tagged].clone()], "{}", kind.operation);
    }
}

#[test]
fn everything_can_be_tagged_anew_and_shows_it() {
    let everything = Everything::new();
    let cloud = &everything.cloud;
    let all: Vec<String> = made(cloud).into_values().collect();
    cloud.ok("CreateTags", json!({"Resources": all, "Tags": [{"Key": "team", "Value": "blue"}, {"Key": "empty"}]}));
    for kind in KINDS {
        let found = cloud.ok(kind.operation, filters(kind.operation, &[("tag:team", &["blue"])]));
        let shown = &found[kind.list][0];
        let tags = shown.get("Tags").or_else(|| shown.get("TagSet")).unwrap_or_else(|| panic!("no tags in {shown}"));
        assert!(tags.as_array().is_some_and(|tags| tags.contains(&json!({"Key": "team", "Value": "blue"}))), "{shown}");
        assert!(tags.as_array().is_some_and(|tags| tags.contains(&json!({"Key": "empty", "Value": ""}))), "{shown}");
    }
    cloud.ok("DeleteTags", json!({"Resources": all, "Tags": [{"Key": "team", "Value": "red"}, {"Key": "empty"}]}));
    let left = cloud.ok("DescribeTags", json!({"Filters": [{"Name": "key", "Values": ["team", "empty"]}]}));
    assert_eq!(left["Tags"].as_array().map(Vec::len), Some(all.len()), "a value that is not the tag's keeps it");
    cloud.ok("DeleteTags", json!({"Resources": all}));
    assert_eq!(cloud.ok("DescribeTags", json!({}))["Tags"], json!([]));
}

#[test]
fn tags_are_all_given_or_none() {
    let everything = Everything::new();
    let cloud = &everything.cloud;
    let tag = |resources: Value, key: &str| json!({"Resources": resources, "Tags": [{"Key": key, "Value": "x"}]});
    let before = cloud.world().revision();
    for (resources, key, code) in [
        (json!([everything.vpc, "subnet-0123456789abcdef0"]), "k", "InvalidSubnetID.NotFound"),
        (json!([everything.vpc, "nothing-1"]), "k", "InvalidID"),
        (json!([everything.vpc]), "aws:k", "InvalidParameterValue"),
    ] {
        assert_eq!(cloud.refusal("CreateTags", tag(resources, key)), code);
    }
    let many: Vec<Value> = (0..50).map(|n| json!({"Key": n.to_string(), "Value": ""})).collect();
    assert_eq!(cloud.refusal("CreateTags", json!({"Resources": [everything.vpc], "Tags": many})), "TagLimitExceeded");
    assert_eq!(cloud.world().revision(), before);
    assert_eq!(cloud.account("222222222222").refusal("CreateTags", tag(json!([everything.vpc]), "k")), "InvalidVpcID.NotFound");
}

#[test]
fn tags_are_found_by_the_resource_its_type_the_key_and_the_value() {
    let everything = Everything::new();
    let cloud = &everything.cloud;
    let count = |filters: Value| cloud.ok("DescribeTags", json!({"Filters": filters}))["Tags"].as_array().map_or(0, Vec::len);
    let filter = |name: &str, values: &[&str]| json!({"Name": name, "Values": values});
    assert_eq!(count(json!([filter("resource-id", &[&everything.vpc])])), 1);
    assert_eq!(count(json!([filter("resource-id", &[&everything.vpc, &everything.vpc, &everything.subnet, "vpc-1", "?"])])), 2);
    assert_eq!(count(json!([filter("resource-id", &["vpc-*"])])), 1);
    assert_eq!(count(json!([filter("resource-type", &["vpc", "subnet"])])), 2);
    assert_eq!(count(json!([filter("resource-id", &[&everything.vpc]), filter("resource-type", &["subnet"])])), 0);
    assert_eq!(count(json!([filter("key", &["made-by"]), filter("value", &["nat*"])])), 1);
    assert_eq!(count(json!([filter("tag:made-by", &["vpc"])])), 1);
}

#[test]
fn a_specification_for_another_kind_of_resource_is_refused() {
    let cloud = Cloud::new();
    let wrong = json!([{"ResourceType": "image", "Tags": [{"Key": "a", "Value": "b"}]}]);
    for (operation, mut input) in [
        ("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"})),
        ("CreateInternetGateway", json!({})),
        ("AllocateAddress", json!({})),
        ("CreateDhcpOptions", json!({"DhcpConfigurations": [{"Key": "domain-name", "Values": ["x"]}]})),
        ("CreateManagedPrefixList", json!({"PrefixListName": "x", "MaxEntries": 1, "AddressFamily": "IPv4"})),
        ("CreateKeyPair", json!({"KeyName": "x"})),
    ] {
        input["TagSpecifications"] = wrong.clone();
        assert_eq!(cloud.refusal(operation, input), "InvalidParameterValue", "{operation}");
    }
    assert_eq!(cloud.world().all::<resource::Vpc>().count(), 0);
}
