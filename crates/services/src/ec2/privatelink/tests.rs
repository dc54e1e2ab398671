//! What providers and consumers of PrivateLink do and see: the acceptance scenarios N4, N6, N7, N8, N12 and N13 of the specification.

use resource::{EndpointState, InterfaceKind, NetworkInterface, VpcEndpoint};
use serde_json::{Value, json};

use crate::elbv2::tests::site::{Site, text};

const CONSUMER: &str = "222222222222";

/// A provider with a service behind a balancer, and the consumer's own VPC with the same addresses.
struct Story {
    provider: Site,
    consumer: Site,
    balancer: String,
    service: String,
    name: String,
}

impl Story {
    fn new(acceptance_required: bool) -> Self {
        let provider = Site::new();
        let consumer = Site::within(provider.cloud.account(CONSUMER));
        let balancer = provider.balancer("payments");
        let input = json!({"NetworkLoadBalancerArns": [balancer], "AcceptanceRequired": acceptance_required});
        let made = provider.cloud.ok("CreateVpcEndpointServiceConfiguration", input);
        let service = text(&made, "/ServiceConfiguration/ServiceId");
        let name = text(&made, "/ServiceConfiguration/ServiceName");
        Self { provider, consumer, balancer, service, name }
    }

    /// A story in which the consumer may connect.
    fn permitted(acceptance_required: bool) -> Self {
        let story = Self::new(acceptance_required);
        story.permit(&format!("arn:aws:iam::{CONSUMER}:root"));
        story
    }

    fn permit(&self, principal: &str) -> Value {
        let input = json!({"ServiceId": self.service, "AddAllowedPrincipals": [principal]});
        self.provider.cloud.ok("ModifyVpcEndpointServicePermissions", input)
    }

    /// What the consumer asks for, with one member changed.
    fn request(&self, member: &str, value: Value) -> Value {
        let (vpc, subnets) = (&self.consumer.vpc, &self.consumer.subnets);
        let mut input = json!({"VpcEndpointType": "Interface", "VpcId": vpc, "ServiceName": self.name, "SubnetIds": subnets});
        input[member] = value;
        input
    }

    fn connect(&self) -> Value {
        self.consumer.cloud.ok("CreateVpcEndpoint", self.request("PrivateDnsEnabled", json!(false)))["VpcEndpoint"].clone()
    }

    fn refusal(&self, member: &str, value: Value) -> String {
        self.consumer.cloud.refusal("CreateVpcEndpoint", self.request(member, value))
    }

    fn decide(&self, operation: &str, endpoint: &str) -> Value {
        let answer = self.provider.cloud.ok(operation, json!({"ServiceId": self.service, "VpcEndpointIds": [endpoint]}));
        answer["Unsuccessful"].clone()
    }

    /// The state as the consumer sees it and as the provider sees it.
    fn states(&self, endpoint: &str) -> [Value; 2] {
        let theirs = self.consumer.cloud.ok("DescribeVpcEndpoints", json!({"VpcEndpointIds": [endpoint]}));
        let filter = json!([{"Name": "vpc-endpoint-id", "Values": [endpoint]}]);
        let ours = self.provider.cloud.ok("DescribeVpcEndpointConnections", json!({"Filters": filter}));
        [theirs["VpcEndpoints"][0]["State"].clone(), ours["VpcEndpointConnections"][0]["VpcEndpointState"].clone()]
    }

    fn withdraw(&self) -> Value {
        let input = json!({"ServiceIds": [self.service]});
        self.provider.cloud.ok("DeleteVpcEndpointServiceConfigurations", input)["Unsuccessful"].clone()
    }

    fn interfaces(&self, endpoint: &str) -> Vec<NetworkInterface> {
        let world = self.consumer.cloud.world();
        let ids = world.find::<VpcEndpoint>(endpoint).map(|endpoint| endpoint.interfaces.clone()).unwrap_or_default();
        ids.iter().filter_map(|id| world.find::<NetworkInterface>(id.as_str())).map(|eni| (*eni).clone()).collect()
    }
}

#[test]
fn a_connection_is_asked_for_accepted_used_rejected_and_gone() {
    let story = Story::new(true);
    assert_eq!(story.refusal("PrivateDnsEnabled", json!(false)), "InvalidServiceName", "N6: nobody permitted the consumer");
    let by_name = json!({"ServiceNames": [story.name]});
    assert_eq!(story.consumer.cloud.refusal("DescribeVpcEndpointServices", by_name.clone()), "InvalidServiceName");

    story.permit(&format!("arn:aws:iam::{CONSUMER}:root"));
    assert_eq!(story.consumer.cloud.ok("DescribeVpcEndpointServices", by_name)["ServiceDetails"][0]["AcceptanceRequired"], true);
    assert_eq!(story.refusal("PrivateDnsEnabled", json!(true)), "InvalidParameter", "N7: the service has no private name");
    let endpoint = text(&story.connect(), "/VpcEndpointId");
    assert_eq!(story.states(&endpoint), ["pendingAcceptance", "pendingAcceptance"]);
    let accept_before = json!({"ServiceId": story.service, "VpcEndpointIds": [endpoint]});
    assert_eq!(
        story.consumer.cloud.refusal("AcceptVpcEndpointConnections", accept_before),
        "InvalidVpcEndpointServiceId.NotFound"
    );

    assert_eq!(story.decide("AcceptVpcEndpointConnections", &endpoint), json!([]), "N8");
    assert_eq!(story.states(&endpoint), ["pending", "pending"]);
    story.provider.settle();
    assert_eq!(story.states(&endpoint), ["available", "available"]);
    assert_eq!(story.decide("AcceptVpcEndpointConnections", &endpoint), json!([]), "accepting again is no error");

    let refused = story.withdraw();
    assert_eq!(refused[0]["Error"]["Code"], "ExistingVpcEndpointConnections", "N12");
    assert_eq!(story.decide("RejectVpcEndpointConnections", &endpoint), json!([]));
    assert_eq!(story.states(&endpoint), ["rejected", "rejected"]);
    assert_eq!(story.interfaces(&endpoint).len(), 2, "a rejected endpoint keeps its interfaces");
    assert_eq!(story.decide("RejectVpcEndpointConnections", &endpoint)[0]["Error"]["Code"], "InvalidState");
    assert_eq!(story.provider.refusal("DeleteLoadBalancer", json!({"LoadBalancerArn": story.balancer})), "ResourceInUse", "N13");
    assert_eq!(story.withdraw(), json!([]));
    assert_eq!(story.withdraw()[0]["Error"]["Code"], "InvalidVpcEndpointService.NotFound");
    story.provider.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": story.balancer}));
    let left = story.consumer.cloud.ok("DescribeVpcEndpoints", json!({}));
    assert_eq!(left["VpcEndpoints"][0]["State"], "rejected", "the consumer's endpoint stays until the consumer deletes it");
}

#[test]
fn a_rejected_connection_can_be_accepted_after_all_and_one_that_goes_cannot() {
    let story = Story::permitted(true);
    let endpoint = text(&story.connect(), "/VpcEndpointId");
    story.decide("RejectVpcEndpointConnections", &endpoint);
    story.decide("AcceptVpcEndpointConnections", &endpoint);
    assert_eq!(story.states(&endpoint), ["pending", "pending"]);
    let gone = story.consumer.cloud.ok("DeleteVpcEndpoints", json!({"VpcEndpointIds": [endpoint, "vpce-00000000000000000"]}));
    assert_eq!(gone["Unsuccessful"].as_array().map(Vec::len), Some(1));
    assert_eq!(gone["Unsuccessful"][0]["ResourceId"], "vpce-00000000000000000");
    assert_eq!(gone["Unsuccessful"][0]["Error"]["Code"], "InvalidVpcEndpoint.NotFound");
    assert_eq!(story.states(&endpoint), ["deleting", "deleting"]);
    assert_eq!(story.decide("AcceptVpcEndpointConnections", &endpoint)[0]["Error"]["Code"], "InvalidState");
    assert_eq!(story.decide("AcceptVpcEndpointConnections", "vpce-0")[0]["Error"]["Code"], "InvalidVpcEndpoint.NotFound");
    let modify = json!({"VpcEndpointId": endpoint, "AddSubnetIds": [story.consumer.subnets[0]]});
    assert_eq!(story.consumer.cloud.refusal("ModifyVpcEndpoint", modify), "IncorrectState");
    assert_eq!(story.withdraw(), json!([]), "an endpoint that goes keeps no service");
}

#[test]
fn an_endpoint_has_an_interface_and_a_name_per_zone() {
    let story = Story::permitted(false);
    let shown = story.connect();
    let (id, world) = (text(&shown, "/VpcEndpointId"), story.consumer.cloud.world());
    let label = world.find::<VpcEndpoint>(&id).expect("it was made").dns_label.clone();
    assert!(label.len() == 8 && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{label}");
    let end = format!("{}.us-east-1.vpce.amazonaws.com", story.service);
    let names =
        [format!("{id}-{label}.{end}"), format!("{id}-{label}-us-east-1a.{end}"), format!("{id}-{label}-us-east-1b.{end}")];
    assert_eq!(shown["DnsEntries"], json!(names.map(|name| json!({"DnsName": name, "HostedZoneId": "Z7HUB22UULQXV"}))));
    assert_eq!((&shown["State"], &shown["VpcEndpointType"]), (&json!("pending"), &json!("Interface")));
    assert_eq!((&shown["OwnerId"], &shown["RequesterManaged"]), (&json!(CONSUMER), &json!(false)));
    assert_eq!(shown["Groups"][0]["GroupName"], "default", "the default group, whose rules block strangers");
    assert_eq!((&shown["RouteTableIds"], &shown["PrivateDnsEnabled"]), (&json!([]), &json!(false)));

    let interfaces = story.interfaces(&id);
    let places: Vec<_> = interfaces.iter().map(|eni| eni.subnet.to_string()).collect();
    assert_eq!(places, story.consumer.subnets);
    for eni in &interfaces {
        assert_eq!((eni.kind, &eni.description), (InterfaceKind::Endpoint, &format!("VPC Endpoint Interface {id}")));
        assert!(eni.fabric.is_some() && eni.requester.is_some() && eni.attachment.is_some());
        assert_eq!(eni.groups.len(), 1);
    }
}

#[test]
fn an_account_reaches_its_own_service_and_chooses_addresses() {
    let story = Story::new(false);
    let site = &story.provider;
    let input = json!({"VpcEndpointType": "Interface", "VpcId": site.vpc, "ServiceName": story.name, "SubnetIds": [site.subnets[0]],
        "SubnetConfigurations": [{"SubnetId": site.subnets[0], "Ipv4": "10.0.1.99"}],
        "TagSpecifications": [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "mine"}]}]});
    let made = site.cloud.ok("CreateVpcEndpoint", input.clone());
    assert_eq!(made["VpcEndpoint"]["Tags"], json!([{"Key": "Name", "Value": "mine"}]));
    let interfaces = story.interfaces(&text(&made, "/VpcEndpoint/VpcEndpointId"));
    assert_eq!(interfaces[0].addresses.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.1.99"]);
    assert_eq!(site.cloud.refusal("CreateVpcEndpoint", input), "InvalidIPAddress.InUse");
    let tagged =
        json!({"Filters": [{"Name": "tag:Name", "Values": ["mine"]}, {"Name": "vpc-endpoint-state", "Values": ["pending"]}]});
    assert_eq!(site.cloud.ok("DescribeVpcEndpoints", tagged)["VpcEndpoints"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_an_endpoint_cannot_be_is_refused_with_the_code_of_aws() {
    let story = Story::permitted(false);
    let (a, twin) = (&story.consumer.subnets[0], story.consumer.subnet("us-east-1a", "10.0.3.0/24"));
    let third = story.consumer.subnet("us-east-1c", "10.0.4.0/24");
    let foreign = &story.provider.subnets[0];
    assert_eq!(story.refusal("SubnetIds", json!([a, twin])), "DuplicateSubnetsInSameZone", "N4");
    assert_eq!(story.refusal("SubnetIds", json!([third])), "InvalidParameter", "the service has no node there");
    assert_eq!(story.refusal("SubnetIds", json!([foreign])), "InvalidSubnetId.NotFound");
    assert_eq!(story.refusal("SubnetIds", json!([Site::within(story.consumer.cloud.clone()).subnets[0]])), "InvalidParameter");
    assert_eq!(story.refusal("VpcId", json!("vpc-00000000000000000")), "InvalidVpcId.NotFound");
    assert_eq!(story.refusal("SecurityGroupIds", json!(["sg-00000000000000000"])), "InvalidGroup.NotFound");
    assert_eq!(story.refusal("VpcEndpointType", Value::Null), "InvalidParameter", "AWS's default is Gateway");
    assert_eq!(story.refusal("RouteTableIds", json!(["rtb-00000000000000000"])), "InvalidParameter");
    assert_eq!(story.refusal("PolicyDocument", json!("{}")), "InvalidParameter");
    assert_eq!(story.refusal("ServiceName", Value::Null), "MissingParameter");
    assert_eq!(
        story.refusal("ServiceName", json!("com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000000")),
        "InvalidServiceName"
    );
    assert_eq!(story.refusal("ServiceName", json!("com.example.service")), "InvalidServiceName");
    assert_eq!(story.refusal("ServiceName", json!("com.amazonaws.us-east-1.dynamodb")), "InvalidParameter", "only a gateway");
    assert_eq!(story.refusal("VpcEndpointType", json!("Tunnel")), "InvalidVpcEndpointType");
    assert_eq!(story.refusal("ServiceRegion", json!("eu-west-1")), "UnsupportedOperation");
    assert_eq!(story.refusal("IpAddressType", json!("dualstack")), "UnsupportedOperation");
    assert_eq!(story.refusal("DnsOptions", json!({"DnsRecordIpType": "ipv6"})), "UnsupportedOperation");
    assert_eq!(story.refusal("SubnetConfigurations", json!([{"SubnetId": third, "Ipv4": "10.0.4.9"}])), "InvalidParameter");
    assert_eq!(story.consumer.cloud.world().all::<VpcEndpoint>().count(), 0, "a refusal leaves nothing behind");
}

#[test]
fn a_modified_endpoint_is_pending_until_the_network_follows() {
    let story = Story::permitted(false);
    let [a, b] = &story.consumer.subnets;
    let made = story.consumer.cloud.ok("CreateVpcEndpoint", story.request("SubnetIds", json!([a])));
    let id = text(&made, "/VpcEndpoint/VpcEndpointId");
    story.provider.settle();
    let modify = |member: &str, value: Value| {
        let mut input = json!({"VpcEndpointId": id});
        input[member] = value;
        story.consumer.cloud.call("ModifyVpcEndpoint", input).map_err(|refused| refused.code)
    };
    assert_eq!(modify("AddSubnetIds", json!([b])), Ok(json!({"Return": true})));
    assert_eq!(story.states(&id), ["pending", "pending"]);
    assert_eq!(story.interfaces(&id).len(), 2);
    story.provider.settle();
    assert_eq!(modify("AddSubnetIds", json!([b])), Ok(json!({"Return": true})), "it has that subnet");
    assert_eq!(story.states(&id)[0], "available", "nothing changed");
    let twin = story.consumer.subnet("us-east-1b", "10.0.5.0/24");
    assert_eq!(modify("AddSubnetIds", json!([twin])), Err("DuplicateSubnetsInSameZone".into()));
    assert_eq!(modify("RemoveSubnetIds", json!([a])), Ok(json!({"Return": true})));
    assert_eq!(modify("RemoveSubnetIds", json!([a])), Err("InvalidParameter".into()));
    let left: Vec<_> = story.interfaces(&id).iter().map(|eni| eni.subnet.to_string()).collect();
    assert_eq!(left, std::slice::from_ref(b));

    let group = story.consumer.group("clients");
    let before = story.interfaces(&id)[0].groups[0].to_string();
    assert_eq!(modify("AddSecurityGroupIds", json!([group])), Ok(json!({"Return": true})));
    assert_eq!(modify("RemoveSecurityGroupIds", json!([before])), Ok(json!({"Return": true})));
    assert_eq!(story.interfaces(&id)[0].groups.iter().map(ToString::to_string).collect::<Vec<_>>(), std::slice::from_ref(&group));
    assert_eq!(modify("RemoveSecurityGroupIds", json!([group])), Err("InvalidParameter".into()));
    assert_eq!(modify("RemoveSecurityGroupIds", json!([before])), Err("InvalidParameter".into()));
    assert_eq!(modify("PolicyDocument", json!("{}")), Err("InvalidParameter".into()));
    assert_eq!(modify("PrivateDnsEnabled", json!(true)), Err("InvalidParameter".into()));
    assert_eq!(modify("AddRouteTableIds", json!(["rtb-1"])), Err("InvalidParameter".into()));
    assert_eq!(modify("VpcEndpointId", json!("vpce-00000000000000000")), Err("InvalidVpcEndpointId.NotFound".into()));
}

#[test]
fn the_interfaces_of_an_endpoint_have_the_addresses_that_were_asked_for() {
    let story = Story::permitted(false);
    let [a, b] = &story.consumer.subnets;
    let at = |subnet: &str, address: &str| json!([{"SubnetId": subnet, "Ipv4": address}]);
    let mut wish = story.request("SubnetIds", json!([a]));
    wish["SubnetConfigurations"] = at(a, "10.0.1.77");
    let made = story.consumer.cloud.ok("CreateVpcEndpoint", wish);
    let id = text(&made, "/VpcEndpoint/VpcEndpointId");
    story.provider.settle();
    let addresses = || {
        let all = story.interfaces(&id).into_iter().filter_map(|eni| Some(eni.primary()?.to_string()));
        all.collect::<Vec<_>>()
    };
    let modify = |change: Value| {
        let mut input = change;
        input["VpcEndpointId"] = json!(id);
        story.consumer.cloud.call("ModifyVpcEndpoint", input).map(drop).map_err(|refused| refused.code)
    };
    assert_eq!(addresses(), ["10.0.1.77"]);
    let first = story.interfaces(&id)[0].id.clone();
    assert_eq!(modify(json!({"SubnetConfigurations": at(a, "10.0.1.77")})), Ok(()));
    assert_eq!((story.states(&id)[0].clone(), &story.interfaces(&id)[0].id), (json!("available"), &first), "nothing changed");
    let both = json!({"AddSubnetIds": [b], "SubnetConfigurations": at(b, "10.0.2.88")});
    assert_eq!(modify(both), Ok(()));
    assert_eq!((addresses(), story.states(&id)[0].clone()), (vec!["10.0.1.77".into(), "10.0.2.88".into()], json!("pending")));
    assert_eq!(modify(json!({"SubnetConfigurations": at(a, "10.0.1.78")})), Ok(()));
    assert_eq!(addresses(), ["10.0.2.88", "10.0.1.78"], "another address is another interface");
    assert!(story.interfaces(&id).iter().all(|eni| eni.id != first));
    let third = story.consumer.subnet("us-east-1c", "10.0.3.0/24");
    let refused = [
        (json!({"SubnetConfigurations": at(&third, "10.0.3.9")}), "InvalidParameter"),
        (json!({"SubnetConfigurations": at(a, "10.0.2.9")}), "InvalidParameterValue"),
        (json!({"SubnetConfigurations": at(a, "address")}), "InvalidParameterValue"),
        (json!({"RemoveSubnetIds": [a], "SubnetConfigurations": at(a, "10.0.1.9")}), "InvalidParameter"),
        (json!({"SubnetConfigurations": [{"SubnetId": a, "Ipv6": "::1"}]}), "UnsupportedOperation"),
    ];
    for (change, code) in refused {
        assert_eq!(modify(change.clone()), Err(code.into()), "{change}");
    }
    assert_eq!(addresses(), ["10.0.2.88", "10.0.1.78"], "a refusal changes nothing");
}

#[test]
fn the_kind_of_an_endpoints_records_is_kept_and_shown() {
    let story = Story::permitted(false);
    let id = text(&story.connect(), "/VpcEndpointId");
    let shown = || story.consumer.cloud.ok("DescribeVpcEndpoints", json!({}))["VpcEndpoints"][0]["DnsOptions"].clone();
    assert_eq!(shown(), json!({"DnsRecordIpType": "ipv4"}));
    let modify = |kind: &str| json!({"VpcEndpointId": id, "DnsOptions": {"DnsRecordIpType": kind}});
    story.consumer.cloud.ok("ModifyVpcEndpoint", modify("service-defined"));
    assert_eq!(shown(), json!({"DnsRecordIpType": "service-defined"}));
    assert_eq!(story.consumer.cloud.refusal("ModifyVpcEndpoint", modify("dualstack")), "UnsupportedOperation");
    let gateway = json!({"VpcEndpointId": id, "DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": true}});
    assert_eq!(story.consumer.cloud.refusal("ModifyVpcEndpoint", gateway), "InvalidParameter");
}

#[test]
fn permissions_are_shown_once_each_and_taking_one_away_cuts_nothing() {
    let story = Story::new(false);
    let root = format!("arn:aws:iam::{CONSUMER}:root");
    let added = story.permit(&root);
    assert_eq!(added["AddedPrincipals"][0]["PrincipalType"], "Account");
    assert!(text(&added, "/AddedPrincipals/0/ServicePermissionId").starts_with("vpce-svc-perm-"));
    assert_eq!(story.permit(&root)["AddedPrincipals"], json!([]));
    story.permit("arn:aws:iam::333333333333:role/deploy");
    let invalid = json!({"ServiceId": story.service, "AddAllowedPrincipals": ["222222222222"]});
    assert_eq!(story.provider.cloud.refusal("ModifyVpcEndpointServicePermissions", invalid), "InvalidParameter");
    let filter = json!({"ServiceId": story.service, "Filters": [{"Name": "principal-type", "Values": ["Role"]}]});
    let shown = story.provider.cloud.ok("DescribeVpcEndpointServicePermissions", filter);
    assert_eq!(shown["AllowedPrincipals"].as_array().map(Vec::len), Some(1));
    assert_eq!(shown["AllowedPrincipals"][0]["Principal"], "arn:aws:iam::333333333333:role/deploy");

    let endpoint = text(&story.connect(), "/VpcEndpointId");
    let remove = json!({"ServiceId": story.service, "RemoveAllowedPrincipals": [root]});
    assert_eq!(story.provider.cloud.ok("ModifyVpcEndpointServicePermissions", remove)["ReturnValue"], true);
    assert_eq!(story.states(&endpoint)[0], "pending");
    assert_eq!(story.refusal("PrivateDnsEnabled", json!(false)), "InvalidServiceName");
}

#[test]
fn a_service_for_everybody_is_found_by_name_only() {
    let story = Story::new(true);
    story.permit("*");
    let custom = json!({"Filters": [{"Name": "owner", "Values": ["111111111111"]}]});
    let listed = |site: &Site| site.cloud.ok("DescribeVpcEndpointServices", custom.clone())["ServiceNames"].clone();
    assert_eq!(listed(&story.provider), json!([story.name]));
    assert_eq!(listed(&story.consumer), json!([]));
    let named = story.consumer.cloud.ok("DescribeVpcEndpointServices", json!({"ServiceNames": [story.name]}));
    let detail = &named["ServiceDetails"][0];
    assert_eq!(detail["BaseEndpointDnsNames"], json!([format!("{}.us-east-1.vpce.amazonaws.com", story.service)]));
    assert_eq!(
        (&detail["AvailabilityZones"], &detail["AvailabilityZoneIds"]),
        (&json!(["us-east-1a", "us-east-1b"]), &json!(["use1-az1", "use1-az2"]))
    );
    assert_eq!((&detail["Owner"], &detail["VpcEndpointPolicySupported"]), (&json!("111111111111"), &json!(false)));
    story.permit(&format!("arn:aws:iam::{CONSUMER}:root"));
    assert_eq!(listed(&story.consumer), json!([story.name]));
    let both = json!({"ServiceNames": [story.name, "com.amazonaws.vpce.us-east-1.vpce-svc-0"]});
    assert_eq!(
        story.consumer.cloud.refusal("DescribeVpcEndpointServices", both),
        "InvalidServiceName",
        "one bad name fails the call"
    );
}

#[test]
fn a_service_stands_on_one_balancer_that_no_other_service_has() {
    let story = Story::permitted(true);
    let cloud = &story.provider.cloud;
    let create = |arns: Value| json!({"NetworkLoadBalancerArns": arns});
    let refusal = |arns: Value| cloud.refusal("CreateVpcEndpointServiceConfiguration", create(arns));
    let second = story.provider.balancer("second");
    assert_eq!(refusal(json!([])), "InvalidParameter");
    assert_eq!(refusal(json!(["arn:aws:s3:::bucket"])), "InvalidNetworkLoadBalancerArn.Malformed");
    assert_eq!(refusal(json!([format!("{second}0")])), "InvalidNetworkLoadBalancerArn.NotFound");
    assert_eq!(refusal(json!([story.balancer])), "InvalidParameter");
    let foreign = story.consumer.cloud.refusal("CreateVpcEndpointServiceConfiguration", create(json!([second])));
    assert_eq!(foreign, "InvalidNetworkLoadBalancerArn.NotFound");

    let modify = |change: Value| {
        let mut input = json!({"ServiceId": story.service});
        input.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        cloud.call("ModifyVpcEndpointServiceConfiguration", input).map_err(|refused| refused.code)
    };
    let elsewhere = Site::within(story.provider.cloud.clone()).balancer("elsewhere");
    assert_eq!(modify(json!({"AddNetworkLoadBalancerArns": [elsewhere]})), Ok(json!({"Return": true})), "of another VPC");
    assert_eq!(story.provider.refusal("DeleteLoadBalancer", json!({"LoadBalancerArn": elsewhere})), "ResourceInUse");
    assert_eq!(modify(json!({"RemoveNetworkLoadBalancerArns": [elsewhere]})), Ok(json!({"Return": true})));
    assert_eq!(modify(json!({"AddNetworkLoadBalancerArns": [second]})), Ok(json!({"Return": true})));
    assert_eq!(modify(json!({"RemoveNetworkLoadBalancerArns": [second]})), Ok(json!({"Return": true})));
    assert_eq!(modify(json!({"RemoveNetworkLoadBalancerArns": [story.balancer]})), Err("InvalidParameter".into()));
    let swap = json!({"AddNetworkLoadBalancerArns": [second], "RemoveNetworkLoadBalancerArns": [story.balancer]});
    assert_eq!(modify(swap), Ok(json!({"Return": true})));
    story.provider.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": story.balancer}));
    assert_eq!(modify(json!({"AcceptanceRequired": false})), Ok(json!({"Return": true})));
    assert_eq!(story.connect()["State"], "pending", "acceptance was switched off");
    assert_eq!(modify(json!({"RemoveNetworkLoadBalancerArns": [second]})), Err("ExistingVpcEndpointConnections".into()));
}

#[test]
fn a_service_is_available_when_its_balancer_is() {
    let story = Story::new(true);
    let shown = || {
        story.provider.cloud.ok("DescribeVpcEndpointServiceConfigurations", json!({"ServiceIds": [story.service]}))["ServiceConfigurations"]
            [0]
        .clone()
    };
    assert_eq!(shown()["ServiceState"], "Pending");
    story.provider.settle();
    assert_eq!((&shown()["ServiceState"], &shown()["NetworkLoadBalancerArns"]), (&json!("Available"), &json!([story.balancer])));
    let unknown = json!({"ServiceIds": ["vpce-svc-00000000000000000"]});
    assert_eq!(
        story.provider.cloud.refusal("DescribeVpcEndpointServiceConfigurations", unknown),
        "InvalidVpcEndpointServiceId.NotFound"
    );
}

#[test]
fn a_client_token_makes_one_endpoint_and_a_dry_run_none() {
    let story = Story::permitted(true);
    let once = story.request("ClientToken", json!("t-1"));
    let first = story.consumer.cloud.ok("CreateVpcEndpoint", once.clone());
    assert_eq!(story.consumer.cloud.ok("CreateVpcEndpoint", once), first);
    assert_eq!(first["ClientToken"], "t-1");
    assert_eq!(story.refusal("DryRun", json!(true)), "DryRunOperation");
    let endpoints: Vec<_> = story.consumer.cloud.world().all::<VpcEndpoint>().map(|endpoint| endpoint.state).collect();
    assert_eq!(endpoints, [EndpointState::PendingAcceptance]);
}

#[test]
fn endpoints_and_services_are_tagged_filtered_and_paged_like_everything_else() {
    let story = Story::permitted(true);
    let (provider, consumer) = (&story.provider.cloud, &story.consumer.cloud);
    let mut ids: Vec<String> = (0..5).map(|_| text(&story.connect(), "/VpcEndpointId")).collect();
    ids.sort();
    consumer.ok("CreateTags", json!({"Resources": [ids[3]], "Tags": [{"Key": "team", "Value": "pay"}]}));
    provider.ok("CreateTags", json!({"Resources": [story.service], "Tags": [{"Key": "team", "Value": "core"}]}));
    story.decide("AcceptVpcEndpointConnections", &ids[1]);

    let endpoints = |name: &str, value: &str| -> Vec<Value> {
        let shown = consumer.ok("DescribeVpcEndpoints", json!({"Filters": [{"Name": name, "Values": [value]}]}));
        shown["VpcEndpoints"].as_array().expect("a list").iter().map(|endpoint| endpoint["VpcEndpointId"].clone()).collect()
    };
    assert_eq!(endpoints("tag:team", "pay"), [ids[3].as_str()]);
    assert_eq!(endpoints("vpc-endpoint-state", "pending"), [ids[1].as_str()]);
    for (name, value) in
        [("vpc-id", story.consumer.vpc.as_str()), ("service-name", &story.name), ("vpc-endpoint-type", "Interface")]
    {
        assert_eq!(endpoints(name, value).len(), 5, "{name}");
    }
    let unknown = json!({"Filters": [{"Name": "colour", "Values": ["red"]}]});
    assert_eq!(consumer.refusal("DescribeVpcEndpoints", unknown.clone()), "InvalidParameterValue");
    assert_eq!(provider.refusal("DescribeVpcEndpointConnections", unknown), "InvalidParameterValue");

    let services = |value: &str| {
        let filter = json!({"Filters": [{"Name": "tag:team", "Values": [value]}]});
        provider.ok("DescribeVpcEndpointServiceConfigurations", filter)["ServiceConfigurations"].as_array().map(Vec::len)
    };
    assert_eq!((services("core"), services("pay")), (Some(1), Some(0)));

    let (mut seen, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = provider.ok("DescribeVpcEndpointConnections", json!({"MaxResults": 2, "NextToken": token}));
        seen.extend(page["VpcEndpointConnections"].as_array().expect("a list").iter().map(|c| text(c, "/VpcEndpointId")));
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen, ids);
    assert_eq!(provider.refusal("DescribeVpcEndpointConnections", json!({"NextToken": "%"})), "InvalidNextToken");
}

#[test]
fn neither_side_can_act_on_what_is_the_others() {
    let story = Story::permitted(true);
    let endpoint = text(&story.connect(), "/VpcEndpointId");
    let (provider, consumer) = (&story.provider.cloud, &story.consumer.cloud);
    assert_eq!(provider.ok("DescribeVpcEndpoints", json!({}))["VpcEndpoints"], json!([]));
    assert_eq!(provider.refusal("DescribeVpcEndpoints", json!({"VpcEndpointIds": [endpoint]})), "InvalidVpcEndpointId.NotFound");
    assert_eq!(provider.refusal("ModifyVpcEndpoint", json!({"VpcEndpointId": endpoint})), "InvalidVpcEndpointId.NotFound");
    let deleted = provider.ok("DeleteVpcEndpoints", json!({"VpcEndpointIds": [endpoint]}));
    assert_eq!(deleted["Unsuccessful"][0]["Error"]["Code"], "InvalidVpcEndpoint.NotFound");
    assert_eq!(consumer.ok("DescribeVpcEndpointConnections", json!({}))["VpcEndpointConnections"], json!([]));
    let service = json!({"ServiceId": story.service});
    assert_eq!(
        consumer.refusal("ModifyVpcEndpointServiceConfiguration", service.clone()),
        "InvalidVpcEndpointServiceId.NotFound"
    );
    assert_eq!(consumer.refusal("ModifyVpcEndpointServicePermissions", service.clone()), "InvalidVpcEndpointServiceId.NotFound");
    assert_eq!(consumer.refusal("DescribeVpcEndpointServicePermissions", service), "InvalidVpcEndpointServiceId.NotFound");
    let withdrawn = consumer.ok("DeleteVpcEndpointServiceConfigurations", json!({"ServiceIds": [story.service]}));
    assert_eq!(withdrawn["Unsuccessful"][0]["Error"]["Code"], "InvalidVpcEndpointService.NotFound");
    assert_eq!(story.states(&endpoint), ["pendingAcceptance", "pendingAcceptance"]);
}

#[test]
fn the_providers_view_of_a_connection_names_who_connects_and_through_what() {
    let story = Story::permitted(true);
    let endpoint = story.connect();
    let filters =
        json!([{"Name": "service-id", "Values": [story.service]}, {"Name": "vpc-endpoint-owner", "Values": [CONSUMER]}]);
    let shown = story.provider.cloud.ok("DescribeVpcEndpointConnections", json!({"Filters": filters}));
    let connection = &shown["VpcEndpointConnections"][0];
    assert_eq!((&connection["VpcEndpointOwner"], &connection["VpcEndpointRegion"]), (&json!(CONSUMER), &json!("us-east-1")));
    assert_eq!((&connection["VpcEndpointId"], &connection["DnsEntries"]), (&endpoint["VpcEndpointId"], &endpoint["DnsEntries"]));
    assert_eq!(connection["NetworkLoadBalancerArns"], json!([story.balancer]));
    assert_eq!(connection["VpcEndpointConnectionId"], text(&endpoint, "/VpcEndpointId").replace("vpce-", "vpce-con-"));
    let nobody = json!({"Filters": [{"Name": "vpc-endpoint-owner", "Values": ["333333333333"]}]});
    assert_eq!(story.provider.cloud.ok("DescribeVpcEndpointConnections", nobody)["VpcEndpointConnections"], json!([]));
}

#[test]
fn what_becomes_of_connections_is_kept_for_those_who_want_to_know() {
    let story = Story::permitted(true);
    let cloud = &story.provider.cloud;
    let topic = "arn:aws:sns:us-east-1:111111111111:connections";
    let wish = |member: &str, value: Value| {
        let mut input =
            json!({"ServiceId": story.service, "ConnectionNotificationArn": topic, "ConnectionEvents": ["Connect", "Reject"]});
        input[member] = value;
        input
    };
    let refusal = |member: &str, value: Value| cloud.refusal("CreateVpcEndpointConnectionNotification", wish(member, value));
    assert_eq!(refusal("VpcEndpointId", json!("vpce-00000000000000000")), "InvalidParameterCombination");
    assert_eq!(refusal("ConnectionEvents", json!(["Sleep"])), "InvalidParameterValue");
    assert_eq!(refusal("ConnectionNotificationArn", json!("arn:aws:sqs:us-east-1:1:q")), "InvalidParameterValue");
    assert_eq!(refusal("ServiceId", json!("vpce-svc-00000000000000000")), "InvalidVpcEndpointServiceId.NotFound");
    let made = cloud.ok("CreateVpcEndpointConnectionNotification", wish("ConnectionEvents", json!(["Connect", "Reject"])));
    let id = text(&made, "/ConnectionNotification/ConnectionNotificationId");
    assert_eq!(made["ConnectionNotification"]["ConnectionNotificationState"], "Enabled");

    let endpoint = text(&story.connect(), "/VpcEndpointId");
    story.decide("AcceptVpcEndpointConnections", &endpoint);
    story.decide("RejectVpcEndpointConnections", &endpoint);
    let kept = cloud.world().find::<resource::ConnectionNotification>(&id).expect("it exists");
    let events: Vec<_> = kept.happened.iter().map(|happened| (happened.event.as_str(), happened.endpoint.to_string())).collect();
    assert_eq!(events, [("Connect", endpoint.clone()), ("Reject", endpoint)]);

    let modify = json!({"ConnectionNotificationId": id, "ConnectionEvents": ["Delete"]});
    assert_eq!(cloud.ok("ModifyVpcEndpointConnectionNotification", modify), json!({"ReturnValue": true}));
    let filter = json!({"Filters": [{"Name": "service-id", "Values": [story.service]}]});
    let shown = cloud.ok("DescribeVpcEndpointConnectionNotifications", filter);
    assert_eq!(shown["ConnectionNotificationSet"][0]["ConnectionEvents"], json!(["Delete"]));
    cloud.ok("DeleteVpcEndpointConnectionNotifications", json!({"ConnectionNotificationIds": [id]}));
    let gone = json!({"ConnectionNotificationId": id});
    assert_eq!(cloud.refusal("DescribeVpcEndpointConnectionNotifications", gone), "InvalidConnectionNotification");
}

#[test]
fn the_provider_may_pay_for_ever_and_endpoints_lead_to_services_only() {
    let story = Story::permitted(false);
    let cloud = &story.provider.cloud;
    let pay = |who: &str| json!({"ServiceId": story.service, "PayerResponsibility": who});
    assert_eq!(cloud.refusal("ModifyVpcEndpointServicePayerResponsibility", pay("Consumer")), "InvalidParameterValue");
    assert_eq!(cloud.ok("ModifyVpcEndpointServicePayerResponsibility", pay("ServiceOwner")), json!({"ReturnValue": true}));
    let shown = cloud.ok("DescribeVpcEndpointServiceConfigurations", json!({"ServiceIds": [story.service]}));
    assert_eq!(shown["ServiceConfigurations"][0]["PayerResponsibility"], "ServiceOwner");
    let endpoint = text(&story.connect(), "/VpcEndpointId");
    let answer = story.consumer.cloud.ok("DescribeVpcEndpointAssociations", json!({"VpcEndpointIds": [endpoint]}));
    assert_eq!(answer, json!({"VpcEndpointAssociations": []}));
    let unknown = json!({"VpcEndpointIds": ["vpce-00000000000000000"]});
    assert_eq!(story.consumer.cloud.refusal("DescribeVpcEndpointAssociations", unknown), "InvalidVpcEndpointId.NotFound");
}
