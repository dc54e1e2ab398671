//! Stories of resolver endpoints.

use resource::{InterfaceKind, NetworkInterface, ResolverEndpoint};
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
    let (code, message) = place.refusal("CreateResolverEndpoint", place.with(json!({"Direction": "OUTBOUND"})));
    assert_eq!(code, "UnsupportedOperation");
    assert!(message.contains("Direction OUTBOUND"), "{message}");
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
