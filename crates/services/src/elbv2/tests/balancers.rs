//! Balancers: made, found, changed, protected and deleted.

use resource::{ElasticAddress, LoadBalancer, NetworkInterface};
use serde_json::{Value, json};

use crate::elbv2::tests::site::{Site, text};

fn internal(site: &Site, name: &str) -> Value {
    json!({"Name": name, "Type": "network", "Scheme": "internal", "Subnets": site.subnets})
}

fn public(site: &Site, name: &str) -> Value {
    json!({"Name": name, "Type": "network", "Subnets": [site.subnets[0]]})
}

fn interfaces(site: &Site) -> Vec<NetworkInterface> {
    let all = site.cloud.world();
    all.all::<NetworkInterface>().filter(|eni| eni.requester.as_deref() == Some("amazon-elb")).map(|eni| (*eni).clone()).collect()
}

#[test]
fn a_new_balancer_is_provisioning_and_has_an_interface_per_zone_until_it_is_deleted() {
    let site = Site::new();
    let made = site.ok("CreateLoadBalancer", internal(&site, "web"))["LoadBalancers"][0].clone();
    let arn = text(&made, "/LoadBalancerArn");
    let id = arn.rsplit('/').next().expect("an ARN has parts").to_owned();
    assert_eq!(arn, format!("arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/web/{id}"));
    assert_eq!(id.len(), 16);
    assert_eq!(made["DNSName"], format!("web-{id}.elb.us-east-1.amazonaws.com"));
    assert_eq!(made["CanonicalHostedZoneId"], "Z26RNL4JYFTOTI");
    assert_eq!(
        (&made["State"]["Code"], &made["Scheme"], &made["Type"]),
        (&json!("provisioning"), &json!("internal"), &json!("network"))
    );
    assert_eq!(
        made["AvailabilityZones"][1],
        json!({"ZoneName": "us-east-1b", "SubnetId": site.subnets[1], "LoadBalancerAddresses": []})
    );
    let nodes = interfaces(&site);
    assert_eq!(nodes.len(), 2);
    assert!(nodes.iter().all(|eni| eni.description == format!("ELB net/web/{id}") && eni.fabric.is_some()));

    site.settle();
    let seen = site.ok("DescribeLoadBalancers", json!({"Names": ["web"]}));
    assert_eq!(seen["LoadBalancers"][0]["State"]["Code"], "active");

    site.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": arn}));
    site.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": arn}));
    assert_eq!(interfaces(&site), []);
    assert_eq!(site.refusal("DescribeLoadBalancers", json!({"LoadBalancerArns": [arn]})), "LoadBalancerNotFound");
}

#[test]
fn the_same_request_again_returns_the_balancer_and_another_one_of_that_name_is_refused() {
    let site = Site::new();
    let first = site.ok("CreateLoadBalancer", internal(&site, "web"));
    assert_eq!(site.ok("CreateLoadBalancer", internal(&site, "web")), first);
    let other = json!({"Name": "web", "Type": "network", "Scheme": "internal", "Subnets": [site.subnets[0]]});
    assert_eq!(site.refusal("CreateLoadBalancer", other), "DuplicateLoadBalancerName");
    assert_eq!(interfaces(&site).len(), 2);

    let stranger = Site::within(site.cloud.account("222222222222"));
    let theirs = stranger.ok("CreateLoadBalancer", internal(&stranger, "web"));
    assert_ne!(theirs["LoadBalancers"][0]["LoadBalancerArn"], first["LoadBalancers"][0]["LoadBalancerArn"]);
    let arn = text(&first, "/LoadBalancers/0/LoadBalancerArn");
    assert_eq!(stranger.refusal("DescribeLoadBalancers", json!({"LoadBalancerArns": [arn]})), "LoadBalancerNotFound");
}

#[test]
fn what_cannot_be_made_is_refused_with_the_code_of_aws() {
    let site = Site::new();
    let twin = site.subnet("us-east-1a", "10.0.3.0/24");
    let tiny = site.subnet("us-east-1c", "10.0.4.0/28");
    let elsewhere = Site::within(site.cloud.clone());
    let with = |change: Value| {
        let mut input = internal(&site, "web");
        let members = change.as_object().expect("an object").clone();
        input.as_object_mut().expect("an object").extend(members);
        site.refusal("CreateLoadBalancer", input)
    };
    assert_eq!(with(json!({"Name": "-web"})), "ValidationError");
    assert_eq!(with(json!({"Type": "application"})), "UnsupportedOperation");
    assert_eq!(with(json!({"Type": null})), "UnsupportedOperation", "application is the default");
    assert_eq!(with(json!({"IpAddressType": "dualstack"})), "UnsupportedOperation");
    assert_eq!(with(json!({"IpamPools": {"Ipv4IpamPoolId": "ipam-pool-1"}})), "UnsupportedOperation");
    assert_eq!(with(json!({"Subnets": []})), "ValidationError");
    assert_eq!(with(json!({"SubnetMappings": [{"SubnetId": site.subnets[0]}]})), "ValidationError");
    assert_eq!(with(json!({"Subnets": ["subnet-00000000000000000"]})), "SubnetNotFound");
    assert_eq!(with(json!({"Subnets": [site.subnets[0], twin]})), "InvalidConfigurationRequest");
    assert_eq!(with(json!({"Subnets": [site.subnets[0], elsewhere.subnets[1]]})), "InvalidConfigurationRequest");
    assert_eq!(with(json!({"SecurityGroups": ["sg-00000000000000000"]})), "InvalidSecurityGroup");
    assert_eq!(with(json!({"SecurityGroups": [elsewhere.group("other")]})), "InvalidSecurityGroup");
    assert_eq!(with(json!({"Scheme": "internet-facing"})), "InvalidSubnet", "there is no internet gateway");
    let tags = json!([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]);
    assert_eq!(with(json!({"Tags": tags})), "DuplicateTagKeys");

    for host in 4..9 {
        let input = json!({"Name": format!("n{host}"), "Type": "network", "Scheme": "internal",
            "SubnetMappings": [{"SubnetId": tiny, "PrivateIPv4Address": format!("10.0.4.{host}")}]});
        site.ok("CreateLoadBalancer", input);
    }
    assert_eq!(with(json!({"Subnets": [tiny]})), "InvalidSubnet", "fewer than eight addresses are free");
}

#[test]
fn an_internal_node_has_the_address_that_was_chosen() {
    let site = Site::new();
    let mapping = |address: &str| {
        json!({"Name": "fixed", "Type": "network", "Scheme": "internal",
            "SubnetMappings": [{"SubnetId": site.subnets[0], "PrivateIPv4Address": address}]})
    };
    let made = site.ok("CreateLoadBalancer", mapping("10.0.1.77"));
    let addresses = &made["LoadBalancers"][0]["AvailabilityZones"][0]["LoadBalancerAddresses"];
    assert_eq!(*addresses, json!([{"PrivateIPv4Address": "10.0.1.77"}]));
    assert_eq!(site.ok("CreateLoadBalancer", mapping("10.0.1.77")), made);
    let mut taken = mapping("10.0.1.77");
    taken["Name"] = json!("second");
    assert_eq!(site.refusal("CreateLoadBalancer", taken), "InvalidConfigurationRequest");
    let mut bad = mapping("10.0.1");
    bad["Name"] = json!("third");
    assert_eq!(site.refusal("CreateLoadBalancer", bad), "ValidationError");
}

#[test]
fn an_internet_facing_balancer_needs_a_gateway_and_gets_a_public_address_per_zone() {
    let site = Site::new();
    assert_eq!(site.refusal("CreateLoadBalancer", public(&site, "front")), "InvalidSubnet");
    let gateway = site.cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
    site.cloud.ok("AttachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": site.vpc}));

    let made = site.ok("CreateLoadBalancer", public(&site, "front"));
    let zone = &made["LoadBalancers"][0]["AvailabilityZones"][0];
    assert_eq!(zone["LoadBalancerAddresses"], json!([]), "only chosen addresses are shown");
    let given: Vec<_> = site.cloud.world().all::<ElasticAddress>().map(|address| (*address).clone()).collect();
    assert!(matches!(given.as_slice(), [only] if only.automatic && only.association.is_some()));
    site.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": made["LoadBalancers"][0]["LoadBalancerArn"]}));
    assert_eq!(site.cloud.world().all::<ElasticAddress>().count(), 0);

    let elastic = site.cloud.text("AllocateAddress", json!({"Domain": "vpc"}), "/AllocationId");
    let chosen =
        json!({"Name": "front", "Type": "network", "SubnetMappings": [{"SubnetId": site.subnets[0], "AllocationId": elastic}]});
    let made = site.ok("CreateLoadBalancer", chosen.clone());
    assert_eq!(made["LoadBalancers"][0]["AvailabilityZones"][0]["LoadBalancerAddresses"][0]["AllocationId"], json!(elastic));
    assert_eq!(site.ok("CreateLoadBalancer", chosen.clone()), made);
    let mut second = chosen;
    second["Name"] = json!("second");
    assert_eq!(site.refusal("CreateLoadBalancer", second), "InvalidConfigurationRequest");
    site.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": made["LoadBalancers"][0]["LoadBalancerArn"]}));
    let free = site.cloud.world().find::<ElasticAddress>(&elastic).expect("an Elastic IP outlives what used it");
    assert_eq!(free.association, None);
}

#[test]
fn attributes_have_defaults_and_those_that_cannot_be_enforced_are_refused() {
    let site = Site::new();
    let arn = site.balancer("web");
    let set = |key: &str, value: &str| json!({"LoadBalancerArn": arn, "Attributes": [{"Key": key, "Value": value}]});
    let shown = site.ok("DescribeLoadBalancerAttributes", json!({"LoadBalancerArn": arn}));
    assert!(
        shown["Attributes"]
            .as_array()
            .expect("a list")
            .contains(&json!({"Key": "load_balancing.cross_zone.enabled", "Value": "false"}))
    );
    assert!(
        shown["Attributes"].as_array().expect("a list").contains(&json!({"Key": "ipv6.deny_all_igw_traffic", "Value": "true"}))
    );

    site.ok("ModifyLoadBalancerAttributes", set("load_balancing.cross_zone.enabled", "true"));
    assert!(site.cloud.world().find::<LoadBalancer>(&arn).is_some_and(|balancer| balancer.cross_zone()));
    assert_eq!(
        site.refusal("ModifyLoadBalancerAttributes", set("access_logs.s3.enabled", "true")),
        "InvalidConfigurationRequest"
    );
    assert_eq!(
        site.refusal("ModifyLoadBalancerAttributes", set("idle_timeout.timeout_seconds", "60")),
        "InvalidConfigurationRequest"
    );
    assert_eq!(site.refusal("ModifyLoadBalancerAttributes", set("deletion_protection.enabled", "on")), "ValidationError");

    site.ok("ModifyLoadBalancerAttributes", set("deletion_protection.enabled", "true"));
    assert_eq!(site.refusal("DeleteLoadBalancer", json!({"LoadBalancerArn": arn})), "OperationNotPermitted");
    site.ok("ModifyLoadBalancerAttributes", set("deletion_protection.enabled", "false"));
    site.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": arn}));
}

#[test]
fn groups_can_be_replaced_only_on_a_balancer_that_was_made_with_some() {
    let site = Site::new();
    let (first, second) = (site.group("first"), site.group("second"));
    let without = site.balancer("without");
    let set = |arn: &str, groups: Value| json!({"LoadBalancerArn": arn, "SecurityGroups": groups});
    assert_eq!(site.refusal("SetSecurityGroups", set(&without, json!([first]))), "InvalidConfigurationRequest");
    let shown = site.ok("DescribeLoadBalancers", json!({"LoadBalancerArns": [without]}));
    assert_eq!(shown["LoadBalancers"][0].get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"), None);
    site.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": without}));

    let mut input = internal(&site, "with");
    input["SecurityGroups"] = json!([first]);
    let made = site.ok("CreateLoadBalancer", input)["LoadBalancers"][0].clone();
    assert_eq!(made["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"], "on");
    let arn = text(&made, "/LoadBalancerArn");
    let mut change = set(&arn, json!([second]));
    change["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = json!("off");
    let changed = site.ok("SetSecurityGroups", change);
    assert_eq!(changed, json!({"SecurityGroupIds": [second], "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off"}));
    assert!(interfaces(&site).iter().all(|eni| eni.groups.iter().map(ToString::to_string).eq([second.clone()])));
    assert_eq!(site.refusal("SetSecurityGroups", set(&arn, json!([]))), "InvalidConfigurationRequest");
}

#[test]
fn zones_come_and_go_but_not_while_endpoints_are_connected() {
    let site = Site::new();
    let third = site.subnet("us-east-1c", "10.0.3.0/24");
    let arn = site.balancer("web");
    let [a, b] = &site.subnets;
    let set = |subnets: Value| json!({"LoadBalancerArn": arn, "Subnets": subnets});
    let sibling = site.subnet("us-east-1b", "10.0.4.0/24");
    assert_eq!(
        site.refusal("SetSubnets", set(json!([a, sibling]))),
        "InvalidConfigurationRequest",
        "one zone, one subnet at a time"
    );
    let chosen = json!({"LoadBalancerArn": arn, "SubnetMappings": [{"SubnetId": a, "PrivateIPv4Address": "10.0.1.9"}]});
    assert_eq!(site.refusal("SetSubnets", chosen), "InvalidConfigurationRequest", "an address stays what it was");
    let zones = site.ok("SetSubnets", set(json!([a, b, third])));
    assert_eq!(zones["AvailabilityZones"].as_array().map(Vec::len), Some(3));
    assert_eq!(interfaces(&site).len(), 3);
    assert_eq!(
        site.refusal("SetSubnets", set(json!([Site::within(site.cloud.clone()).subnets[0]]))),
        "InvalidConfigurationRequest"
    );
    let before = interfaces(&site);
    let zones = site.ok("SetSubnets", set(json!([a, third])));
    assert_eq!(zones["AvailabilityZones"].as_array().map(Vec::len), Some(2));
    assert_eq!(interfaces(&site).len(), 2, "the node's interface goes with it");
    assert!(interfaces(&site).iter().all(|kept| before.iter().any(|known| known.id == kept.id)));
    site.settle();
    let service = site.cloud.text(
        "CreateVpcEndpointServiceConfiguration",
        json!({"NetworkLoadBalancerArns": [arn]}),
        "/ServiceConfiguration/ServiceName",
    );
    let wish = json!({"VpcId": site.vpc, "VpcEndpointType": "Interface", "ServiceName": service, "SubnetIds": [a]});
    let endpoint = site.cloud.text("CreateVpcEndpoint", wish, "/VpcEndpoint/VpcEndpointId");
    assert_eq!(site.refusal("SetSubnets", set(json!([a]))), "InvalidConfigurationRequest", "an endpoint waits to be accepted");
    site.cloud.ok("DeleteVpcEndpoints", json!({"VpcEndpointIds": [endpoint]}));
    site.ok("SetSubnets", set(json!([a])));
}

#[test]
fn secondary_addresses_of_nodes_only_grow_in_number() {
    let site = Site::new();
    let arn = site.balancer("web");
    let setting = |count: &str| json!([{"Key": "secondary_ips.auto_assigned.per_subnet", "Value": count}]);
    let set = |count: &str| json!({"LoadBalancerArn": arn, "Attributes": setting(count)});
    let numbers = || interfaces(&site).iter().map(|eni| eni.addresses.len()).collect::<Vec<_>>();
    site.ok("ModifyLoadBalancerAttributes", set("2"));
    assert_eq!(numbers(), [3, 3]);
    assert_eq!(site.refusal("ModifyLoadBalancerAttributes", set("1")), "InvalidConfigurationRequest");
    assert_eq!(site.refusal("ModifyLoadBalancerAttributes", set("8")), "ValidationError");
    site.ok("ModifyLoadBalancerAttributes", set("2"));
    let [a, b] = &site.subnets;
    let third = site.subnet("us-east-1c", "10.0.3.0/24");
    site.ok("SetSubnets", json!({"LoadBalancerArn": arn, "Subnets": [a, b, third]}));
    assert_eq!(numbers(), [3, 3, 3], "a zone that comes later has as many");
    let small = site.subnet("us-east-1d", "10.0.4.0/28");
    site.ok("SetSubnets", json!({"LoadBalancerArn": arn, "Subnets": [a, b, third, small]}));
    let taken = json!({"SubnetId": small, "SecondaryPrivateIpAddressCount": 4});
    site.cloud.ok("CreateNetworkInterface", taken);
    assert_eq!(site.refusal("ModifyLoadBalancerAttributes", set("7")), "InvalidSubnet");
    assert_eq!(numbers(), [3, 3, 3, 3], "all or none");
}

#[test]
fn balancers_are_listed_page_by_page() {
    let site = Site::new();
    let mut made: Vec<String> = (0..5).map(|n| site.balancer(&format!("web-{n}"))).collect();
    made.sort();
    let (mut seen, mut marker) = (Vec::new(), Value::Null);
    loop {
        let page = site.ok("DescribeLoadBalancers", json!({"PageSize": 2, "Marker": marker}));
        let shown = page["LoadBalancers"].as_array().expect("a list").clone();
        seen.extend(shown.iter().map(|balancer| text(balancer, "/LoadBalancerArn")));
        match page.get("NextMarker") {
            Some(next) => marker = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen, made);
    assert_eq!(site.refusal("DescribeLoadBalancers", json!({"Marker": "%"})), "ValidationError");
    assert_eq!(site.refusal("DescribeLoadBalancers", json!({"Names": ["nobody"]})), "LoadBalancerNotFound");
    assert_eq!(site.ok("DescribeAccountLimits", json!({"PageSize": 1}))["Limits"].as_array().map(Vec::len), Some(1));
}

#[test]
fn tags_are_kept_on_balancers_listeners_and_groups() {
    let site = Site::new();
    let (balancer, group) = (site.balancer("web"), site.target_group("web", "ip"));
    let listener = site.listener(&balancer, 80, &group);
    let arns = json!([balancer, listener, group]);
    site.ok("AddTags", json!({"ResourceArns": arns, "Tags": [{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "1"}]}));
    site.ok("RemoveTags", json!({"ResourceArns": arns, "TagKeys": ["cost"]}));
    let shown = site.ok("DescribeTags", json!({"ResourceArns": arns}));
    for (n, arn) in [&balancer, &listener, &group].into_iter().enumerate() {
        assert_eq!(shown["TagDescriptions"][n], json!({"ResourceArn": arn, "Tags": [{"Key": "team", "Value": "a"}]}));
    }
    let missing = |arn: &str| site.refusal("DescribeTags", json!({"ResourceArns": [arn]}));
    assert_eq!(missing(&format!("{balancer}0")), "LoadBalancerNotFound");
    assert_eq!(missing(&format!("{listener}0")), "ListenerNotFound");
    assert_eq!(missing(&format!("{group}0")), "TargetGroupNotFound");
    assert_eq!(
        site.refusal("AddTags", json!({"ResourceArns": arns, "Tags": [{"Key": "aws:x", "Value": ""}]})),
        "ValidationError"
    );
}

#[test]
fn deleting_a_balancer_closes_its_listeners_and_leaves_its_groups() {
    let site = Site::new();
    let (balancer, group) = (site.balancer("web"), site.target_group("web", "ip"));
    let listener = site.listener(&balancer, 80, &group);
    site.ok("RegisterTargets", json!({"TargetGroupArn": group, "Targets": [{"Id": "10.0.1.9"}]}));
    site.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": balancer}));
    assert_eq!(site.refusal("DescribeListeners", json!({"ListenerArns": [listener]})), "ListenerNotFound");
    let health = site.ok("DescribeTargetHealth", json!({"TargetGroupArn": group}));
    assert_eq!(health["TargetHealthDescriptions"][0]["TargetHealth"]["Reason"], "Target.NotInUse");
    let again = site.balancer("web");
    assert_ne!(again, balancer, "a new balancer of the same name is another one");
    site.listener(&again, 80, &group);
}

#[test]
fn strangers_can_neither_see_nor_change_a_balancer() {
    let site = Site::new();
    let (balancer, group) = (site.balancer("web"), site.target_group("web", "ip"));
    let listener = site.listener(&balancer, 80, &group);
    let stranger = Site::within(site.cloud.account("222222222222"));
    stranger.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": balancer}));
    for (operation, member, arn, code) in [
        ("DescribeLoadBalancerAttributes", "LoadBalancerArn", &balancer, "LoadBalancerNotFound"),
        ("DescribeListeners", "LoadBalancerArn", &balancer, "LoadBalancerNotFound"),
        ("DescribeListenerAttributes", "ListenerArn", &listener, "ListenerNotFound"),
        ("DeleteListener", "ListenerArn", &listener, "ListenerNotFound"),
        ("ModifyListener", "ListenerArn", &listener, "ListenerNotFound"),
        ("ModifyTargetGroup", "TargetGroupArn", &group, "TargetGroupNotFound"),
    ] {
        let mut input = json!({});
        input[member] = json!(arn);
        assert_eq!(stranger.refusal(operation, input), code, "{operation}");
    }
    let tags = json!({"ResourceArns": [balancer], "Tags": [{"Key": "mine", "Value": "now"}]});
    assert_eq!(stranger.refusal("AddTags", tags), "LoadBalancerNotFound");
    assert_eq!(site.ok("DescribeLoadBalancers", json!({}))["LoadBalancers"].as_array().map(Vec::len), Some(1));
}
