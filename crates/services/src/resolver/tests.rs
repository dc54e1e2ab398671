//! Stories of resolver endpoints and rules.

use std::collections::BTreeSet;

use resource::{InterfaceKind, NetworkInterface, ResolverEndpoint, ResolverRule, RuleAssociation, RuleAssociationState};
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

/// A VPC with two subnets and a group.
struct Place {
    cloud: Cloud,
    vpc: String,
    subnets: [String; 2],
    group: String,
}

impl Place {
    fn new() -> Self {
        Self::of(Cloud::new())
    }

    fn of(cloud: Cloud) -> Self {
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnets = [("10.0.0.0/24", "us-east-1a"), ("10.0.1.0/24", "us-east-1b")].map(|(block, zone)| {
            let input = json!({"VpcId": vpc, "CidrBlock": block, "AvailabilityZone": zone});
            cloud.text("CreateSubnet", input, "/Subnet/SubnetId")
        });
        let group = json!({"VpcId": vpc, "GroupName": "dns", "Description": "dns"});
        let group = cloud.text("CreateSecurityGroup", group, "/GroupId");
        Self { cloud, vpc, subnets, group }
    }

    fn wish(&self) -> Value {
        json!({"CreatorRequestId": "one", "Name": "on-premises", "Direction": "INBOUND", "SecurityGroupIds": [self.group],
            "IpAddresses": [{"SubnetId": self.subnets[0], "Ip": "10.0.0.53"}, {"SubnetId": self.subnets[1]}],
            "Tags": [{"Key": "a", "Value": "1"}]})
    }

    /// An outbound endpoint.
    fn outbound(&self) -> String {
        let wish = json!({"CreatorRequestId": "out", "Direction": "OUTBOUND",
            "IpAddresses": vec![json!({"SubnetId": self.subnets[1]}); 2]});
        id_of(&self.ok("CreateResolverEndpoint", self.with(wish)))
    }

    /// A wish for a rule about a domain.
    fn forward(&self, domain: &str, endpoint: &str) -> Value {
        json!({"CreatorRequestId": domain, "RuleType": "FORWARD", "DomainName": domain, "ResolverEndpointId": endpoint,
            "TargetIps": [{"Ip": "192.168.0.53"}]})
    }

    fn rule(&self, wish: Value) -> Value {
        self.ok("CreateResolverRule", wish)["ResolverRule"].clone()
    }

    fn associate(&self, rule: &Value) -> Value {
        let association = json!({"ResolverRuleId": rule["Id"], "VPCId": self.vpc});
        self.ok("AssociateResolverRule", association)["ResolverRuleAssociation"].clone()
    }

    fn with(&self, more: Value) -> Value {
        let mut wish = self.wish();
        wish.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        wish
    }

    #[track_caller]
    fn ok(&self, operation: &str, input: Value) -> Value {
        self.cloud.call_in("route53resolver", operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    #[track_caller]
    fn refusal(&self, operation: &str, input: Value) -> (String, String) {
        match self.cloud.call_in("route53resolver", operation, input) {
            Ok(answer) => panic!("{operation} succeeded: {answer}"),
            Err(error) => (error.code, error.message),
        }
    }

    /// The code with which an endpoint is refused that differs from the usual one.
    #[track_caller]
    fn refused(&self, more: Value) -> String {
        self.refusal("CreateResolverEndpoint", self.with(more)).0
    }
}

fn id_of(made: &Value) -> String {
    made["ResolverEndpoint"]["Id"].as_str().expect("an id").to_owned()
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let place = Place::new();
    let at = |n: usize| json!({"SubnetId": place.subnets[n]});
    let (code, message) = place.refusal("CreateResolverEndpoint", place.with(json!({"Direction": "INBOUND_DELEGATION"})));
    assert_eq!(code, "UnsupportedOperation");
    assert!(message.contains("Direction INBOUND_DELEGATION"), "{message}");
    assert_eq!(place.refused(json!({"ResolverEndpointType": "DUALSTACK"})), "UnsupportedOperation");
    assert_eq!(place.refused(json!({"Protocols": ["Do53", "DoH"]})), "UnsupportedOperation");
    assert_eq!(place.refused(json!({"RniEnhancedMetricsEnabled": true})), "UnsupportedOperation");
    assert_eq!(place.refused(json!({"OutpostArn": "arn:aws:outposts:x"})), "UnsupportedOperation");
    assert_eq!(place.refused(json!({"SecurityGroupIds": []})), "InvalidParameterException");
    assert_eq!(place.refused(json!({"SecurityGroupIds": ["sg-0123456789abcdef0"]})), "ResourceNotFoundException");
    assert_eq!(place.refused(json!({"IpAddresses": [at(0)]})), "InvalidParameterException");
    assert_eq!(place.refused(json!({"IpAddresses": vec![at(0); 7]})), "LimitExceededException");
    let unknown = json!({"SubnetId": "subnet-0123456789abcdef0"});
    assert_eq!(place.refused(json!({"IpAddresses": [at(0), unknown]})), "ResourceNotFoundException");
    let ip = |ip: &str| json!({"IpAddresses": [{"SubnetId": place.subnets[0], "Ip": ip}, at(1)]});
    for bad in ["10.0.1.9", "10.0.0.2", "10.0.0.300"] {
        assert_eq!(place.refused(ip(bad)), "InvalidParameterException", "{bad}");
    }
    assert_eq!(place.refused(json!({"Tags": [{"Key": "aws:x", "Value": ""}]})), "InvalidTagException");
    let other = Place::of(place.cloud.clone());
    let across = json!({"IpAddresses": [at(0), {"SubnetId": other.subnets[0]}]});
    assert_eq!(place.refused(across), "InvalidParameterException");
    assert_eq!(place.refused(json!({"SecurityGroupIds": [other.group]})), "InvalidParameterException");
    assert_eq!(place.cloud.world().all::<NetworkInterface>().count(), 0);
}

#[test]
fn an_endpoint_has_interfaces_that_nobody_else_may_touch() {
    let place = Place::new();
    let made = place.ok("CreateResolverEndpoint", place.wish());
    let id = id_of(&made);
    let shown = &made["ResolverEndpoint"];
    assert!(id.starts_with("rslvr-in-"), "{id}");
    assert_eq!(
        (&shown["Status"], &shown["HostVPCId"], &shown["IpAddressCount"]),
        (&json!("CREATING"), &json!(place.vpc), &json!(2))
    );
    assert_eq!((&shown["Direction"], &shown["Protocols"]), (&json!("INBOUND"), &json!(["Do53"])));
    let world = place.cloud.world();
    let interfaces: Vec<_> = world.all::<NetworkInterface>().collect();
    assert_eq!(interfaces.len(), 2);
    for interface in interfaces {
        assert_eq!((interface.kind, &interface.groups[0].to_string()), (InterfaceKind::Resolver, &place.group));
        assert!(interface.description.starts_with(&format!("Route 53 Resolver: {id}:rni-")), "{}", interface.description);
        let delete = json!({"NetworkInterfaceId": interface.id.as_str()});
        assert_eq!(place.cloud.refusal("DeleteNetworkInterface", delete), "OperationNotPermitted");
    }
    let listed = place.ok("ListResolverEndpointIpAddresses", json!({"ResolverEndpointId": id}));
    assert_eq!((&listed["IpAddresses"][0]["Ip"], &listed["IpAddresses"][0]["Status"]), (&json!("10.0.0.53"), &json!("CREATING")));
    assert_eq!(place.cloud.refusal("DeleteSecurityGroup", json!({"GroupId": place.group})), "DependencyViolation");
    assert_eq!(place.cloud.refusal("DeleteSubnet", json!({"SubnetId": place.subnets[0]})), "DependencyViolation");
}

#[test]
fn endpoints_are_found_by_their_owner_until_they_are_gone() {
    let place = Place::new();
    let id = id_of(&place.ok("CreateResolverEndpoint", place.wish()));
    assert_eq!(place.refused(json!({})), "ResourceExistsException");
    for n in 0..3 {
        let wish = json!({"CreatorRequestId": n.to_string(), "IpAddresses": vec![json!({"SubnetId": place.subnets[1]}); 2]});
        place.ok("CreateResolverEndpoint", place.with(wish));
    }
    assert_eq!(place.refused(json!({"CreatorRequestId": "x"})), "LimitExceededException");
    let list = |input: Value| place.ok("ListResolverEndpoints", input);
    let first = list(json!({"MaxResults": 3}));
    assert_eq!(first["ResolverEndpoints"].as_array().map(Vec::len), Some(3));
    let rest = list(json!({"MaxResults": 3, "NextToken": first["NextToken"]}));
    assert_eq!((rest["ResolverEndpoints"].as_array().map(Vec::len), &rest["NextToken"]), (Some(1), &Value::Null));
    assert_eq!(place.refusal("ListResolverEndpoints", json!({"NextToken": "%"})).0, "InvalidNextTokenException");
    let by = |name: &str, value: &str| json!({"Filters": [{"Name": name, "Values": [value]}]});
    assert_eq!(list(by("CREATOR_REQUEST_ID", "one"))["ResolverEndpoints"][0]["Id"], json!(id));
    assert_eq!(list(by("Status", "OPERATIONAL"))["ResolverEndpoints"], json!([]));
    assert_eq!(place.refusal("ListResolverEndpoints", by("Colour", "red")).0, "InvalidParameterException");
    let one = json!({"ResolverEndpointId": id});
    let renamed = place.ok("UpdateResolverEndpoint", json!({"ResolverEndpointId": id, "Name": "office"}));
    assert_eq!(renamed["ResolverEndpoint"]["Name"], "office");
    let other = Place::of(place.cloud.account("222222222222"));
    for operation in ["GetResolverEndpoint", "DeleteResolverEndpoint", "ListResolverEndpointIpAddresses"] {
        assert_eq!(other.refusal(operation, one.clone()).0, "ResourceNotFoundException");
    }
    assert_eq!(place.ok("DeleteResolverEndpoint", one.clone())["ResolverEndpoint"]["Status"], "DELETING");
    assert_eq!(place.ok("GetResolverEndpoint", one.clone())["ResolverEndpoint"]["Status"], "DELETING");
    place.cloud.change(|txn| txn.remove::<ResolverEndpoint>(&id));
    assert_eq!(place.refusal("GetResolverEndpoint", one).0, "ResourceNotFoundException");
}

#[test]
fn tags_are_on_arns() {
    let place = Place::new();
    let made = place.ok("CreateResolverEndpoint", place.wish());
    let arn = &made["ResolverEndpoint"]["Arn"];
    let strange = json!({"ResourceArn": format!("{}0", arn.as_str().expect("a text"))});
    assert_eq!(place.refusal("ListTagsForResource", strange).0, "ResourceNotFoundException");
    place.ok("TagResource", json!({"ResourceArn": arn, "Tags": [{"Key": "b", "Value": "2"}]}));
    place.ok("UntagResource", json!({"ResourceArn": arn, "TagKeys": ["a"]}));
    let tags = place.ok("ListTagsForResource", json!({"ResourceArn": arn}));
    assert_eq!(tags["Tags"], json!([{"Key": "b", "Value": "2"}]));
}

#[test]
fn every_account_has_the_internet_resolver() {
    let place = Place::new();
    let listed = place.ok("ListResolverRules", json!({}));
    let rule = &listed["ResolverRules"][0];
    assert_eq!(
        (&rule["Name"], &rule["DomainName"], &rule["RuleType"]),
        (&json!("Internet Resolver"), &json!("."), &json!("RECURSIVE"))
    );
    assert_eq!(place.ok("GetResolverRule", json!({"ResolverRuleId": rule["Id"]}))["ResolverRule"], *rule);
    assert_eq!(place.refusal("GetResolverRule", json!({"ResolverRuleId": "rslvr-rr-0"})).0, "ResourceNotFoundException");
    let forwarding = json!({"Filters": [{"Name": "TYPE", "Values": ["FORWARD"]}]});
    assert_eq!(place.ok("ListResolverRules", forwarding)["ResolverRules"], json!([]));
}

/// A wish with other members.
fn but(wish: &Value, more: Value) -> Value {
    let mut wish = wish.clone();
    wish.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    wish
}

#[test]
fn rules_that_cannot_be_are_refused() {
    let place = Place::new();
    let inbound = id_of(&place.ok("CreateResolverEndpoint", place.wish()));
    let wish = place.forward("corp.example.com", &place.outbound());
    let refused = |more: Value| place.refusal("CreateResolverRule", but(&wish, more)).0;
    assert_eq!(refused(json!({"RuleType": "RECURSIVE"})), "InvalidParameterException");
    assert_eq!(refused(json!({"RuleType": "DELEGATE"})), "UnsupportedOperation");
    assert_eq!(refused(json!({"DelegationRecord": "x.com"})), "UnsupportedOperation");
    assert_eq!(refused(json!({"RuleType": "SYSTEM"})), "InvalidParameterException", "with targets");
    for domain in ["a..b", "*.example.com"] {
        assert_eq!(refused(json!({"DomainName": domain})), "InvalidParameterException", "{domain}");
    }
    let nowhere = json!({"CreatorRequestId": "x", "RuleType": "FORWARD", "DomainName": "x.com"});
    assert_eq!(place.refusal("CreateResolverRule", nowhere.clone()).0, "InvalidParameterException", "without targets");
    let targets = json!({"TargetIps": [{"Ip": "192.168.0.53"}]});
    assert_eq!(place.refusal("CreateResolverRule", but(&nowhere, targets)).0, "InvalidParameterException", "without endpoint");
    assert_eq!(refused(json!({"ResolverEndpointId": inbound})), "InvalidParameterException");
    assert_eq!(refused(json!({"ResolverEndpointId": "rslvr-out-0"})), "ResourceNotFoundException");
    let target = |target: Value| refused(json!({"TargetIps": [target]}));
    assert_eq!(target(json!({"Ip": "192.168.0.300"})), "InvalidParameterException");
    assert_eq!(target(json!({"Ip": "192.168.0.53", "Port": 0})), "InvalidParameterException");
    assert_eq!(target(json!({"Ip": "192.168.0.53", "Protocol": "DoH"})), "UnsupportedOperation");
    assert_eq!(target(json!({"Ipv6": "2001:db8::53"})), "UnsupportedOperation");
    let many: Vec<Value> = (0..7).map(|n| json!({"Ip": format!("192.168.0.{n}")})).collect();
    assert_eq!(refused(json!({"TargetIps": many})), "LimitExceededException");
    assert_eq!(refused(json!({"TargetIps": [many[0], many[0]]})), "InvalidParameterException");
    assert_eq!(place.cloud.world().all::<ResolverRule>().count(), 0);
}

#[test]
fn a_rule_is_shown_listed_renamed_and_told_apart() {
    let place = Place::new();
    let endpoint = place.outbound();
    let rule = place.rule(but(&place.forward("Corp.example.com", &endpoint), json!({"Name": "corp"})));
    assert!(rule["Id"].as_str().expect("an id").starts_with("rslvr-rr-"));
    assert_eq!((&rule["DomainName"], &rule["Status"]), (&json!("corp.example.com."), &json!("COMPLETE")));
    assert_eq!(rule["TargetIps"], json!([{"Ip": "192.168.0.53", "Port": 53, "Protocol": "Do53"}]));
    let system = json!({"CreatorRequestId": "s", "RuleType": "SYSTEM", "DomainName": "aws.corp.example.com."});
    let system = place.rule(system);
    assert_eq!((&system["RuleType"], &system["TargetIps"]), (&json!("SYSTEM"), &Value::Null));
    assert_eq!(place.refusal("CreateResolverRule", place.forward("Corp.example.com", &endpoint)).0, "ResourceExistsException");

    let listed = |name: &str, value: &str| {
        let filters = json!({"Filters": [{"Name": name, "Values": [value]}]});
        let rules = place.ok("ListResolverRules", filters)["ResolverRules"].clone();
        rules.as_array().expect("a list").iter().map(|rule| rule["Id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed("TYPE", "FORWARD"), [rule["Id"].clone()]);
    assert_eq!(listed("DomainName", "aws.corp.example.com."), [system["Id"].clone()]);
    assert_eq!(listed("ResolverEndpointId", &endpoint), [rule["Id"].clone()]);
    let first = place.ok("ListResolverRules", json!({"MaxResults": 2}));
    let rest = place.ok("ListResolverRules", json!({"MaxResults": 2, "NextToken": first["NextToken"]}));
    let both = [&first, &rest].into_iter().flat_map(|page| page["ResolverRules"].as_array().expect("a page"));
    let ids: BTreeSet<&str> = both.filter_map(|rule| rule["Id"].as_str()).collect();
    assert!(ids.len() == 3 && [&rule, &system].iter().all(|rule| ids.contains(rule["Id"].as_str().expect("an id"))), "{ids:?}");

    let update = |rule: &Value, config: Value| json!({"ResolverRuleId": rule["Id"], "Config": config});
    let changed = json!({"Name": "office", "TargetIps": [{"Ip": "192.168.0.54", "Port": 5353}]});
    let changed = place.ok("UpdateResolverRule", update(&rule, changed))["ResolverRule"].clone();
    assert_eq!((&changed["Name"], &changed["TargetIps"][0]["Port"]), (&json!("office"), &json!(5353)));
    assert_eq!(place.ok("GetResolverRule", json!({"ResolverRuleId": rule["Id"]}))["ResolverRule"], changed);
    let targets = json!({"TargetIps": [{"Ip": "192.168.0.54"}]});
    assert_eq!(place.refusal("UpdateResolverRule", update(&system, targets)).0, "InvalidParameterException");

    place.ok("TagResource", json!({"ResourceArn": rule["Arn"], "Tags": [{"Key": "b", "Value": "2"}]}));
    let tags = place.ok("ListTagsForResource", json!({"ResourceArn": rule["Arn"]}));
    assert_eq!(tags["Tags"], json!([{"Key": "b", "Value": "2"}]));
    let internet = place.ok("ListResolverRules", json!({}))["ResolverRules"][0].clone();
    let tag = json!({"ResourceArn": internet["Arn"], "Tags": [{"Key": "b", "Value": "2"}]});
    assert_eq!(place.refusal("TagResource", tag).0, "InvalidParameterException");
    let other = Place::of(place.cloud.account("222222222222"));
    assert_eq!(other.refusal("GetResolverRule", json!({"ResolverRuleId": rule["Id"]})).0, "ResourceNotFoundException");
}

#[test]
fn a_vpc_goes_by_one_rule_per_domain_and_never_asks_itself() {
    let place = Place::new();
    let inbound = place.ok("CreateResolverEndpoint", place.wish());
    assert_eq!(inbound["ResolverEndpoint"]["Direction"], "INBOUND");
    let endpoint = place.outbound();
    let rule = place.rule(place.forward("corp.example.com", &endpoint));
    let association = place.associate(&rule);
    assert_eq!((&association["Status"], &association["VPCId"]), (&json!("CREATING"), &json!(place.vpc)));
    let refused =
        |rule: &Value| place.refusal("AssociateResolverRule", json!({"ResolverRuleId": rule["Id"], "VPCId": place.vpc})).0;
    assert_eq!(refused(&rule), "ResourceExistsException");
    let same = place.rule(but(&place.forward("corp.example.com", &endpoint), json!({"CreatorRequestId": "same"})));
    assert_eq!(refused(&same), "InvalidRequestException");
    let itself = json!({"TargetIps": [{"Ip": "10.0.0.53"}]});
    let circle = place.rule(but(&place.forward("other.example.com", &endpoint), itself.clone()));
    assert_eq!(refused(&circle), "InvalidRequestException");
    let update = json!({"ResolverRuleId": rule["Id"], "Config": itself});
    assert_eq!(place.refusal("UpdateResolverRule", update).0, "InvalidRequestException");
    let elsewhere = json!({"ResolverRuleId": rule["Id"], "VPCId": "vpc-0123456789abcdef0"});
    assert_eq!(place.refusal("AssociateResolverRule", elsewhere).0, "ResourceNotFoundException");

    let update = json!({"ResolverRuleId": rule["Id"], "Config": {"TargetIps": [{"Ip": "192.168.0.54"}]}});
    assert_eq!(place.ok("UpdateResolverRule", update)["ResolverRule"]["Status"], "UPDATING");
    let by = |name: &str, value: &Value| {
        let filters = json!({"Filters": [{"Name": name, "Values": [value]}]});
        place.ok("ListResolverRuleAssociations", filters)["ResolverRuleAssociations"].as_array().map(Vec::len)
    };
    assert_eq!((by("VPCId", &json!(place.vpc)), by("ResolverRuleId", &same["Id"])), (Some(1), Some(0)));
    assert_eq!(by("STATUS", &json!("CREATING")), Some(1));
}

#[test]
fn associations_go_before_their_rule_and_rules_before_their_endpoint() {
    let place = Place::new();
    let endpoint = place.outbound();
    let rule = place.rule(place.forward("corp.example.com", &endpoint));
    let association = place.associate(&rule);
    let (of_rule, of_endpoint) = (json!({"ResolverRuleId": rule["Id"]}), json!({"ResolverEndpointId": endpoint}));
    let (code, message) = place.refusal("DeleteResolverEndpoint", of_endpoint.clone());
    assert_eq!(code, "InvalidRequestException");
    assert!(message.contains(rule["Id"].as_str().expect("an id")), "{message}");
    assert_eq!(place.refusal("DeleteResolverRule", of_rule.clone()).0, "ResourceInUseException");
    let pair = json!({"ResolverRuleId": rule["Id"], "VPCId": place.vpc});
    let gone = place.ok("DisassociateResolverRule", pair.clone());
    assert_eq!(gone["ResolverRuleAssociation"]["Status"], "DELETING");
    let one = json!({"ResolverRuleAssociationId": association["Id"]});
    assert_eq!(
        place.ok("GetResolverRuleAssociation", one.clone())["ResolverRuleAssociation"]["Status"],
        RuleAssociationState::Deleting.as_str()
    );
    let id = association["Id"].as_str().expect("an id");
    place.cloud.change(|txn| txn.remove::<RuleAssociation>(id));
    assert_eq!(place.refusal("GetResolverRuleAssociation", one).0, "ResourceNotFoundException");
    assert_eq!(place.refusal("DisassociateResolverRule", pair).0, "ResourceNotFoundException");
    assert_eq!(place.ok("DeleteResolverRule", of_rule.clone())["ResolverRule"]["Status"], "DELETING");
    assert_eq!(place.refusal("GetResolverRule", of_rule).0, "ResourceNotFoundException");
    place.ok("DeleteResolverEndpoint", of_endpoint.clone());
    let late = place.refusal("CreateResolverRule", place.forward("corp.example.com", &endpoint));
    assert_eq!(late.0, "ResourceUnavailableException");
}

#[test]
fn a_vpc_that_goes_takes_its_associations_along() {
    let place = Place::new();
    let system = json!({"CreatorRequestId": "s", "RuleType": "SYSTEM", "DomainName": "example.com"});
    let rule = place.rule(system);
    let vpc = place.cloud.text("CreateVpc", json!({"CidrBlock": "10.9.0.0/16"}), "/Vpc/VpcId");
    place.ok("AssociateResolverRule", json!({"ResolverRuleId": rule["Id"], "VPCId": vpc}));
    place.cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
    place.ok("DeleteResolverRule", json!({"ResolverRuleId": rule["Id"]}));
}
