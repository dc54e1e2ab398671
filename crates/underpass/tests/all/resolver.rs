//! Inbound resolver endpoints: a peered VPC, which cannot ask the other's own resolver, asks at the endpoint's addresses.

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::site::{Peer, ZONE};

/// Asks a server for the address of a name, over UDP or TCP, and prints it.
const ASK: &str = r#"
import socket, sys
kind, server, name = sys.argv[1:]
labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
question = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
if kind == "udp":
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
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

/// A private zone with one name in it.
fn private_name(account: &Account<'_>, vpc: &str, zone: &str, name: &str, address: &str) {
    for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
        let mut input = json!({ "VpcId": vpc });
        input[attribute] = json!({ "Value": true });
        account.ec2("modify_vpc_attribute", input);
    }
    let wish = json!({ "Name": zone, "CallerReference": zone, "VPC": { "VPCRegion": "us-east-1", "VPCId": vpc } });
    let made = account.call("route53", "create_hosted_zone", wish);
    let set = json!({ "Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{ "Value": address }] });
    let batch = json!({ "Changes": [{ "Action": "CREATE", "ResourceRecordSet": set }] });
    account.call(
        "route53",
        "change_resource_record_sets",
        json!({ "HostedZoneId": made["HostedZone"]["Id"], "ChangeBatch": batch }),
    );
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
    eventually("its interfaces are gone", || {
        let all = account.ec2("describe_network_interfaces", json!({ "Filters": [{ "Name": "vpc-id", "Values": [far] }] }));
        (all["NetworkInterfaces"] == json!([])).then_some(())
    });
    assert_eq!(account.refused("route53resolver", "get_resolver_endpoint", id).code, "ResourceNotFoundException");
}
