//! Resolver endpoints: a peered VPC, which cannot ask the other's own resolver, asks at the addresses of an inbound one, or has
//! its resolver ask there by a rule, through an outbound one.

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::site::{Peer, ZONE, permission};

/// Asks a server for the address of a name, over UDP or TCP, and prints it.
const ASK: &str = r#"
import socket, sys
kind, server, name = sys.argv[1:]
labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
question = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
if kind == "udp":
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(6)
        s.connect((server, 53))
        s.send(question)
        answer = s.recv(512)
else:
    with socket.create_connection((server, 53), 2) as s:
        s.sendall(len(question).to_bytes(2, "big") + question)
        stream = s.makefile("rb")
        answer = stream.read(int.from_bytes(stream.read(2), "big"))
assert answer[:2] == question[:2] and answer[3] & 15 == 0, answer
print(".".join(map(str, answer[-4:])), end="")
"#;

fn ask(account: &Account<'_>, subnet: &str, kind: &str, server: &str, name: &str) -> String {
    account.exec(&["--subnet", subnet], &["python3", "-c", ASK, kind, server, name]).out
}

fn main_table(account: &Account<'_>, vpc: &str) -> String {
    let filters =
        json!({ "Filters": [{ "Name": "vpc-id", "Values": [vpc] }, { "Name": "association.main", "Values": ["true"] }] });
    text_of(&account.ec2("describe_route_tables", filters)["RouteTables"][0]["RouteTableId"])
}

/// Two peered VPCs and an endpoint in the far one, or in the near one.
pub struct Pair<'a> {
    pub account: &'a Account<'a>,
    pub near: String,
    pub far: String,
    /// Where clients of the near one are.
    pub subnet: String,
}

impl<'a> Pair<'a> {
    pub fn of(account: &'a Account<'a>) -> Self {
        let (near, far) = (account.vpc("10.0.0.0/16"), account.vpc("10.1.0.0/16"));
        let subnet = account.subnet(&near, "10.0.1.0/24", ZONE);
        peer(account, [(&near, "10.0.0.0/16"), (&far, "10.1.0.0/16")]);
        Self { account, near, far, subnet }
    }

    /// An inbound endpoint of the far VPC at 10.1.1.53 and 10.1.2.53, open to the near one.
    pub fn inbound(&self) -> String {
        let group = self.account.group(&self.far, "inbound");
        ["udp", "tcp"].iter().for_each(|protocol| self.account.allow(&group, protocol, Some(53), Peer::Cidr("10.0.0.0/16")));
        self.inbound_behind(&group)
    }

    /// The same, with a group.
    pub fn inbound_behind(&self, group: &str) -> String {
        let places = ["10.1.1.0/24", "10.1.2.0/24"].map(|block| self.account.subnet(&self.far, block, ZONE));
        let addresses = json!([{ "SubnetId": places[0], "Ip": "10.1.1.53" }, { "SubnetId": places[1], "Ip": "10.1.2.53" }]);
        endpoint(self.account, "INBOUND", group, addresses)
    }

    /// An outbound endpoint of the near VPC, with a group.
    pub fn outbound(&self, group: &str) -> String {
        let places = ["10.0.11.0/24", "10.0.12.0/24"].map(|block| self.account.subnet(&self.near, block, ZONE));
        endpoint(self.account, "OUTBOUND", group, json!([{ "SubnetId": places[0] }, { "SubnetId": places[1] }]))
    }

    /// A rule that the near VPC's resolver goes by.
    pub fn rule(&self, domain: &str, more: &Value) -> String {
        let mut wish = json!({ "CreatorRequestId": domain, "DomainName": domain });
        wish.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        let made = self.account.call("route53resolver", "create_resolver_rule", wish);
        let rule = text_of(&made["ResolverRule"]["Id"]);
        let made = self.account.call(
            "route53resolver",
            "associate_resolver_rule",
            json!({ "ResolverRuleId": rule, "VPCId": self.near }),
        );
        let id = json!({ "ResolverRuleAssociationId": made["ResolverRuleAssociation"]["Id"] });
        eventually("the rule is in force", || {
            let shown = self.account.call("route53resolver", "get_resolver_rule_association", id.clone());
            (shown["ResolverRuleAssociation"]["Status"] == "COMPLETE").then_some(())
        });
        rule
    }

    /// What a client of the near VPC's resolver is told.
    pub fn told(&self, name: &str) -> String {
        ask(self.account, &self.subnet, "udp", "169.254.169.253", name)
    }

    #[track_caller]
    fn until_told(&self, name: &str, address: &str) {
        eventually(&format!("{name} is {address}"), || (self.told(name) == address).then_some(()));
    }
}

/// An endpoint through which questions pass.
fn endpoint(account: &Account<'_>, direction: &str, group: &str, addresses: Value) -> String {
    let wish = json!({ "CreatorRequestId": direction, "Direction": direction, "SecurityGroupIds": [group],
        "IpAddresses": addresses });
    let made = account.call("route53resolver", "create_resolver_endpoint", wish);
    let id = text_of(&made["ResolverEndpoint"]["Id"]);
    eventually("the endpoint is operational", || {
        let shown = account.call("route53resolver", "get_resolver_endpoint", json!({ "ResolverEndpointId": id }));
        (shown["ResolverEndpoint"]["Status"] == "OPERATIONAL").then_some(())
    });
    id
}

/// Connects two VPCs of an account, with routes both ways.
fn peer(account: &Account<'_>, ends: [(&str, &str); 2]) {
    let [(near, near_block), (far, far_block)] = ends;
    let made = account.ec2("create_vpc_peering_connection", json!({ "VpcId": near, "PeerVpcId": far }));
    let id = text_of(&made["VpcPeeringConnection"]["VpcPeeringConnectionId"]);
    eventually("the peering can be accepted", || {
        let all = account.ec2("describe_vpc_peering_connections", json!({ "VpcPeeringConnectionIds": [id] }));
        (all["VpcPeeringConnections"][0]["Status"]["Code"] == "pending-acceptance").then_some(())
    });
    account.ec2("accept_vpc_peering_connection", json!({ "VpcPeeringConnectionId": id }));
    for (vpc, block) in [(near, far_block), (far, near_block)] {
        let table = main_table(account, vpc);
        let route = json!({ "RouteTableId": table, "DestinationCidrBlock": block, "VpcPeeringConnectionId": id });
        account.ec2("create_route", route);
    }
}

fn switch_names_on(account: &Account<'_>, vpc: &str) {
    for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
        let mut input = json!({ "VpcId": vpc });
        input[attribute] = json!({ "Value": true });
        account.ec2("modify_vpc_attribute", input);
    }
}

/// A private zone with one name in it.
fn private_name(account: &Account<'_>, vpc: &str, zone: &str, name: &str, address: &str) -> String {
    switch_names_on(account, vpc);
    let wish = json!({ "Name": zone, "CallerReference": vpc, "VPC": { "VPCRegion": "us-east-1", "VPCId": vpc } });
    let made = account.call("route53", "create_hosted_zone", wish);
    let set = json!({ "Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{ "Value": address }] });
    let batch = json!({ "Changes": [{ "Action": "CREATE", "ResourceRecordSet": set }] });
    account.call(
        "route53",
        "change_resource_record_sets",
        json!({ "HostedZoneId": made["HostedZone"]["Id"], "ChangeBatch": batch }),
    );
    text_of(&made["HostedZone"]["Id"])
}

#[track_caller]
fn until_no_interfaces(account: &Account<'_>, vpc: &str) {
    eventually("its interfaces are gone", || {
        let all = account.ec2("describe_network_interfaces", json!({ "Filters": [{ "Name": "vpc-id", "Values": [vpc] }] }));
        (all["NetworkInterfaces"] == json!([])).then_some(())
    });
}

#[test]
fn a_rule_has_a_vpcs_resolver_ask_another_through_an_endpoint_that_its_group_lets_out() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let pair = Pair::of(&account);
    pair.inbound();
    private_name(&account, &pair.far, "corp.test", "db.corp.test", "10.1.9.9");
    let near_zone = private_name(&account, &pair.near, "corp.test", "db.corp.test", "10.0.9.9");
    let own = json!({ "Name": "x.own.corp.test", "Type": "A", "TTL": 60, "ResourceRecords": [{ "Value": "10.0.9.8" }] });
    let batch = json!({ "Changes": [{ "Action": "CREATE", "ResourceRecordSet": own }] });
    account.call("route53", "change_resource_record_sets", json!({ "HostedZoneId": near_zone, "ChangeBatch": batch }));
    pair.until_told("db.corp.test", "10.0.9.9");

    let group = account.group(&pair.near, "outbound");
    let everything = json!({ "GroupId": group, "IpPermissions": permission("-1", None, Peer::Cidr("0.0.0.0/0")) });
    account.ec2("revoke_security_group_egress", everything);
    let outbound = pair.outbound(&group);
    // The first target is nobody: questions go to the second.
    let targets = json!([{ "Ip": "10.1.1.99" }, { "Ip": "10.1.1.53" }]);
    let forward = json!({ "RuleType": "FORWARD", "ResolverEndpointId": outbound, "TargetIps": targets });
    let rule = pair.rule("corp.test", &forward);
    assert_eq!(pair.told("db.corp.test"), "", "the endpoint's group lets nothing out, and the rule hides the private zone");
    let questions = json!({ "GroupId": group, "IpPermissions": permission("udp", Some(53), Peer::Cidr("10.1.0.0/16")) });
    account.ec2("authorize_security_group_egress", questions);
    pair.until_told("db.corp.test", "10.1.9.9");
    let resolver = ask(&account, &pair.subnet, "tcp", "10.0.0.2", "db.corp.test");
    assert_eq!(resolver, "10.1.9.9", "also over TCP and at the resolver's other address");

    assert_eq!(pair.told("x.own.corp.test"), "", "the other resolver does not have it");
    let system = pair.rule("own.corp.test", &json!({ "RuleType": "SYSTEM" }));
    pair.until_told("x.own.corp.test", "10.0.9.8");
    pair.until_told("db.corp.test", "10.1.9.9");

    let refused = account.refused("route53resolver", "delete_resolver_endpoint", json!({ "ResolverEndpointId": outbound }));
    assert_eq!(refused.code, "InvalidRequestException");
    for rule in [&rule, &system] {
        let pair_of = json!({ "ResolverRuleId": rule, "VPCId": pair.near });
        account.call("route53resolver", "disassociate_resolver_rule", pair_of);
        let id = json!({ "ResolverRuleId": rule });
        eventually("the rule can go", || account.ask("route53resolver", "delete_resolver_rule", &id).ok());
    }
    pair.until_told("db.corp.test", "10.0.9.9");
    account.call("route53resolver", "delete_resolver_endpoint", json!({ "ResolverEndpointId": outbound }));
    until_no_interfaces(&account, &pair.near);
}

/// A server of names on port 5353 that knows one address for all of them.
const NAME_SERVER: &str = r#"#!/bin/sh
exec python3 - <<'END'
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("0.0.0.0", 5353))
    while True:
        asked, client = s.recvfrom(4096)
        question = asked[12:asked.index(0, 12) + 5]
        header = asked[:2] + bytes([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
        record = bytes([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, 7, 7])
        s.sendto(header + question + record, client)
END
"#;

#[test]
fn a_rule_leads_to_a_name_server_on_a_port_of_its_own_and_does_so_again_after_a_crash() {
    let mut cloud = Cloud::up();
    let outbound = {
        let account = cloud.account(CONSUMER);
        let pair = Pair::of(&account);
        let (group, servers) = (account.group(&pair.near, "outbound"), account.group(&pair.far, "servers"));
        account.allow(&servers, "udp", Some(5353), Peer::Cidr("10.0.8.0/21"));
        let place = account.subnet(&pair.far, "10.1.1.0/24", ZONE);
        let server = account.instance(&place, &[&servers], NAME_SERVER);
        let targets = json!([{ "Ip": account.private_ip(&server), "Port": 5353 }]);
        let outbound = pair.outbound(&group);
        let forward = json!({ "RuleType": "FORWARD", "ResolverEndpointId": outbound, "TargetIps": targets });
        pair.rule(".", &forward);
        pair.until_told("anything.at.all", "10.1.7.7");
        switch_names_on(&account, &pair.near);
        eventually("AWS's own private names are not asked of others", || {
            pair.told("ip-10-0-9-9.ec2.internal").is_empty().then_some(())
        });
        pair.subnet
    };
    cloud.crash();
    let account = cloud.account(CONSUMER);
    eventually("the rule is in force again", || {
        (ask(&account, &outbound, "udp", "169.254.169.253", "anything.at.all") == "10.1.7.7").then_some(())
    });
}

#[test]
fn a_peered_vpc_resolves_private_names_at_an_inbound_endpoint_and_by_no_other_way() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let (near, far) = (account.vpc("10.0.0.0/16"), account.vpc("10.1.0.0/16"));
    let subnet = account.subnet(&near, "10.0.1.0/24", ZONE);
    let places = ["10.1.1.0/24", "10.1.2.0/24"].map(|block| account.subnet(&far, block, ZONE));
    peer(&account, [(&near, "10.0.0.0/16"), (&far, "10.1.0.0/16")]);
    private_name(&account, &far, "corp.test", "db.corp.test", "10.1.9.9");
    let group = account.group(&far, "dns");

    let wish = json!({ "CreatorRequestId": "one", "Direction": "INBOUND", "SecurityGroupIds": [group],
        "IpAddresses": [{ "SubnetId": places[0], "Ip": "10.1.1.53" }, { "SubnetId": places[1], "Ip": "10.1.2.53" }] });
    let made = account.call("route53resolver", "create_resolver_endpoint", wish);
    let id = json!({ "ResolverEndpointId": made["ResolverEndpoint"]["Id"] });
    let status = || -> Value {
        account.call("route53resolver", "get_resolver_endpoint", id.clone())["ResolverEndpoint"]["Status"].clone()
    };
    eventually("the endpoint is operational", || (status() == "OPERATIONAL").then_some(()));

    let found = |kind: &str, server: &str| ask(&account, &subnet, kind, server, "db.corp.test");
    assert_eq!(found("udp", "10.1.1.53"), "", "the group lets nobody in");
    account.allow(&group, "udp", Some(53), Peer::Cidr("10.0.0.0/16"));
    for server in ["10.1.1.53", "10.1.2.53"] {
        eventually("both addresses answer", || (found("udp", server) == "10.1.9.9").then_some(()));
    }
    assert_eq!(found("tcp", "10.1.1.53"), "", "the group says nothing of TCP");
    account.allow(&group, "tcp", Some(53), Peer::Cidr("10.0.0.0/16"));
    eventually("TCP is answered", || (found("tcp", "10.1.1.53") == "10.1.9.9").then_some(()));
    assert_eq!(found("udp", "10.1.0.2"), "", "the other VPC's own resolver answers its VPC alone");

    account.call("route53resolver", "delete_resolver_endpoint", id.clone());
    until_no_interfaces(&account, &far);
    assert_eq!(account.refused("route53resolver", "get_resolver_endpoint", id).code, "ResourceNotFoundException");
}
