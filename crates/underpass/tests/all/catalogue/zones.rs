//! Private zones that a VPC does not see, and questions for names that are lost on some of their ways.

use serde_json::{Value, json};

use super::names::{plain, record, zone};
use super::{BODY, Client, NO_SUCH_NAME, Row};
use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER};
use crate::resolver::Pair;
use crate::site::{Peer, web};

const NAME: &str = "web.corp.test";

fn switch(account: &Account<'_>, vpc: &str, attribute: &str, on: bool) {
    let mut input = json!({ "VpcId": vpc });
    input[attribute] = json!({ "Value": on });
    account.ec2("modify_vpc_attribute", input);
}

/// A server in a subnet and a group that clients and it have; answers the group and the server's address.
fn served(account: &Account<'_>, vpc: &str, subnet: &str) -> (String, String) {
    let group = account.group(vpc, "web");
    account.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/8"));
    let server = account.instance(subnet, &[&group], &web(BODY));
    (group, account.private_ip(&server))
}

#[test]
fn a_private_zone_of_another_account_is_associated_and_a_vpc_without_its_dns_attributes_sees_none() {
    let cloud = Cloud::up();
    let (owner, account) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let (net, other) = (account.net(), owner.vpc("10.0.0.0/16"));
    switch(&account, &net.vpc, "EnableDnsHostnames", true);
    let (group, address) = served(&account, &net.vpc, &net.subnet);
    let private = zone(&owner, "corp.test", Some(&other));
    record(&owner, &private, plain(NAME, "A", &address));
    let row = Row::new(&account, Client::In(&net.subnet, &group), NAME, 80);
    row.fails(NO_SUCH_NAME);
    let probed = account.explain(&[&format!("{}+{group}", net.subnet), &format!("{NAME}:80"), "--probe"]);
    assert!(probed.status == 0 && probed.out.contains(&format!("has no address for {NAME}")), "{probed:?}");
    row.explained("HOSTED_ZONE_NOT_ASSOCIATED", &private).mended();
    row.answers(BODY);

    switch(&account, &net.vpc, "EnableDnsHostnames", false);
    row.fails(NO_SUCH_NAME);
    row.explained("PRIVATE_DNS_NOT_IN_EFFECT", &net.vpc).mended();
    row.answers(BODY);
    switch(&account, &net.vpc, "EnableDnsSupport", false);
    row.explained("DNS_SUPPORT_DISABLED", &net.vpc).mended();
    row.answers(BODY);
}

/// Each of two addresses may ask, and each of two targets may be asked: after the commands no question is lost.
#[test]
fn a_forwarded_question_is_let_in_from_every_address_that_may_ask() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let pair = Pair::of(&account);
    let inbound = account.group(&pair.far, "closed");
    pair.inbound_behind(&inbound);
    switch(&account, &pair.far, "EnableDnsHostnames", true);
    let (group, address) = served(&account, &pair.near, &pair.subnet);
    let private = zone(&account, "corp.test", Some(&pair.far));
    record(&account, &private, plain(NAME, "A", &address));
    let outbound = pair.outbound(&group);
    let targets = json!([{ "Ip": "10.1.1.53" }, { "Ip": "10.1.2.53" }]);
    pair.rule("corp.test", &json!({ "RuleType": "FORWARD", "ResolverEndpointId": outbound, "TargetIps": targets }));
    let row = Row::new(&account, Client::In(&pair.subnet, &group), NAME, 80);
    let causes = [("SG_HAS_NO_RULES", inbound.as_str()); 2];
    let both = row.explained_all(&causes);

    let listed = json!({ "ResolverEndpointId": outbound });
    let legs = account.call("route53resolver", "list_resolver_endpoint_ip_addresses", listed)["IpAddresses"].clone();
    let first = format!("{}/32", text_of(&legs[0]["Ip"]));
    account.allow(&inbound, "udp", Some(53), Peer::Cidr(&first));
    let source = format!("{}+{group}", pair.subnet);
    let told = account.explain(&[&source, &format!("{NAME}:80"), "--output", "json"]);
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((&told["verdict"], &told["blockers"].as_array().unwrap().len()), (&json!("partly"), &1), "{told:#}");
    account.revoke(&inbound, "udp", Some(53), Peer::Cidr(&first));

    both.mended();
    row.answers(BODY);
    let lookups: Vec<String> = (0..16).map(|_| pair.told(NAME)).collect();
    assert!(lookups.iter().all(|told| *told == address), "{lookups:?}");
}
