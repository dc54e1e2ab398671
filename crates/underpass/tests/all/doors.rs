//! AWS's services under AWS's own names: from a subnet through an endpoint, through a NAT gateway, and otherwise not at all.

use serde_json::{Value, json};

use crate::account::{Account, Ran, text_of};
use crate::boto::tool;
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::site::{IMAGE, Net, OTHER_ZONE, Peer, ZONE};

/// What `curl` exits with when nothing answers.
const SILENT: i32 = 28;

/// A VPC whose own names work, a subnet without any way out, and a group.
pub struct Place<'a> {
    account: &'a Account<'a>,
    pub net: Net,
    group: String,
}

impl<'a> Place<'a> {
    pub fn new(account: &'a Account<'a>) -> Self {
        let net = account.net();
        for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
            account.ec2("modify_vpc_attribute", json!({ "VpcId": net.vpc, attribute: { "Value": true } }));
        }
        let group = account.group(&net.vpc, "client");
        Self { account, net, group }
    }

    /// The `aws` CLI in the subnet, with nothing but the region and the caller's keys.
    pub fn aws(&self, arguments: &[&str]) -> Ran {
        self.aws_as(self.account, arguments)
    }

    fn aws_as(&self, account: &Account<'_>, arguments: &[&str]) -> Ran {
        let aws = tool("aws").display().to_string();
        let limits = ["AWS_MAX_ATTEMPTS=1", &aws, "--cli-connect-timeout", "2", "--output", "text"];
        self.run_as(account, &[&["env"], limits.as_slice(), arguments].concat())
    }

    pub fn curl(&self, arguments: &[&str]) -> Ran {
        self.run_as(self.account, &[&["curl", "-sS", "--connect-timeout", "1", "--max-time", "5"], arguments].concat())
    }

    fn run_as(&self, account: &Account<'_>, program: &[&str]) -> Ran {
        account.exec(&["--subnet", &self.net.subnet, "--security-group", &self.group], program)
    }

    fn vpcs(&self) -> Ran {
        self.aws(&["ec2", "describe-vpcs", "--query", "Vpcs[].VpcId"])
    }

    /// An interface endpoint to a service of AWS's, once it is available.
    pub fn endpoint(&self, service: &str) -> Value {
        let doors = self.account.group(&self.net.vpc, &format!("{service} endpoint"));
        self.account.allow(&doors, "tcp", Some(443), Peer::Cidr("10.0.0.0/16"));
        let wish = json!({ "VpcEndpointType": "Interface", "VpcId": self.net.vpc, "SubnetIds": [self.net.subnet],
                           "ServiceName": format!("com.amazonaws.us-east-1.{service}"), "SecurityGroupIds": [doors] });
        let made = self.account.ec2("create_vpc_endpoint", wish)["VpcEndpoint"].clone();
        self.available(&text_of(&made["VpcEndpointId"]));
        made
    }

    pub fn available(&self, id: &str) {
        eventually("the endpoint is available", || {
            let found = self.account.describe("describe_vpc_endpoints", "VpcEndpointIds", id, "VpcEndpoints");
            (found["State"] == "available").then_some(())
        });
    }

    fn policy(&self, endpoint: &str, statement: &Value) {
        let policy = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        self.account.ec2("modify_vpc_endpoint", json!({ "VpcEndpointId": endpoint, "PolicyDocument": policy }));
    }
}

fn allow(action: &str, condition: Value) -> Value {
    json!([{ "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*", "Condition": condition }])
}

#[test]
fn an_isolated_subnet_calls_ec2_through_its_endpoint_only_and_as_the_endpoints_policy_says() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let before = place.vpcs();
    assert!(before.status != 0 && before.err.contains("timeout"), "without NAT or endpoint it times out: {before:?}");

    let made = place.endpoint("ec2");
    let endpoint = text_of(&made["VpcEndpointId"]);
    eventually("EC2 answers under its own name", || (place.vpcs().out.trim() == place.net.vpc).then_some(()));
    let own = format!("https://{}", text_of(&made["DnsEntries"][0]["DnsName"]));
    let by_own_name = place.aws(&["--endpoint-url", &own, "ec2", "describe-subnets", "--query", "Subnets[].SubnetId"]);
    assert_eq!(by_own_name.ok().trim(), place.net.subnet);
    let other = place.aws(&["sts", "get-caller-identity"]);
    assert!(other.err.contains("timeout"), "an endpoint leads to one service: {other:?}");
    let wrong = place.aws(&["--endpoint-url", &own, "sts", "get-caller-identity"]);
    assert!(wrong.err.contains("InvalidAction"), "{wrong:?}");

    let abroad = place.aws(&["--region", "eu-west-1", "--endpoint-url", &own, "ec2", "describe-vpcs"]);
    assert!(abroad.err.contains("scoped to a valid region"), "{abroad:?}");

    place.policy(&endpoint, &allow("ec2:DescribeSubnets", json!({})));
    let refused = place.vpcs();
    assert!(refused.err.contains("UnauthorizedOperation"), "{refused:?}");
    assert!(refused.err.contains("because no VPC endpoint policy allows the ec2:DescribeVpcs action"), "{refused:?}");
    account.ec2("describe_vpcs", json!({}));
    for condition in [
        json!({ "StringEquals": { "aws:SourceVpce": endpoint, "aws:SourceVpc": place.net.vpc } }),
        json!({ "IpAddress": { "aws:VpcSourceIp": "10.0.1.0/24" }, "Null": { "aws:SourceIp": "true" } }),
    ] {
        place.policy(&endpoint, &allow("ec2:*", condition));
        place.vpcs().ok();
    }
    account.ec2("modify_vpc_endpoint", json!({ "VpcEndpointId": endpoint, "ResetPolicy": true }));
    place.vpcs().ok();

    // Keys that nobody issued mean nothing inside, whatever the listener on loopback believes.
    let unsigned = place.curl(&[
        &format!("{own}/?Action=DescribeVpcs&Version=2016-11-15"),
        "--aws-sigv4",
        "aws:amz:us-east-1:ec2",
        "--user",
        "222222222222:any",
    ]);
    assert!(unsigned.out.contains("AuthFailure"), "{unsigned:?}");
    let private = place.curl(&[&format!("{own}/_underpass/status")]);
    assert!(!private.out.contains("stateDir"), "{private:?}");

    an_instance_uses_its_role(&place);

    account.ec2("delete_vpc_endpoints", json!({ "VpcEndpointIds": [endpoint] }));
    eventually("nothing answers any more", || place.vpcs().err.contains("timeout").then_some(()));
}

/// Calls EC2 with the keys that the metadata service gives an instance.
const AS_THE_ROLE: &str = r#"
base=http://169.254.169.254/latest
token=$(curl -sS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $base/api/token)
keys=$(curl -sS -H "X-aws-ec2-metadata-token: $token" $base/meta-data/iam/security-credentials/app | tr -d '\n')
get() { echo "$keys" | sed "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/"; }
for action in DescribeSubnets DescribeVpcs; do
    curl -sS --max-time 5 --aws-sigv4 aws:amz:us-east-1:ec2 --user "$(get AccessKeyId):$(get SecretAccessKey)" \
        -H "X-Amz-Security-Token: $(get Token)" "https://ec2.us-east-1.amazonaws.com/?Action=$action&Version=2016-11-15"
done
"#;

/// The role's policy counts, and its keys are proved like everybody's.
fn an_instance_uses_its_role(place: &Place<'_>) {
    let account = place.account;
    let document = |statement: Value| json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let trust = json!({ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" });
    account.call("iam", "create_role", json!({ "RoleName": "app", "AssumeRolePolicyDocument": document(trust) }));
    let look = json!({ "Effect": "Allow", "Action": "ec2:DescribeSubnets", "Resource": "*" });
    account.call("iam", "put_role_policy", json!({ "RoleName": "app", "PolicyName": "look", "PolicyDocument": document(look) }));
    account.call("iam", "create_instance_profile", json!({ "InstanceProfileName": "app" }));
    account.call("iam", "add_role_to_instance_profile", json!({ "InstanceProfileName": "app", "RoleName": "app" }));
    let wish = json!({ "ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": place.net.subnet,
                       "SecurityGroupIds": [place.group], "IamInstanceProfile": { "Name": "app" } });
    let instance = text_of(&account.ec2("run_instances", wish)["Instances"][0]["InstanceId"]);
    account.wait("ec2", "instance_running", json!({ "InstanceIds": [instance] }));
    let told = eventually("the role's keys are there", || {
        Some(account.exec(&["--instance", &instance], &["sh", "-c", AS_THE_ROLE]).out).filter(|out| !out.contains("AuthFailure"))
    });
    assert!(told.contains(&place.net.subnet), "{told}");
    assert!(told.contains("assumed-role/app/") && told.contains("UnauthorizedOperation"), "{told}");
    account.ec2("terminate_instances", json!({ "InstanceIds": [instance] }));
}

#[test]
fn through_a_nat_gateway_the_public_front_doors_answer_and_an_endpoints_policy_does_not_count() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let gateway = text_of(&account.ec2("create_internet_gateway", json!({}))["InternetGateway"]["InternetGatewayId"]);
    account.ec2("attach_internet_gateway", json!({ "InternetGatewayId": gateway, "VpcId": place.net.vpc }));
    let public = account.subnet(&place.net.vpc, "10.0.2.0/24", OTHER_ZONE);
    route(&account, &place.net.vpc, &public, json!({ "GatewayId": gateway }));
    let allocation = text_of(&account.ec2("allocate_address", json!({ "Domain": "vpc" }))["AllocationId"]);
    let wish = json!({ "SubnetId": public, "AllocationId": allocation });
    let nat = text_of(&account.ec2("create_nat_gateway", wish)["NatGateway"]["NatGatewayId"]);
    account.wait("ec2", "nat_gateway_available", json!({ "NatGatewayIds": [nat] }));
    route(&account, &place.net.vpc, &place.net.subnet, json!({ "NatGatewayId": nat }));
    eventually("EC2 answers at its front door", || (place.vpcs().out.trim() == place.net.vpc).then_some(()));
    let identity = place.aws(&["sts", "get-caller-identity", "--query", "Arn"]);
    assert_eq!(identity.ok().trim(), format!("arn:aws:iam::{CONSUMER}:root"));
    place.aws(&["iam", "list-users"]).ok();

    let endpoint = text_of(&place.endpoint("ec2")["VpcEndpointId"]);
    place.policy(&endpoint, &allow("ec2:DescribeSubnets", json!({})));
    eventually("the endpoint's policy counts", || place.vpcs().err.contains("VPC endpoint policy").then_some(()));
    account.ec2("modify_vpc_endpoint", json!({ "VpcEndpointId": endpoint, "PrivateDnsEnabled": false }));
    eventually("the way by the internet is free of it", || (place.vpcs().status == 0).then_some(()));

    let internet = |url: &str| account.exec(&["--internet"], &["curl", "-sS", "--max-time", "5", url]);
    let lambda = internet("https://lambda.us-east-1.amazonaws.com/2015-03-31/functions");
    assert!(lambda.out.contains("underpass does not support lambda yet"), "{lambda:?}");
    let nobody = internet("https://abcdef1234.execute-api.us-east-1.amazonaws.com/prod");
    assert_eq!(nobody.out, r#"{"message":"Forbidden"}"#, "A13: no API has this name");

    alice(&account, &place, &internet_key(&account));
}

/// A user of the account with one permission, and its key.
fn internet_key(account: &Account<'_>) -> (String, String) {
    account.call("iam", "create_user", json!({ "UserName": "alice" }));
    let look = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "ec2:DescribeSubnets", "Resource": "*" }] });
    let grant = json!({ "UserName": "alice", "PolicyName": "look", "PolicyDocument": look.to_string() });
    account.call("iam", "put_user_policy", grant);
    let key = account.call("iam", "create_access_key", json!({ "UserName": "alice" }))["AccessKey"].clone();
    (text_of(&key["AccessKeyId"]), text_of(&key["SecretAccessKey"]))
}

/// An issued key is the program's own everywhere: `curl` signs with it, and its policies count.
fn alice(account: &Account<'_>, place: &Place<'_>, (key, secret): &(String, String)) {
    let ask = |action: &str| {
        let url = format!("https://ec2.us-east-1.amazonaws.com/?Action={action}&Version=2016-11-15");
        place.curl(&[&url, "--aws-sigv4", "aws:amz:us-east-1:ec2", "--user", &format!("{key}:{secret}")]).out
    };
    assert!(ask("DescribeSubnets").contains(&place.net.subnet));
    assert!(ask("DescribeVpcs").contains("UnauthorizedOperation"));
    assert!(account.ec2("describe_vpcs", json!({}))["Vpcs"].is_array());
}

/// A route table for a subnet, with a default route to `target`.
pub fn route(account: &Account<'_>, vpc: &str, subnet: &str, target: Value) -> String {
    let table = text_of(&account.ec2("create_route_table", json!({ "VpcId": vpc }))["RouteTable"]["RouteTableId"]);
    account.ec2("associate_route_table", json!({ "RouteTableId": table, "SubnetId": subnet }));
    let mut route = json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0" });
    route.as_object_mut().unwrap().extend(target.as_object().cloned().unwrap());
    if !target.as_object().unwrap().is_empty() {
        account.ec2("create_route", route);
    }
    table
}

#[test]
fn n17_a_gateway_endpoint_leads_the_subnets_of_its_tables_to_s3_and_nobody_to_anything_else() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let table = route(&account, &place.net.vpc, &place.net.subnet, json!({}));
    let s3 = || place.curl(&["-o", "/dev/null", "-w", "%{http_code} %{remote_ip}", "https://bucket.s3.us-east-1.amazonaws.com/"]);
    assert_eq!(s3().status, SILENT);
    let wish = json!({ "VpcId": place.net.vpc, "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": [table] });
    let endpoint = text_of(&account.ec2("create_vpc_endpoint", wish.clone())["VpcEndpoint"]["VpcEndpointId"]);
    place.available(&endpoint);
    let answered = eventually("S3 answers", || Some(s3()).filter(|ran| ran.status == 0));
    assert!(answered.out.ends_with(" 198.18.0.17"), "{answered:?}");
    assert_eq!(place.curl(&["-o", "/dev/null", "http://s3.us-east-1.amazonaws.com/"]).status, 0, "and without TLS");
    assert_eq!(place.curl(&["https://ec2.us-east-1.amazonaws.com/"]).status, SILENT, "what is not S3 stays unreachable");
    let routes = account.describe("describe_route_tables", "RouteTableIds", &table, "RouteTables")["Routes"].clone();
    let routes = routes.as_array().unwrap();
    let led = routes.iter().find(|route| route["GatewayId"] == json!(endpoint)).expect("a route to the endpoint");
    assert_eq!((&led["DestinationPrefixListId"], &led["State"]), (&json!("pl-63a5400a"), &json!("active")));
    assert_eq!(account.refused("ec2", "create_vpc_endpoint", wish).code, "RouteAlreadyExists");

    place.aws(&["s3api", "create-bucket", "--bucket", "logs-of-the-gateway"]).ok();
    place.policy(&endpoint, &allow("s3:ListAllMyBuckets", json!({ "StringEquals": { "aws:SourceVpce": endpoint } })));
    assert!(place.aws(&["s3api", "list-buckets", "--query", "Buckets[].Name"]).ok().contains("logs-of-the-gateway"));
    let refused = place.aws(&["s3api", "list-objects-v2", "--bucket", "logs-of-the-gateway"]);
    assert!(refused.err.contains("VPC endpoint policy"), "{refused:?}");
    let one = json!([{ "Effect": "Allow", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*/mine" }]);
    place.policy(&endpoint, &one);
    let both = ["s3api", "delete-objects", "--bucket", "logs-of-the-gateway", "--delete", "Objects=[{Key=mine},{Key=yours}]"];
    let done = place.aws(&[&both, ["--query", "[Deleted[].Key, Errors[].[Key, Code]]"].as_slice()].concat()).ok();
    assert_eq!(done.split_whitespace().collect::<Vec<_>>(), ["mine", "yours", "AccessDenied"], "S3 answers for each object");

    let other = account.subnet(&place.net.vpc, "10.0.3.0/24", ZONE);
    let elsewhere = ["--subnet", other.as_str(), "--security-group", &place.group];
    let outside = account.exec(&elsewhere, &["curl", "-sS", "--connect-timeout", "1", "https://s3.us-east-1.amazonaws.com/"]);
    assert_eq!(outside.status, SILENT, "another subnet's table does not lead there");
    account.ec2("modify_vpc_endpoint", json!({ "VpcEndpointId": endpoint, "RemoveRouteTableIds": [table] }));
    eventually("without its route S3 is out of reach", || (s3().status == SILENT).then_some(()));
}
