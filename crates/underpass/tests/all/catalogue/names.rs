//! Letter A: names. What AWS refuses at the call is refused with the cause in the message; what it lets happen is explained.

use serde_json::{Value, json};

use super::{BODY, Client, Link, NO_SUCH_NAME, Row, SILENT};
use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::site::{Net, Peer, web};

const EC2: &str = "ec2.us-east-1.amazonaws.com";

/// The message with which an operation is refused.
#[track_caller]
fn refusal(account: &Account<'_>, service: &str, operation: &str, input: Value) -> String {
    format!("{:?}", account.refused(service, operation, input))
}

fn switch_hostnames_on(account: &Account<'_>, vpc: &str) {
    account.ec2("modify_vpc_attribute", json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": true}}));
}

/// A zone on the internet, or in a VPC.
pub fn zone(account: &Account<'_>, name: &str, vpc: Option<&str>) -> String {
    let mut input = json!({"Name": name, "CallerReference": format!("{name} {vpc:?}")});
    if let Some(vpc) = vpc {
        input["VPC"] = json!({"VPCRegion": "us-east-1", "VPCId": vpc});
    }
    let made = account.call("route53", "create_hosted_zone", input);
    text_of(&made["HostedZone"]["Id"]).trim_start_matches("/hostedzone/").to_owned()
}

/// Makes a record, and waits with boto3's waiter until every resolver answers by it.
pub fn record(account: &Account<'_>, zone: &str, set: Value) {
    let changes = json!({"Changes": [{"Action": "UPSERT", "ResourceRecordSet": set}]});
    let made = account.call("route53", "change_resource_record_sets", json!({"HostedZoneId": zone, "ChangeBatch": changes}));
    account.wait("route53", "resource_record_sets_changed", json!({"Id": made["ChangeInfo"]["Id"]}));
}

pub fn plain(name: &str, kind: &str, value: &str) -> Value {
    json!({"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]})
}

/// What a program in a subnet finds for a name.
fn found(account: &Account<'_>, net: &Net, name: &str) -> String {
    let ran = account.exec(&["--subnet", &net.subnet], &["getent", "ahostsv4", name]);
    ran.out.split_whitespace().next().unwrap_or_default().to_owned()
}

#[track_caller]
fn until_found(account: &Account<'_>, net: &Net, name: &str, address: &str) {
    eventually(&format!("{name} is {address}"), || (found(account, net, name) == address).then_some(()));
}

fn wanted(net: &Net, private: bool) -> Value {
    json!({"VpcEndpointType": "Interface", "VpcId": net.vpc, "ServiceName": "com.amazonaws.us-east-1.ec2",
        "SubnetIds": [net.subnet], "PrivateDnsEnabled": private})
}

#[test]
fn a1_dns_attributes_are_off_and_a4_two_endpoints_want_a_name_and_a5_so_does_a_zone_and_a8_another_vpc_does_not_have_it() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let (own, other) = (account.net(), account.net());
    let refused = refusal(&account, "ec2", "create_vpc_endpoint", wanted(&own, true));
    assert!(refused.contains("enableDnsHostnames") && refused.contains(&own.vpc), "{refused}");
    [&own, &other].iter().for_each(|net| switch_hostnames_on(&account, &net.vpc));
    let made = account.ec2("create_vpc_endpoint", wanted(&own, true));
    let endpoint = text_of(&made["VpcEndpoint"]["VpcEndpointId"]);
    let address = account.endpoint_address(&endpoint);
    until_found(&account, &own, EC2, &address);

    let refused = refusal(&account, "ec2", "create_vpc_endpoint", wanted(&own, true));
    assert!(refused.contains(&format!("conflicting DNS domain for {EC2} in the VPC {}", own.vpc)), "{refused}");

    let vpc = json!({"VPCRegion": "us-east-1", "VPCId": own.vpc});
    let refused = refusal(&account, "route53", "create_hosted_zone", json!({"Name": EC2, "CallerReference": "a5", "VPC": vpc}));
    assert!(refused.contains("ConflictingDomainExists"), "{refused}");
    let finer = zone(&account, &format!("more.{EC2}"), Some(&own.vpc));
    record(&account, &finer, plain(&format!("x.more.{EC2}"), "A", "10.0.0.77"));
    assert_eq!(found(&account, &own, &format!("x.more.{EC2}")), "10.0.0.77", "the more specific one decides");

    assert_ne!(found(&account, &other, EC2), address, "private DNS is the endpoint's VPC's alone");
    account.ec2("modify_vpc_endpoint", json!({"VpcEndpointId": endpoint, "PrivateDnsEnabled": false}));
    let shared = zone(&account, EC2, Some(&own.vpc));
    let entry = &account.describe("describe_vpc_endpoints", "VpcEndpointIds", &endpoint, "VpcEndpoints")["DnsEntries"][0];
    let target = json!({"HostedZoneId": entry["HostedZoneId"], "DNSName": entry["DnsName"], "EvaluateTargetHealth": false});
    record(&account, &shared, json!({"Name": EC2, "Type": "A", "AliasTarget": target}));
    let vpc = json!({"VPCRegion": "us-east-1", "VPCId": other.vpc});
    account.call("route53", "associate_vpc_with_hosted_zone", json!({"HostedZoneId": shared, "VPC": vpc}));
    [&own, &other].iter().for_each(|net| until_found(&account, net, EC2, &address));
}

#[test]
fn a9_a_service_has_no_private_name_and_a10_its_name_is_not_proved_and_a11_the_endpoint_is_not_accepted() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { offer, access } = Link::between(&provider, &consumer, true);
    switch_hostnames_on(&consumer, &access.net.vpc);
    let enable = || json!({"VpcEndpointId": access.endpoint, "PrivateDnsEnabled": true});
    let refused = || refusal(&consumer, "ec2", "modify_vpc_endpoint", enable());
    assert!(refused().contains("does not provide a private DNS name"), "{}", refused());

    let service = json!({"ServiceId": offer.service});
    provider.ec2(
        "modify_vpc_endpoint_service_configuration",
        json!({"ServiceId": offer.service, "PrivateDnsName": "api.example.com"}),
    );
    let described = || {
        let ids = "ServiceIds";
        let shown =
            provider.describe("describe_vpc_endpoint_service_configurations", ids, &offer.service, "ServiceConfigurations");
        shown["PrivateDnsNameConfiguration"].clone()
    };
    assert_eq!(described()["State"], "pendingVerification");
    assert!(refused().contains("is not verified (pendingVerification)"), "{}", refused());
    let (label, value) = (text_of(&described()["Name"]), text_of(&described()["Value"]));
    let public = zone(&provider, "example.com", None);
    record(&provider, &public, plain(&format!("{label}.example.com"), "TXT", &format!("\"{value}\"")));
    provider.ec2("start_vpc_endpoint_service_private_dns_verification", service);
    eventually("the name is verified", || (described()["State"] == "verified").then_some(()));

    assert!(refused().contains("has not accepted"), "{}", refused());
    provider.accept(&offer.service, &access.endpoint);
    consumer.until_endpoint(&access.endpoint, "available");
    consumer.ec2("modify_vpc_endpoint", enable());
    provider.accept(&offer.service, &access.endpoint);
    let row = Row::new(&consumer, Client::In(&access.net.subnet, &access.group), "api.example.com", 80);
    row.answers(BODY);
    let outside = consumer.exec(&["--internet"], &["getent", "ahostsv4", "api.example.com"]);
    assert_ne!(outside.status, 0, "the name is private");
}

#[test]
fn a6_another_resolver_knows_no_private_names_and_a_private_zone_hides_what_it_does_not_have() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    switch_hostnames_on(&account, &net.vpc);
    let group = account.group(&net.vpc, "web");
    account.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/8"));
    let instance = account.instance(&net.subnet, &[&group], &web(BODY));
    let address = account.private_ip(&instance);
    let private = zone(&account, "corp.example.com", Some(&net.vpc));
    let public = zone(&account, "example.com", None);
    record(&account, &private, plain("www.corp.example.com", "A", &address));
    let row = Row::new(&account, Client::In(&net.subnet, &group), "www.corp.example.com", 80);
    row.answers(BODY);

    let servers =
        json!([{"Key": "domain-name-servers", "Values": [address]}, {"Key": "domain-name", "Values": ["corp.example.com"]}]);
    let options = account.ec2("create_dhcp_options", json!({"DhcpConfigurations": servers}));
    let options = text_of(&options["DhcpOptions"]["DhcpOptionsId"]);
    account.ec2("associate_dhcp_options", json!({"DhcpOptionsId": options, "VpcId": net.vpc}));
    row.fails(SILENT);
    row.explained("DHCP_OPTIONS_RESOLVER", &options).mended();
    row.answers(BODY);

    // The public name is known outside, and to nobody in the VPC: its domain is taken.
    record(&account, &public, plain("mail.corp.example.com", "A", &address));
    let row = Row::new(&account, Client::In(&net.subnet, &group), "mail.corp.example.com", 80);
    row.fails(NO_SUCH_NAME);
    row.explained("PRIVATE_DNS_HIDES_NAME", &private).mended();
    row.answers(BODY);
}
