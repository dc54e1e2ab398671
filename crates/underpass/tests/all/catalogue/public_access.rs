//! Letter C, Block Public Access: an account's switch cuts its internet gateways off, and exclusions open them again.

use serde_json::json;

use super::{BODY, Client, Row, SILENT};
use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::site::{OTHER_ZONE, Peer, web};

/// A server with a public address, its VPC and subnet.
struct Server {
    vpc: String,
    subnet: String,
    group: String,
    instance: String,
    public: String,
}

impl Server {
    fn of(account: &Account<'_>) -> Self {
        let net = account.net();
        let group = account.group(&net.vpc, "web");
        account.allow(&group, "tcp", Some(80), Peer::Cidr("0.0.0.0/0"));
        let gateway = text_of(&account.ec2("create_internet_gateway", json!({}))["InternetGateway"]["InternetGatewayId"]);
        account.ec2("attach_internet_gateway", json!({ "InternetGatewayId": gateway, "VpcId": net.vpc }));
        let table = table(account, &net.vpc, &net.subnet);
        out(account, &table, "GatewayId", &gateway);
        let instance = account.instance(&net.subnet, &[&group], &web(BODY));
        let allocation = text_of(&account.ec2("allocate_address", json!({ "Domain": "vpc" }))["AllocationId"]);
        account.ec2("associate_address", json!({ "AllocationId": allocation, "InstanceId": instance }));
        let public = text_of(&account.describe("describe_addresses", "AllocationIds", &allocation, "Addresses")["PublicIp"]);
        Self { vpc: net.vpc, subnet: net.subnet, group, instance, public }
    }
}

fn table(account: &Account<'_>, vpc: &str, subnet: &str) -> String {
    let table = text_of(&account.ec2("create_route_table", json!({ "VpcId": vpc }))["RouteTable"]["RouteTableId"]);
    account.ec2("associate_route_table", json!({ "RouteTableId": table, "SubnetId": subnet }));
    table
}

fn out(account: &Account<'_>, table: &str, member: &str, target: &str) {
    account.ec2("create_route", json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", member: target }));
}

/// Chooses what does not pass, and waits until packets obey.
fn block(account: &Account<'_>, mode: &str) {
    account.ec2("modify_vpc_block_public_access_options", json!({ "InternetGatewayBlockMode": mode }));
    eventually(&format!("{mode} stands"), || {
        let options = account.ec2("describe_vpc_block_public_access_options", json!({}))["VpcBlockPublicAccessOptions"].clone();
        (options["State"] == "update-complete" && options["InternetGatewayBlockMode"] == mode).then_some(())
    });
}

#[test]
fn c14_block_public_access_cuts_an_account_off_and_exclusions_open_it_again() {
    let cloud = Cloud::up();
    let (account, other) = (cloud.account(CONSUMER), cloud.account(PROVIDER));
    let (server, far) = (Server::of(&account), Server::of(&other));
    let inwards = Row::new(&account, Client::Internet, &server.public, 80);
    let outwards = Row::new(&account, Client::Instance(&server.instance), &far.public, 80);
    inwards.answers(BODY);
    outwards.answers(BODY);

    // Both ways are cut, and an exclusion for one of them opens just that.
    block(&account, "block-bidirectional");
    outwards.fails(SILENT);
    inwards.fails(SILENT);
    outwards.explained("VPC_BLOCK_PUBLIC_ACCESS_ENABLED", &server.vpc).mended();
    outwards.answers(BODY);
    inwards.fails(SILENT);
    inwards.explained("VPC_BLOCK_PUBLIC_ACCESS_ENABLED", &server.vpc).mended();
    inwards.answers(BODY);
    outwards.answers(BODY);
    let exclusions =
        || account.ec2("describe_vpc_block_public_access_exclusions", json!({}))["VpcBlockPublicAccessExclusions"].clone();
    let settled = eventually("the exclusion stands", || (exclusions()[0]["State"] == "update-complete").then(exclusions));
    assert!(text_of(&settled[0]["ResourceArn"]).ends_with(&format!(":subnet/{}", server.subnet)), "{settled}");
    account.ec2("delete_vpc_block_public_access_exclusion", json!({ "ExclusionId": settled[0]["ExclusionId"] }));
    eventually("the exclusion is gone", || (exclusions()[0]["State"] == "delete-complete").then_some(()));
    inwards.fails(SILENT);
    // What one account chooses is nothing to another.
    Row::new(&other, Client::Internet, &far.public, 80).answers(BODY);

    // Only what begins behind a NAT gateway passes where ingress is blocked.
    block(&account, "block-ingress");
    let inner = account.subnet(&server.vpc, "10.0.2.0/24", OTHER_ZONE);
    let allocation = text_of(&account.ec2("allocate_address", json!({ "Domain": "vpc" }))["AllocationId"]);
    let wish = json!({ "SubnetId": server.subnet, "AllocationId": allocation });
    let nat = text_of(&account.ec2("create_nat_gateway", wish)["NatGateway"]["NatGatewayId"]);
    account.wait("ec2", "nat_gateway_available", json!({ "NatGatewayIds": [nat] }));
    out(&account, &table(&account, &server.vpc, &inner), "NatGatewayId", &nat);
    Row::new(&account, Client::In(&inner, &server.group), &far.public, 80).answers(BODY);
    outwards.fails(SILENT);
    outwards.explained("VPC_BLOCK_PUBLIC_ACCESS_ENABLED", &server.vpc).mended();
    outwards.answers(BODY);
    block(&account, "off");
    inwards.answers(BODY);
}
