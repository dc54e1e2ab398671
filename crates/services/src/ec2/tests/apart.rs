//! Accounts and Regions are worlds apart, but for services that name somebody.

use serde_json::{Value, json};

use super::everything::{Everything, KINDS};
use crate::elbv2::tests::site::{Site, text};

/// A service in the provider's account that names nobody; its id and name.
fn service(provider: &Site) -> (String, String) {
    let made = provider
        .cloud
        .ok("CreateVpcEndpointServiceConfiguration", json!({"NetworkLoadBalancerArns": [provider.balancer("web")]}));
    (text(&made, "/ServiceConfiguration/ServiceId"), text(&made, "/ServiceConfiguration/ServiceName"))
}

#[test]
fn another_region_of_the_same_account_is_empty_and_takes_the_same_names() {
    let everything = Everything::new();
    let here = &everything.cloud;
    let there = here.region("eu-west-1");
    for kind in KINDS.iter().filter(|kind| kind.operation != "DescribeManagedPrefixLists") {
        assert_eq!(kind.all(&there), [""; 0], "{}", kind.operation);
        for id in kind.all(here) {
            assert_eq!(there.refusal(kind.operation, json!({kind.ids: [id]})), kind.unknown.1, "{}", kind.operation);
        }
    }
    assert_eq!(there.ok("DescribeTags", json!({}))["Tags"], json!([]));
    assert_eq!(there.refusal("DeleteVpc", json!({"VpcId": everything.vpc})), "InvalidVpcID.NotFound");
    let tag = json!({"Resources": [everything.vpc], "Tags": [{"Key": "a", "Value": "b"}]});
    assert_eq!(there.refusal("CreateTags", tag), "InvalidVpcID.NotFound");
    there.ok("CreateKeyPair", json!({"KeyName": "mine", "KeyType": "ed25519"}));
    there.ok("CreateDefaultVpc", json!({}));
    here.ok("CreateDefaultVpc", json!({}));
    let zones = there.ok("DescribeSubnets", json!({}))["Subnets"].clone();
    assert!(
        zones.as_array().is_some_and(|subnets| subnets.iter().all(|s| text(s, "/AvailabilityZone").starts_with("eu-west-1")))
    );
    let options = there.ok("DescribeDhcpOptions", json!({}))["DhcpOptions"][0]["DhcpConfigurations"][0].clone();
    assert_eq!(options, json!({"Key": "domain-name", "Values": [{"Value": "eu-west-1.compute.internal"}]}));
}

#[test]
fn one_token_in_two_regions_stands_for_two_requests() {
    let here = Everything::new().cloud;
    let there = here.region("eu-west-1");
    let list = json!({"PrefixListName": "both", "MaxEntries": 1, "AddressFamily": "IPv4", "ClientToken": "a"});
    let id = |cloud: &crate::ec2::testing::Cloud| cloud.text("CreateManagedPrefixList", list.clone(), "/PrefixList/PrefixListId");
    assert_ne!(id(&here), id(&there));
    assert_eq!(id(&here), id(&here));
}

#[test]
fn a_service_is_listed_to_its_owner_and_to_the_accounts_that_it_names() {
    let provider = Site::new();
    let (id, name) = service(&provider);
    let [ann, bob] = ["222222222222", "333333333333"].map(|account| provider.cloud.account(account));
    let custom = json!({"Filters": [{"Name": "service-name", "Values": ["com.amazonaws.vpce.*"]}]});
    let listed =
        |cloud: &crate::ec2::testing::Cloud| cloud.ok("DescribeVpcEndpointServices", custom.clone())["ServiceNames"].clone();
    let change = |member: &str, principal: &str| {
        provider.cloud.ok("ModifyVpcEndpointServicePermissions", json!({"ServiceId": id, member: [principal]}));
    };
    let names = |present: bool| if present { json!([name]) } else { json!([]) };
    let root = "arn:aws:iam::222222222222:root";
    assert_eq!([listed(&provider.cloud), listed(&ann), listed(&bob)], [true, false, false].map(names));
    change("AddAllowedPrincipals", root);
    assert_eq!([listed(&provider.cloud), listed(&ann), listed(&bob)], [true, true, false].map(names));
    assert_eq!(listed(&ann.region("eu-west-1")), names(false));
    change("RemoveAllowedPrincipals", root);
    assert_eq!(listed(&ann), names(false));

    change("AddAllowedPrincipals", "arn:aws:iam::222222222222:role/deploy");
    assert_eq!(listed(&ann), names(false), "the root user is not the role");
    change("AddAllowedPrincipals", "*");
    assert_eq!([listed(&ann), listed(&bob)], [false, false].map(names), "everybody may connect, nobody is told");
    let by_name = json!({"ServiceNames": [name]});
    assert_eq!(bob.ok("DescribeVpcEndpointServices", by_name)["ServiceNames"], names(true));
    let of_owner = json!({"Filters": [{"Name": "owner", "Values": ["111111111111"]}]});
    assert_eq!(provider.cloud.ok("DescribeVpcEndpointServices", of_owner)["ServiceNames"], names(true));
}

#[test]
fn who_is_no_longer_named_keeps_the_connection_and_gets_no_other() {
    let provider = Site::new();
    let (id, name) = service(&provider);
    let consumer = Site::within(provider.cloud.account("222222222222"));
    let root = json!(["arn:aws:iam::222222222222:root"]);
    let connect =
        |subnet: &str| json!({"VpcId": consumer.vpc, "ServiceName": name, "VpcEndpointType": "Interface", "SubnetIds": [subnet]});
    assert_eq!(consumer.cloud.refusal("CreateVpcEndpoint", connect(&consumer.subnets[0])), "InvalidServiceName");
    provider.cloud.ok("ModifyVpcEndpointServicePermissions", json!({"ServiceId": id, "AddAllowedPrincipals": root}));
    let endpoint = consumer.cloud.text("CreateVpcEndpoint", connect(&consumer.subnets[0]), "/VpcEndpoint/VpcEndpointId");
    provider.cloud.ok("AcceptVpcEndpointConnections", json!({"ServiceId": id, "VpcEndpointIds": [endpoint]}));
    provider.settle();
    provider.cloud.ok("ModifyVpcEndpointServicePermissions", json!({"ServiceId": id, "RemoveAllowedPrincipals": root}));
    let state =
        consumer.cloud.ok("DescribeVpcEndpoints", json!({"VpcEndpointIds": [endpoint]}))["VpcEndpoints"][0]["State"].clone();
    assert_eq!(state, "available");
    assert_eq!(consumer.cloud.refusal("CreateVpcEndpoint", connect(&consumer.subnets[1])), "InvalidServiceName");
    let permissions = provider.cloud.ok("DescribeVpcEndpointServicePermissions", json!({"ServiceId": id}));
    assert_eq!(permissions["AllowedPrincipals"], json!([]));
    let refused = consumer.cloud.refusal("DescribeVpcEndpointServicePermissions", json!({"ServiceId": id}));
    assert_eq!(refused, "InvalidVpcEndpointServiceId.NotFound");
}

#[test]
fn a_default_vpc_is_one_per_account_and_region_and_is_found_again() {
    let everything = Everything::new();
    let here = &everything.cloud;
    let by_name = json!({"GroupName": "x", "Description": "x"});
    assert_eq!(here.refusal("CreateSecurityGroup", by_name.clone()), "VPCIdNotSpecified");
    let vpc = here.text("CreateDefaultVpc", json!({}), "/Vpc/VpcId");
    let group = here.text("CreateSecurityGroup", by_name.clone(), "/GroupId");
    let shown = here.ok("DescribeSecurityGroups", json!({"GroupNames": ["x"]}))["SecurityGroups"][0].clone();
    assert_eq!((&shown["GroupId"], &shown["VpcId"]), (&json!(group), &json!(vpc)));
    assert_eq!(here.account("222222222222").refusal("CreateSecurityGroup", by_name.clone()), "VPCIdNotSpecified");
    assert_eq!(here.region("eu-west-1").refusal("CreateSecurityGroup", by_name), "VPCIdNotSpecified");
    let account = here.ok("DescribeAccountAttributes", json!({"AttributeNames": ["default-vpc"]}));
    assert_eq!(account["AccountAttributes"][0]["AttributeValues"], json!([{"AttributeValue": vpc}]));
    let default = here.ok("DescribeVpcs", json!({"Filters": [{"Name": "is-default", "Values": ["true"]}]}));
    assert_eq!(default["Vpcs"].as_array().map(Vec::len), Some(1));
    assert_eq!(default["Vpcs"][0]["VpcId"], Value::from(vpc));
}
