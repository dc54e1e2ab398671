//! Rows about AWS's own services: C7, A17 and B6.

use serde_json::json;

use super::{BODY, Client, Row, SILENT};
use crate::account::text_of;
use crate::boto::tool;
use crate::cloud::{CONSUMER, Cloud, PROVIDER};
use crate::doors::Place;

/// Asks the front of a service for anything, and says `it works` when it answers at all.
pub(super) fn calls(host: &str) -> [String; 3] {
    let script = format!("curl -sS -o /dev/null --connect-timeout 1 --max-time 5 https://{host}/ && printf '{BODY}'");
    ["sh".to_owned(), "-c".to_owned(), script]
}

#[test]
fn c7_a_private_subnet_has_neither_nat_nor_endpoint_and_a17_the_sdk_asks_for_another_name_than_the_endpoints() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "function");
    let place = Client::In(&net.subnet, &group);
    let row = |host: &str| {
        let program = calls(host);
        Row::new(&account, place, host, 443).running(&program.each_ref().map(String::as_str))
    };
    let regional = row("sts.us-east-1.amazonaws.com");
    regional.fails(SILENT);
    regional.explained("NO_ROUTE_TO_DESTINATION", "rtb-").mended();
    regional.answers(BODY);

    // The endpoint is there and works; a client of the old global name hangs all the same.
    let aws = tool("aws").display().to_string();
    let call = format!(
        "AWS_STS_REGIONAL_ENDPOINTS=legacy AWS_MAX_ATTEMPTS=1 {aws} --cli-connect-timeout 2 sts get-caller-identity >/dev/null && \
         printf '{BODY}'"
    );
    let sdk =
        |before: &str| Row::new(&account, place, "sts.amazonaws.com", 443).running(&["sh", "-c", &format!("{before}\n{call}")]);
    let refused = sdk("").run();
    assert!(refused.err.contains("Connect timeout on endpoint URL: \"https://sts.amazonaws.com/\""), "{refused:?}");
    let fix = sdk("").explained("NO_ROUTE_TO_DESTINATION", "rtb-").printed();
    assert_eq!(sdk(&fix).run().out, BODY, "{fix}");
}

/// Packets arrive at the endpoint and its policy refuses the call: both are said, and the packet of a probe agrees.
#[test]
fn a_policy_of_an_endpoint_refuses_what_packets_could_ask_for() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let endpoint = text_of(&place.endpoint("ec2")["VpcEndpointId"]);
    let aws = tool("aws").display().to_string();
    let script = format!("AWS_MAX_ATTEMPTS=1 {aws} ec2 describe-vpcs >/dev/null && printf '{BODY}'");
    let group = account.group(&place.net.vpc, "caller");
    let client = Client::In(&place.net.subnet, &group);
    let row = Row::new(&account, client, "ec2.us-east-1.amazonaws.com", 443).running(&["sh", "-c", &script]);
    row.answers(BODY);
    let statement = json!([{ "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*" }]);
    let policy = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
    account.ec2("modify_vpc_endpoint", json!({ "VpcEndpointId": endpoint, "PolicyDocument": policy }));
    let refused = row.run();
    assert!(refused.err.contains("no VPC endpoint policy allows the ec2:DescribeVpcs action"), "{refused:?}");
    let asked = |more: &[&str]| {
        let (source, to) = (format!("{}+{group}", place.net.subnet), "ec2.us-east-1.amazonaws.com:443");
        account.explain(&[&[source.as_str(), to], more].concat())
    };
    let probed = asked(&["--probe", "--expect", "deny"]);
    assert!(probed.status == 0 && probed.out.contains("packets do what is said above"), "{probed:?}");
    assert_eq!(asked(&["--expect", "allow"]).status, 1, "the call does not get through");
    let action = asked(&["--action", "ec2:DescribeVpcs"]).out;
    assert!(action.contains("packets pass, and calls are refused") && action.contains("no ec2:DescribeVpcs through"), "{action}");
    row.explained("VPC_ENDPOINT_POLICY", &endpoint).mended();
    row.answers(BODY);
}

#[test]
fn b6_a_service_is_not_found_from_another_region() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let balancer = provider.balancer("web", &[&provider.net().subnet]);
    let (service, name) = provider.service(&balancer, false);
    provider.permit(&service, CONSUMER);
    let find = |region: &str| {
        let named = ["--region", region, "ec2", "describe-vpc-endpoint-services", "--service-names", &name];
        consumer.aws(&named)
    };
    let refused = find("eu-west-1");
    assert!(refused.err.contains("InvalidServiceName"), "{refused:?}");
    let net = consumer.net();
    let group = consumer.group(&net.vpc, "client");
    let far = name.replace("us-east-1", "eu-west-1");
    let row = Row::new(&consumer, Client::In(&net.subnet, &group), &far, 80);
    row.explained("ENDPOINT_SERVICE_UNKNOWN", &far);
    assert!(find("us-east-1").ok().contains(&service));
}
