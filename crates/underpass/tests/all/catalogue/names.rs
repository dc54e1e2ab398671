//! Letter A: names. What AWS refuses at the call is refused with the cause in the message; what it lets happen is explained.

use serde_json::{Value, json};

use super::route::main_table;
use super::service::calls;
use super::{BODY, Client, Link, NO_SUCH_NAME, Row, SILENT};
use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::resolver::Pair;
use crate::site::{Net, Peer, ZONE, permission, web};

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

fn wanted(net: &Net, group: &str) -> Value {
    json!({"VpcEndpointType": "Interface", "VpcId": net.vpc, "ServiceName": "com.amazonaws.us-east-1.ec2",
        "SubnetIds": [net.subnet], "SecurityGroupIds": [group], "PrivateDnsEnabled": true})
}

/// A group for clients of HTTPS and for the endpoints that they call.
fn https(account: &Account<'_>, vpc: &str) -> String {
    let group = account.group(vpc, "https");
    account.allow(&group, "tcp", Some(443), Peer::Cidr("10.0.0.0/8"));
    group
}

/// A client that calls EC2 by its own name.
fn calling<'a>(account: &'a Account<'a>, client: Client<'a>) -> Row<'a> {
    Row::new(account, client, EC2, 443).running(&calls(EC2).each_ref().map(String::as_str))
}

#[test]
fn a1_dns_attributes_are_off_and_a4_two_endpoints_want_a_name_and_a5_so_does_a_zone() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = https(&account, &net.vpc);
    let refused = refusal(&account, "ec2", "create_vpc_endpoint", wanted(&net, &group));
    assert!(refused.contains("enableDnsHostnames") && refused.contains(&net.vpc), "{refused}");
    let row = calling(&account, Client::In(&net.subnet, &group));
    row.fails(SILENT);
    row.explained("NO_ROUTE_TO_DESTINATION", "rtb-").mended();
    let filters = json!({ "Filters": [{ "Name": "vpc-id", "Values": [net.vpc] }] });
    let endpoint = text_of(&account.ec2("describe_vpc_endpoints", filters)["VpcEndpoints"][0]["VpcEndpointId"]);
    row.answers(BODY);
    account.ec2("modify_vpc_attribute", json!({"VpcId": net.vpc, "EnableDnsHostnames": {"Value": false}}));
    row.fails(SILENT);
    row.explained("PRIVATE_DNS_NOT_IN_EFFECT", &net.vpc).mended();
    row.answers(BODY);

    let refused = refusal(&account, "ec2", "create_vpc_endpoint", wanted(&net, &group));
    assert!(refused.contains(&format!("conflicting DNS domain for {EC2} in the VPC {}", net.vpc)), "{refused}");
    row.met(&endpoint, "private DNS of the endpoint answers").mended();
    let made = account.ec2("create_vpc_endpoint", wanted(&net, &group));
    let second = text_of(&made["VpcEndpoint"]["VpcEndpointId"]);
    account.until_endpoint(&second, "available");
    row.answers(BODY);

    let own_zone = json!({"Name": EC2, "CallerReference": "a5", "VPC": {"VPCRegion": "us-east-1", "VPCId": net.vpc}});
    let refused = refusal(&account, "route53", "create_hosted_zone", own_zone);
    assert!(refused.contains("ConflictingDomainExists"), "{refused}");
    let finer = zone(&account, &format!("more.{EC2}"), Some(&net.vpc));
    record(&account, &finer, plain(&format!("x.more.{EC2}"), "A", "10.0.0.77"));
    assert_eq!(found(&account, &net, &format!("x.more.{EC2}")), "10.0.0.77", "the more specific one decides");
    row.met(&second, "private DNS of the endpoint answers").mended();
    let own = zone(&account, EC2, Some(&net.vpc));
    record(&account, &own, plain(EC2, "A", &account.endpoint_address(&second)));
    row.answers(BODY);
    row.met(&own, "a private hosted zone answers");
}

/// Who forwards names into a VPC from outside, here a peer that stands for a site on premises, cannot ask the VPC's own resolver,
/// and asks at an inbound endpoint. This is also the second cure of A8.
#[test]
fn a7_a_forwarder_outside_a_vpc_asks_its_own_resolver() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let pair = Pair::of(&account);
    let net = Net { subnet: account.subnet(&pair.far, "10.1.3.0/24", ZONE), vpc: pair.far.clone() };
    switch_hostnames_on(&account, &net.vpc);
    let made = account.ec2("create_vpc_endpoint", wanted(&net, &https(&account, &net.vpc)));
    account.until_endpoint(&text_of(&made["VpcEndpoint"]["VpcEndpointId"]), "available");
    let group = https(&account, &pair.near);
    let outbound = pair.outbound(&group);
    let targets = json!([{"Ip": "10.1.0.2"}]);
    let forward = json!({"RuleType": "FORWARD", "ResolverEndpointId": outbound, "TargetIps": targets});
    let rule = pair.rule("us-east-1.amazonaws.com", &forward);
    let row = calling(&account, Client::In(&pair.subnet, &group));
    row.fails(SILENT);
    row.explained("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "pcx-").mended();
    row.answers(BODY);
    row.met(&rule, "has it answered");

    let everything = json!({"GroupId": group, "IpPermissions": permission("-1", None, Peer::Cidr("0.0.0.0/0"))});
    account.ec2("revoke_security_group_egress", everything);
    row.fails(NO_SUCH_NAME);
    row.explained_all(&[("SG_HAS_NO_RULES", &group), ("SG_HAS_NO_RULES", &group)]).mended();
    row.answers(BODY);
}

#[test]
fn a8_private_dns_of_an_endpoint_is_no_name_in_a_peered_vpc() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let far = account.vpc("10.9.0.0/16");
    let there = account.subnet(&far, "10.9.1.0/24", ZONE);
    [&net.vpc, &far].iter().for_each(|vpc| switch_hostnames_on(&account, vpc));
    let made = account.ec2("create_vpc_endpoint", wanted(&net, &https(&account, &net.vpc)));
    let endpoint = text_of(&made["VpcEndpoint"]["VpcEndpointId"]);
    account.until_endpoint(&endpoint, "available");
    peered(&account, (&net.vpc, "10.0.0.0/16"), (&far, "10.9.0.0/16"));
    let group = https(&account, &far);
    let row = calling(&account, Client::In(&there, &group));
    row.fails(SILENT);
    row.explained("PRIVATE_DNS_NOT_IN_EFFECT", &endpoint).mended();
    row.answers(BODY);
    calling(&account, Client::In(&net.subnet, &https_of(&account, &net.vpc))).answers(BODY);
}

fn https_of(account: &Account<'_>, vpc: &str) -> String {
    let filters = json!({ "Filters": [{ "Name": "vpc-id", "Values": [vpc] }, { "Name": "group-name", "Values": ["https"] }] });
    text_of(&account.ec2("describe_security_groups", filters)["SecurityGroups"][0]["GroupId"])
}

/// Connects two VPCs by their main route tables.
fn peered(account: &Account<'_>, one: (&str, &str), other: (&str, &str)) {
    let made = account.ec2("create_vpc_peering_connection", json!({ "VpcId": one.0, "PeerVpcId": other.0 }));
    let id = text_of(&made["VpcPeeringConnection"]["VpcPeeringConnectionId"]);
    account.wait("ec2", "vpc_peering_connection_exists", json!({ "VpcPeeringConnectionIds": [id] }));
    eventually("it may be accepted", || {
        account.ask("ec2", "accept_vpc_peering_connection", &json!({ "VpcPeeringConnectionId": id })).ok()
    });
    for (vpc, block) in [(one.0, other.1), (other.0, one.1)] {
        let table = main_table(account, vpc);
        let route = json!({ "RouteTableId": table, "DestinationCidrBlock": block, "VpcPeeringConnectionId": id });
        account.ec2("create_route", route);
    }
}

/// A peer's name, which the private DNS of an endpoint takes over.
#[test]
fn b10_an_endpoints_private_name_takes_a_peers_name_over() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { offer, access } = Link::between(&provider, &consumer, false);
    switch_hostnames_on(&consumer, &access.net.vpc);
    let far = consumer.vpc("10.9.0.0/16");
    let there = consumer.subnet(&far, "10.9.1.0/24", ZONE);
    peered(&consumer, (&access.net.vpc, "10.0.0.0/16"), (&far, "10.9.0.0/16"));
    let group = consumer.group(&far, "web");
    consumer.allow(&group, "tcp", Some(8000), Peer::Cidr("10.0.0.0/8"));
    let script = web(BODY).replace("http.server 80", "http.server 8000");
    let server = consumer.private_ip(&consumer.instance(&there, &[&group], &script));
    let public = zone(&provider, "example.com", None);
    record(&provider, &public, plain("api.example.com", "A", &server));
    let row = Row::new(&consumer, Client::In(&access.net.subnet, &access.group), "api.example.com", 8000);
    row.answers(BODY);

    proved(&provider, &offer.service, &public);
    consumer.allow(&access.group, "tcp", Some(8000), Peer::Cidr("10.0.0.0/16"));
    consumer.ec2("modify_vpc_endpoint", json!({"VpcEndpointId": access.endpoint, "PrivateDnsEnabled": true}));
    row.fails(SILENT);
    let over = ("PRIVATE_DNS_HIDES_NAME", access.endpoint.as_str());
    row.explained_all(&[("ELBV2_LISTENER_PORT_RESTRICTION", &offer.balancer), over]).mended_by(1);
    row.answers(BODY);
}

/// Gives a service the private name `api.example.com`, and proves it in a public zone.
fn proved(provider: &Account<'_>, service: &str, public: &str) {
    let wish = json!({"ServiceId": service, "PrivateDnsName": "api.example.com"});
    provider.ec2("modify_vpc_endpoint_service_configuration", wish);
    let own = private_name(provider, service);
    let (label, value) = (text_of(&own["Name"]), text_of(&own["Value"]));
    record(provider, public, plain(&format!("{label}.example.com"), "TXT", &format!("\"{value}\"")));
    provider.ec2("start_vpc_endpoint_service_private_dns_verification", json!({"ServiceId": service}));
    until_verified(provider, service);
}

fn private_name(provider: &Account<'_>, service: &str) -> Value {
    let shown = provider.describe("describe_vpc_endpoint_service_configurations", "ServiceIds", service, "ServiceConfigurations");
    shown["PrivateDnsNameConfiguration"].clone()
}

fn until_verified(provider: &Account<'_>, service: &str) {
    eventually("the name is verified", || (private_name(provider, service)["State"] == "verified").then_some(()));
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

    let row = Row::new(&consumer, Client::In(&access.net.subnet, &access.group), "api.example.com", 80);
    row.fails(NO_SUCH_NAME);
    let off = ("PRIVATE_DNS_NOT_IN_EFFECT", access.endpoint.as_str());
    let waits = ("ENDPOINT_NOT_ACCEPTED", access.endpoint.as_str());
    let nameless = ("ENDPOINT_SERVICE_HAS_NO_PRIVATE_DNS_NAME", offer.service.as_str());
    row.explained_all(&[nameless, off, waits]).mended_with_first(1);

    zone(&provider, "example.com", None);
    assert_eq!(private_name(&provider, &offer.service)["State"], "pendingVerification");
    assert!(refused().contains("is not verified (pendingVerification)"), "{}", refused());
    let unproved = ("PRIVATE_DNS_NAME_NOT_VERIFIED", offer.service.as_str());
    row.explained_all(&[unproved, off, waits]).mended_with_first(2);
    until_verified(&provider, &offer.service);

    assert!(refused().contains("has not accepted"), "{}", refused());
    row.fails(NO_SUCH_NAME);
    row.explained_all(&[off, waits]).mended();
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
    let resolver = || account.exec(&["--instance", &instance], &["cat", "/etc/resolv.conf"]).out;
    eventually("a machine that runs is told", || resolver().contains(&address).then_some(()));
    let probe = || account.explain(&[&instance, "www.corp.example.com:80", "--probe"]);
    let (told, no_answer) = (probe(), format!("{address} does not answer for www.corp.example.com"));
    assert!(told.status == 0 && told.out.contains(&no_answer) && told.out.contains("no packet was sent"), "{told:?}");
    row.explained("DHCP_OPTIONS_RESOLVER", &options).mended();
    row.answers(BODY);
    eventually("it is told again", || resolver().contains("10.0.0.2").then_some(()));
    let (told, answer) = (probe(), format!("answers {address} for www.corp.example.com"));
    assert!(told.status == 0 && told.out.contains(&answer) && told.out.contains("packets do what is said"), "{told:?}");

    // The public name is known outside, and to nobody in the VPC: its domain is taken.
    record(&account, &public, plain("mail.corp.example.com", "A", &address));
    let row = Row::new(&account, Client::In(&net.subnet, &group), "mail.corp.example.com", 80);
    row.fails(NO_SUCH_NAME);
    row.explained("PRIVATE_DNS_HIDES_NAME", &private).mended();
    row.answers(BODY);
}
