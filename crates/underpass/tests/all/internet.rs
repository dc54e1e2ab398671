//! The simulated internet: reached through gateways and public addresses, and by nothing else.

use serde_json::{Value, json};

use crate::account::{Account, Program, text_of};
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::site::{OTHER_ZONE, Peer, ZONE, web};

/// A server on the internet that answers with its client's address.
const WHO_AM_I: &str = "import http.server\n\
class Who(http.server.BaseHTTPRequestHandler):\n\
\x20   def do_GET(self):\n\
\x20       self.send_response(200); self.end_headers(); self.wfile.write(self.client_address[0].encode())\n\
http.server.ThreadingHTTPServer(('', 8080), Who).serve_forever()\n";
const URL: &str = "http://198.18.0.1:8080/";

/// A VPC with an internet gateway, a subnet whose default route is that gateway, and another that has no way out.
struct Site {
    vpc: String,
    public: String,
    private: String,
    group: String,
}

fn site(account: &Account<'_>) -> Site {
    let vpc = account.vpc("10.0.0.0/16");
    let gateway = text_of(&account.ec2("create_internet_gateway", json!({}))["InternetGateway"]["InternetGatewayId"]);
    account.ec2("attach_internet_gateway", json!({ "InternetGatewayId": gateway, "VpcId": vpc }));
    let (public, private) = (account.subnet(&vpc, "10.0.1.0/24", ZONE), account.subnet(&vpc, "10.0.2.0/24", OTHER_ZONE));
    default_route(account, &vpc, &public, json!({ "GatewayId": gateway }));
    let group = account.group(&vpc, "app");
    Site { vpc, public, private, group }
}

/// A route table for a subnet, with a default route to `target`.
fn default_route(account: &Account<'_>, vpc: &str, subnet: &str, target: Value) {
    let table = text_of(&account.ec2("create_route_table", json!({ "VpcId": vpc }))["RouteTable"]["RouteTableId"]);
    let mut route = json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0" });
    route.as_object_mut().unwrap().extend(target.as_object().cloned().unwrap());
    account.ec2("create_route", route);
    account.ec2("associate_route_table", json!({ "RouteTableId": table, "SubnetId": subnet }));
}

fn elastic_address(account: &Account<'_>) -> (String, String) {
    let made = account.ec2("allocate_address", json!({ "Domain": "vpc" }));
    (text_of(&made["AllocationId"]), text_of(&made["PublicIp"]))
}

/// The server on the internet, once it answers there.
fn server(account: &Account<'_>) -> Program {
    let server = account.spawn(&["--internet"], &["python3", "-c", WHO_AM_I]);
    eventually("the server on the internet answers", || {
        (account.exec(&["--internet"], &["curl", "-sS", "--max-time", "1", URL]).status == 0).then_some(())
    });
    server
}

#[test]
fn an_instance_with_an_elastic_address_reaches_the_internet_and_is_reached_by_what_its_group_allows() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let site = site(&account);
    let instance = account.instance(&site.public, &[&site.group], &web("a public server"));
    let _server = server(&account);
    let out = || account.exec(&["--instance", &instance], &["curl", "-sS", "--connect-timeout", "1", URL]);
    assert_eq!(out().status, 28, "without a public address nothing leaves");

    let (allocation, public) = elastic_address(&account);
    account.ec2("associate_address", json!({ "AllocationId": allocation, "InstanceId": instance }));
    eventually("the internet sees the public address", || (out().out == public).then_some(()));
    assert_eq!(account.describe_instance(&instance)["PublicIpAddress"], json!(public));

    let url = format!("http://{public}/");
    let back = || account.exec(&["--internet"], &["curl", "-sS", "--connect-timeout", "1", &url]);
    assert_eq!(back().status, 28, "no rule lets the internet in");
    account.allow(&site.group, "tcp", Some(80), Peer::Cidr("0.0.0.0/0"));
    eventually("the internet reaches the server", || (back().out == "a public server").then_some(()));
    account.revoke(&site.group, "tcp", Some(80), Peer::Cidr("0.0.0.0/0"));
    eventually("the internet is kept out", || (back().status == 28).then_some(()));

    let associated = account.describe("describe_addresses", "AllocationIds", &allocation, "Addresses");
    account.ec2("disassociate_address", json!({ "AssociationId": associated["AssociationId"] }));
    eventually("without its public address nothing leaves", || (out().status == 28).then_some(()));
}

#[test]
fn a_private_subnet_reaches_the_internet_through_a_nat_gateway_only() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let site = site(&account);
    let place = ["--subnet", &site.private, "--security-group", &site.group];
    let _server = server(&account);
    let out = || account.exec(&place, &["curl", "-sS", "--connect-timeout", "1", URL]);
    assert_ne!(out().status, 0, "without a route nothing leaves");

    let (allocation, public) = elastic_address(&account);
    let wish = json!({ "SubnetId": site.public, "AllocationId": allocation });
    let nat = text_of(&account.ec2("create_nat_gateway", wish)["NatGateway"]["NatGatewayId"]);
    account.wait("ec2", "nat_gateway_available", json!({ "NatGatewayIds": [nat] }));
    assert_ne!(out().status, 0, "a gateway without a route to it changes nothing");
    default_route(&account, &site.vpc, &site.private, json!({ "NatGatewayId": nat }));
    eventually("the internet sees the gateway's address", || (out().out == public).then_some(()));

    let url = format!("http://{public}:8080/");
    let back = account.exec(&["--internet"], &["curl", "-sS", "--connect-timeout", "1", &url]);
    assert_ne!(back.status, 0, "nothing comes in through a NAT gateway");
    account.ec2("delete_nat_gateway", json!({ "NatGatewayId": nat }));
    account.wait("ec2", "nat_gateway_deleted", json!({ "NatGatewayIds": [nat] }));
    eventually("the route is a blackhole", || (out().status == 28).then_some(()));
    account.ec2("release_address", json!({ "AllocationId": allocation }));
}

#[test]
fn names_on_the_internet_lead_to_public_addresses_and_inside_to_private_ones() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let site = site(&account);
    for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
        account.ec2("modify_vpc_attribute", json!({ "VpcId": site.vpc, attribute: { "Value": true } }));
    }
    let instance = account.instance(&site.public, &[&site.group], "");
    let (allocation, public) = elastic_address(&account);
    account.ec2("associate_address", json!({ "AllocationId": allocation, "InstanceId": instance }));
    let described = account.describe_instance(&instance);
    let (name, private) = (text_of(&described["PublicDnsName"]), text_of(&described["PrivateIpAddress"]));
    let resolve = |place: &[&str]| account.exec(place, &["getent", "ahostsv4", &name]).out;
    eventually("the internet knows the name", || resolve(&["--internet"]).starts_with(&public).then_some(()));
    let inside = ["--subnet", &site.private, "--security-group", &site.group];
    eventually("inside it leads to the private address", || resolve(&inside).starts_with(&private).then_some(()));
}

/// Forwards what comes in, and counts the packets for port 80.
const APPLIANCE: &str =
    "#!/bin/sh\nsysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0\n";

#[test]
fn what_a_gateway_brings_in_goes_by_the_gateways_own_table_to_an_appliance_first() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let site = site(&account);
    let gateway = account.ec2("describe_internet_gateways", json!({}))["InternetGateways"][0]["InternetGatewayId"].clone();
    let inspected = account.subnet(&site.vpc, "10.0.3.0/24", ZONE);
    let firewall = account.group(&site.vpc, "firewall");
    account.allow(&firewall, "-1", None, Peer::Cidr("0.0.0.0/0"));
    account.allow(&site.group, "tcp", Some(80), Peer::Cidr("0.0.0.0/0"));
    let server = account.instance(&inspected, &[&site.group], &web("behind an appliance"));
    let appliance = account.instance(&site.public, &[&firewall], APPLIANCE);
    let interface = text_of(&account.describe_instance(&appliance)["NetworkInterfaces"][0]["NetworkInterfaceId"]);
    let check = json!({ "NetworkInterfaceId": interface, "SourceDestCheck": { "Value": false } });
    account.ec2("modify_network_interface_attribute", check);
    let (allocation, public) = elastic_address(&account);
    account.ec2("associate_address", json!({ "AllocationId": allocation, "InstanceId": server }));
    default_route(&account, &site.vpc, &inspected, json!({ "NetworkInterfaceId": interface }));

    let table = text_of(&account.ec2("create_route_table", json!({ "VpcId": site.vpc }))["RouteTable"]["RouteTableId"]);
    let associated = account.ec2("associate_route_table", json!({ "RouteTableId": table, "GatewayId": gateway }));
    let route = json!({ "RouteTableId": table, "DestinationCidrBlock": "10.0.3.0/24", "NetworkInterfaceId": interface });
    account.ec2("create_route", route);
    let url = format!("http://{public}/");
    let fetch = || account.exec(&["--internet"], &["curl", "-sS", "--connect-timeout", "1", "--max-time", "5", &url]);
    eventually("the server answers through the appliance", || (fetch().out == "behind an appliance").then_some(()));
    let place = ["--instance", appliance.as_str()];
    account.exec(&place, &["sysctl", "-qw", "net.ipv4.ip_forward=0"]).ok();
    eventually("nothing passes an appliance that forwards nothing", || (fetch().status == 28).then_some(()));
    account.exec(&place, &["sysctl", "-qw", "net.ipv4.ip_forward=1"]).ok();
    eventually("it forwards again", || (fetch().status == 0).then_some(()));

    let told = cloud.shell(CONSUMER, &format!("\"$0\" explain internet {public}:80"));
    assert!(told.contains(&table) && told.contains(&interface), "{told}");
    account.ec2("disassociate_route_table", json!({ "AssociationId": associated["AssociationId"] }));
    account.ec2("delete_route_table", json!({ "RouteTableId": table }));
    let out =
        account.ec2("describe_route_tables", json!({ "Filters": [{ "Name": "association.subnet-id", "Values": [inspected] }] }));
    let straight = json!({ "RouteTableId": out["RouteTables"][0]["RouteTableId"], "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway });
    account.ec2("replace_route", straight);
    account.exec(&place, &["sysctl", "-qw", "net.ipv4.ip_forward=0"]).ok();
    eventually("without the gateway's table nothing goes by the appliance", || (fetch().status == 0).then_some(()));
}
