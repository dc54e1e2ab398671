//! Rows about AWS's own services: C7, A17 and B6.

use super::{BODY, Client, Row, SILENT};
use crate::cloud::{CONSUMER, Cloud, PROVIDER};

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
    let global = row("sts.amazonaws.com");
    global.fails(SILENT);
    let told = account.explain(&[&format!("{}+{group}", net.subnet), "sts.amazonaws.com:443"]).out;
    assert!(told.contains("but only under the name sts.us-east-1.amazonaws.com"), "{told}");
    regional.answers(BODY);
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
