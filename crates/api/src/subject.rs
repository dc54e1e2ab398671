//! The resources that a request is about, as the ARNs that policies name: a policy must allow the action on every one.
//!
//! Operations that only look (`Describe…`, `List…`, `Get…` of EC2) are about `*`, as on AWS.

use resource::Owner;
use serde_json::Value;

/// EC2's types of resources by the prefix of their ids, and the name by which `Create…` operations know them.
const EC2_TYPES: &[(&str, &str, &str)] = &[
    ("vpc-", "vpc", "Vpc"),
    ("subnet-", "subnet", "Subnet"),
    ("vpcbpa-exclude-", "vpc-block-public-access-exclusion", "VpcBlockPublicAccessExclusion"),
    ("rtb-", "route-table", "RouteTable"),
    ("sg-", "security-group", "SecurityGroup"),
    ("sgr-", "security-group-rule", "SecurityGroupRule"),
    ("acl-", "network-acl", "NetworkAcl"),
    ("eni-", "network-interface", "NetworkInterface"),
    ("igw-", "internet-gateway", "InternetGateway"),
    ("eigw-", "egress-only-internet-gateway", "EgressOnlyInternetGateway"),
    ("eipalloc-", "elastic-ip", "Address"),
    ("nat-", "natgateway", "NatGateway"),
    ("dopt-", "dhcp-options", "DhcpOptions"),
    ("pl-", "prefix-list", "ManagedPrefixList"),
    ("vpce-svc-", "vpc-endpoint-service", "VpcEndpointServiceConfiguration"),
    ("vpce-", "vpc-endpoint", "VpcEndpoint"),
    ("pcx-", "vpc-peering-connection", "VpcPeeringConnection"),
    ("nip-", "network-insights-path", "NetworkInsightsPath"),
    ("nia-", "network-insights-analysis", "NetworkInsightsAnalysis"),
    ("i-", "instance", "Instances"),
    ("lt-", "launch-template", "LaunchTemplate"),
    ("key-", "key-pair", "KeyPair"),
];

/// Every resource that a request names or creates; `*` when there is none.
pub(crate) fn resources(service: &str, operation: &str, input: &Value, owner: &Owner) -> Vec<String> {
    let mut found = match service {
        "ec2" if looks(operation) => Vec::new(),
        "ec2" => ec2(operation, input, owner),
        "iam" => iam(operation, input, &owner.account),
        "autoscaling" if looks(operation) => Vec::new(),
        "autoscaling" => autoscaling(input, owner),
        "route53resolver" => resolver(operation, input, owner),
        "service-quotas" => quota(operation, input, owner).into_iter().collect(),
        _ => named_by_arn(input),
    };
    found.sort();
    found.dedup();
    if found.is_empty() { vec!["*".to_owned()] } else { found }
}

fn looks(operation: &str) -> bool {
    ["Describe", "Get", "List", "Search"].iter().any(|verb| operation.starts_with(verb))
}

fn ec2(operation: &str, input: &Value, owner: &Owner) -> Vec<String> {
    let created = ["Create", "Allocate", "Run", "Import"].iter().find_map(|verb| operation.strip_prefix(verb));
    let is_created = |(_, _, name): &&(&str, &str, &str)| created == Some(name);
    let created = EC2_TYPES.iter().find(is_created).map(|(_, kind, _)| owner.arn("ec2", &format!("{kind}/*")));
    let mut found: Vec<String> = created.into_iter().collect();
    texts(input, &mut |text| {
        let kind = EC2_TYPES.iter().find(|(prefix, ..)| is_id(text, prefix));
        found.extend(kind.map(|(_, kind, _)| owner.arn("ec2", &format!("{kind}/{text}"))));
    });
    found
}

/// `prefix` and hexadecimal digits.
fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// IAM names its resources by their names; a path is only known when something is created, and may be anything otherwise.
fn iam(operation: &str, input: &Value, account: &str) -> Vec<String> {
    let member = |name: &str| input[name].as_str();
    let arn = |kind: &str, name: &str| {
        let path = member("Path").filter(|_| operation.starts_with("Create")).unwrap_or("/");
        format!("arn:aws:iam::{account}:{kind}{path}{name}")
    };
    let profile = || member("InstanceProfileName").map(|name| arn("instance-profile", name));
    let of_user = || member("UserName").map(|name| arn("user", name));
    let of_role = || member("RoleName").map(|name| arn("role", name));
    let of_policy = || member("PolicyArn").map(str::to_owned);
    let created_policy = || member("PolicyName").filter(|_| operation == "CreatePolicy").map(|name| arn("policy", name));
    let first = profile().or_else(of_user).or_else(of_role).or_else(of_policy).or_else(created_policy);
    first.into_iter().collect()
}

/// Auto Scaling's requests name groups by their names: the UUID in their ARNs is whatever it is.
fn autoscaling(input: &Value, owner: &Owner) -> Vec<String> {
    let tagged = input["Tags"].as_array().into_iter().flatten().filter_map(|tag| tag["ResourceId"].as_str());
    let named = input["AutoScalingGroupName"].as_str().into_iter().chain(tagged);
    named.map(|name| owner.arn("autoscaling", &format!("autoScalingGroup:*:autoScalingGroupName/{name}"))).collect()
}

/// Route 53 Resolver's requests name endpoints and rules by their ids, those about tags by ARNs.
fn resolver(operation: &str, input: &Value, owner: &Owner) -> Vec<String> {
    let created = match operation {
        "CreateResolverEndpoint" => Some(("resolver-endpoint", "*")),
        "CreateResolverRule" => Some(("resolver-rule", "*")),
        _ => None,
    };
    let members = [("ResolverEndpointId", "resolver-endpoint"), ("ResolverRuleId", "resolver-rule")];
    let named = members.into_iter().filter_map(|(member, kind)| Some((kind, input[member].as_str()?)));
    let found = created.into_iter().chain(named).map(|(kind, id)| owner.arn("route53resolver", &format!("{kind}/{id}")));
    found.chain(named_by_arn(input)).collect()
}

/// Wishes for more are about a quota; looking is about everything.
fn quota(operation: &str, input: &Value, owner: &Owner) -> Option<String> {
    let (service, code) = input["ServiceCode"].as_str().zip(input["QuotaCode"].as_str())?;
    (!looks(operation)).then(|| owner.arn("servicequotas", &format!("{service}/{code}")))
}

/// Every ARN in the input.
fn named_by_arn(input: &Value) -> Vec<String> {
    let mut found = Vec::new();
    texts(input, &mut |text| found.extend(text.starts_with("arn:aws").then(|| text.to_owned())));
    found
}

fn texts(value: &Value, each: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, each)),
        Value::Object(members) => members.values().for_each(|member| texts(member, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn about(service: &str, operation: &str, input: Value) -> Vec<String> {
        resources(service, operation, &input, &Owner::new("111111111111", "us-east-1"))
    }

    #[test]
    fn looking_is_about_everything() {
        assert_eq!(about("ec2", "DescribeVpcs", json!({"VpcIds": ["vpc-0123456789abcdef0"]})), ["*"]);
    }

    #[test]
    fn creating_is_about_the_new_and_what_it_is_put_into() {
        let subnet = about("ec2", "CreateSubnet", json!({"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.0.0.0/24"}));
        let arn = |path: &str| format!("arn:aws:ec2:us-east-1:111111111111:{path}");
        assert_eq!(subnet, [arn("subnet/*"), arn("vpc/vpc-0123456789abcdef0")]);
        let run = about("ec2", "RunInstances", json!({"NetworkInterfaces": [{"SubnetId": "subnet-0123456789abcdef0"}]}));
        assert_eq!(run, [arn("instance/*"), arn("subnet/subnet-0123456789abcdef0")]);
    }

    #[test]
    fn an_endpoint_service_is_not_taken_for_an_endpoint() {
        let found = about("ec2", "ModifyVpcEndpointServicePermissions", json!({"ServiceId": "vpce-svc-0123456789abcdef0"}));
        assert_eq!(found, ["arn:aws:ec2:us-east-1:111111111111:vpc-endpoint-service/vpce-svc-0123456789abcdef0"]);
    }

    #[test]
    fn scaling_groups_are_named_by_their_names() {
        let arn = "arn:aws:autoscaling:us-east-1:111111111111:autoScalingGroup:*:autoScalingGroupName/web";
        assert_eq!(about("autoscaling", "SetDesiredCapacity", json!({"AutoScalingGroupName": "web"})), [arn]);
        assert_eq!(about("autoscaling", "DeleteTags", json!({"Tags": [{"ResourceId": "web", "Key": "k"}]})), [arn]);
        assert_eq!(about("autoscaling", "SetInstanceHealth", json!({"InstanceId": "i-0123456789abcdef0"})), ["*"]);
        assert_eq!(about("autoscaling", "DescribePolicies", json!({"AutoScalingGroupName": "web"})), ["*"]);
    }

    #[test]
    fn resolver_endpoints_and_rules_are_named_by_their_ids() {
        let arn = |id: &str| format!("arn:aws:route53resolver:us-east-1:111111111111:resolver-endpoint/{id}");
        assert_eq!(about("route53resolver", "CreateResolverEndpoint", json!({"Direction": "INBOUND"})), [arn("*")]);
        let rule = |id: &str| format!("arn:aws:route53resolver:us-east-1:111111111111:resolver-rule/{id}");
        assert_eq!(about("route53resolver", "CreateResolverRule", json!({"RuleType": "SYSTEM"})), [rule("*")]);
        let association = json!({"ResolverRuleId": "rslvr-rr-0", "VPCId": "vpc-0"});
        assert_eq!(about("route53resolver", "AssociateResolverRule", association), [rule("rslvr-rr-0")]);
        let one = json!({"ResolverEndpointId": "rslvr-in-0"});
        assert_eq!(about("route53resolver", "DeleteResolverEndpoint", one), [arn("rslvr-in-0")]);
        assert_eq!(about("route53resolver", "TagResource", json!({"ResourceArn": arn("x")})), [arn("x")]);
        assert_eq!(about("route53resolver", "ListResolverEndpoints", json!({})), ["*"]);
    }

    #[test]
    fn a_wish_for_more_names_its_quota() {
        let quota = json!({"ServiceCode": "vpc", "QuotaCode": "L-29B6F2EB"});
        let arn = "arn:aws:servicequotas:us-east-1:111111111111:vpc/L-29B6F2EB";
        assert_eq!(about("service-quotas", "RequestServiceQuotaIncrease", quota.clone()), [arn]);
        assert_eq!(about("service-quotas", "GetServiceQuota", quota), ["*"]);
    }

    #[test]
    fn iam_and_balancers_name_theirs() {
        assert_eq!(about("iam", "GetUser", json!({"UserName": "alice"})), ["arn:aws:iam::111111111111:user/alice"]);
        let create = json!({"RoleName": "r", "Path": "/team/"});
        assert_eq!(about("iam", "CreateRole", create), ["arn:aws:iam::111111111111:role/team/r"]);
        assert_eq!(about("iam", "ListUsers", json!({})), ["*"]);
        let balancer = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/n/0123456789abcdef";
        assert_eq!(about("elbv2", "DeleteLoadBalancer", json!({"LoadBalancerArn": balancer})), [balancer]);
    }
}
