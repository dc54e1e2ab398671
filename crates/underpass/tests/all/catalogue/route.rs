//! Letter C: routes and filters.

use serde_json::json;

use super::{BODY, Client, Link, Row, SILENT};
use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::site::{Net, OTHER_ZONE, Peer, ZONE, permission, web};

#[test]
fn c1_the_endpoints_group_does_not_let_the_port_in_and_c2_the_clients_group_does_not_let_it_out() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { access, .. } = Link::between(&provider, &consumer, false);
    let client = consumer.group(&access.net.vpc, "client");
    let row = Row::new(&consumer, Client::In(&access.net.subnet, &client), &access.name, 80);
    row.answers(BODY);

    consumer.revoke(&access.group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    consumer.allow(&access.group, "tcp", Some(443), Peer::Cidr("10.0.0.0/16"));
    row.fails(SILENT);
    row.explained("ENI_SG_RULES_MISMATCH", &access.group).mended();
    row.answers(BODY);

    for (operation, rule) in [
        ("authorize_security_group_egress", permission("tcp", Some(443), Peer::Cidr("10.0.0.0/16"))),
        ("revoke_security_group_egress", permission("-1", None, Peer::Cidr("0.0.0.0/0"))),
    ] {
        consumer.ec2(operation, json!({ "GroupId": client, "IpPermissions": rule }));
    }
    row.fails(SILENT);
    row.explained("ENI_SG_RULES_MISMATCH", &client).mended();
    row.answers(BODY);
}

/// A network with an internet gateway, a server in its first subnet that everybody may reach, and a second subnet.
struct Place<'a> {
    account: &'a Account<'a>,
    net: Net,
    other: String,
    group: String,
    server: String,
    gateway: String,
}

impl<'a> Place<'a> {
    fn new(account: &'a Account<'a>) -> Self {
        let net = account.net();
        let other = account.subnet(&net.vpc, "10.0.2.0/24", OTHER_ZONE);
        let group = account.group(&net.vpc, "web");
        account.allow(&group, "tcp", Some(80), Peer::Cidr("0.0.0.0/0"));
        let server = account.instance(&net.subnet, &[&group], &web(BODY));
        let made = account.ec2("create_internet_gateway", json!({}));
        let gateway = text_of(&made["InternetGateway"]["InternetGatewayId"]);
        account.ec2("attach_internet_gateway", json!({ "InternetGatewayId": gateway, "VpcId": net.vpc }));
        Self { account, net, other, group, server, gateway }
    }

    /// A route table of the second subnet.
    fn table(&self) -> String {
        let table =
            text_of(&self.account.ec2("create_route_table", json!({ "VpcId": self.net.vpc }))["RouteTable"]["RouteTableId"]);
        self.account.ec2("associate_route_table", json!({ "RouteTableId": table, "SubnetId": self.other }));
        table
    }

    fn route(&self, table: &str, block: &str, member: &str, target: &str) {
        self.account.ec2("create_route", json!({ "RouteTableId": table, "DestinationCidrBlock": block, member: target }));
    }

    /// An address of the internet that answers, in a second network: the public one of a server of its own.
    fn public_server(&self) -> String {
        let main = main_table(self.account, &self.net.vpc);
        self.route(&main, "0.0.0.0/0", "GatewayId", &self.gateway);
        let allocation = text_of(&self.account.ec2("allocate_address", json!({ "Domain": "vpc" }))["AllocationId"]);
        let made = json!({ "AllocationId": allocation, "InstanceId": self.server });
        self.account.ec2("associate_address", made);
        text_of(&self.account.describe("describe_addresses", "AllocationIds", &allocation, "Addresses")["PublicIp"])
    }
}

pub(super) fn main_table(account: &Account<'_>, vpc: &str) -> String {
    let filters =
        json!({ "Filters": [{ "Name": "vpc-id", "Values": [vpc] }, { "Name": "association.main", "Values": ["true"] }] });
    text_of(&account.ec2("describe_route_tables", filters)["RouteTables"][0]["RouteTableId"])
}

#[test]
fn c3_the_targets_group_does_not_let_the_health_checks_in_and_c9_a_reference_is_lost_behind_the_balancer() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let clients = account.group(&place.net.vpc, "clients");
    let client = Client::In(&place.other, &clients);
    account.revoke(&place.group, "tcp", Some(80), Peer::Cidr("0.0.0.0/0"));
    account.allow(&place.group, "tcp", Some(80), Peer::Group(&clients));
    let balancer = account.balancer("inner", &[&place.net.subnet]);
    let wish = json!({ "HealthCheckIntervalSeconds": 5, "UnhealthyThresholdCount": 2, "HealthyThresholdCount": 2 });
    let targets = account.target_group("web", &place.net.vpc, 80, &wish);
    let keep = json!([{ "Key": "preserve_client_ip.enabled", "Value": "false" }]);
    account.elb("modify_target_group_attributes", json!({ "TargetGroupArn": targets, "Attributes": keep }));
    account.register(&targets, &place.server);
    account.listener(&balancer, 80, &targets);
    account.until_health(&targets, &place.server, "unhealthy");
    let described = account.elb("describe_load_balancers", json!({ "LoadBalancerArns": [balancer] }));
    let name = text_of(&described["LoadBalancers"][0]["DNSName"]);
    let row = Row::new(&account, client, &name, 80);
    row.fails(SILENT);
    row.explained("SG_REFERENCES_NOT_PRESERVED", &place.group).mended();
    account.until_health(&targets, &place.server, "healthy");
    row.answers(BODY);
}

#[test]
fn c4_the_acl_has_no_rule_for_the_answers_and_c11_an_appliance_checks_its_sources() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let clients = account.group(&place.net.vpc, "clients");
    let address = account.private_ip(&place.server);
    let row = Row::new(&account, Client::In(&place.other, &clients), &address, 80);
    row.answers(BODY);
    let acl = text_of(&account.ec2("create_network_acl", json!({ "VpcId": place.net.vpc }))["NetworkAcl"]["NetworkAclId"]);
    let filters = json!({ "Filters": [{ "Name": "association.subnet-id", "Values": [place.other] }] });
    let described = account.ec2("describe_network_acls", filters);
    let associations = described["NetworkAcls"][0]["Associations"].as_array().unwrap().clone();
    let association = associations.iter().find(|association| association["SubnetId"] == json!(place.other)).unwrap();
    for (egress, from, to) in [(true, 80, 80), (false, 443, 443)] {
        let entry = json!({ "NetworkAclId": acl, "RuleNumber": 100, "Protocol": "6", "RuleAction": "allow", "Egress": egress,
            "CidrBlock": "0.0.0.0/0", "PortRange": { "From": from, "To": to } });
        account.ec2("create_network_acl_entry", entry);
    }
    let wish = json!({ "AssociationId": association["NetworkAclAssociationId"], "NetworkAclId": acl });
    account.ec2("replace_network_acl_association", wish);
    row.fails(SILENT);
    row.explained("SUBNET_ACL_RESTRICTION", &acl).mended();
    row.answers(BODY);

    // It has an address that is none of its interface's, and answers from there.
    let beyond = web(BODY).replacen('\n', "\nip address add 198.51.100.7/32 dev lo\n", 1);
    let appliance = account.instance(&place.net.subnet, &[&place.group], &beyond);
    let interface = text_of(&account.describe_instance(&appliance)["NetworkInterfaces"][0]["NetworkInterfaceId"]);
    let table = place.table();
    place.route(&table, "198.51.100.0/24", "NetworkInterfaceId", &interface);
    account.allow(&place.group, "-1", None, Peer::Cidr("10.0.0.0/16"));
    let beyond = Row::new(&account, Client::In(&place.net.subnet, &clients), "198.51.100.7", 80);
    let main = main_table(&account, &place.net.vpc);
    place.route(&main, "198.51.100.0/24", "NetworkInterfaceId", &interface);
    beyond.fails(SILENT);
    beyond.explained("ENI_SOURCE_DEST_CHECK_RESTRICTION", &interface).mended();
    beyond.answers(BODY);
}

#[test]
fn c5_a_route_is_missing_or_a_blackhole_and_c6_a_public_subnet_gives_no_public_address_and_c7_a_private_one_has_no_way_out() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let public = place.public_server();
    // The address of the own VPC's server is taken from outside, so the client is in a VPC of its own.
    let home = account.vpc("172.20.0.0/16");
    let (outer, inner) = (account.subnet(&home, "172.20.1.0/24", ZONE), account.subnet(&home, "172.20.2.0/24", ZONE));
    let group = account.group(&home, "client");
    let row = Row::new(&account, Client::In(&inner, &group), &public, 80);
    row.fails(SILENT);
    let made = account.ec2("create_internet_gateway", json!({}));
    let gateway = text_of(&made["InternetGateway"]["InternetGatewayId"]);
    account.ec2("attach_internet_gateway", json!({ "InternetGatewayId": gateway, "VpcId": home }));
    let table = |subnet: &str| {
        let table = text_of(&account.ec2("create_route_table", json!({ "VpcId": home }))["RouteTable"]["RouteTableId"]);
        account.ec2("associate_route_table", json!({ "RouteTableId": table, "SubnetId": subnet }));
        table
    };
    let (outside, inside) = (table(&outer), table(&inner));
    place.route(&outside, "0.0.0.0/0", "GatewayId", &gateway);
    let allocation = text_of(&account.ec2("allocate_address", json!({ "Domain": "vpc" }))["AllocationId"]);
    let wish = json!({ "SubnetId": outer, "AllocationId": allocation });
    let nat = text_of(&account.ec2("create_nat_gateway", wish)["NatGateway"]["NatGatewayId"]);
    account.wait("ec2", "nat_gateway_available", json!({ "NatGatewayIds": [nat] }));
    row.fails(SILENT);
    row.explained("NO_ROUTE_TO_DESTINATION", &inside).mended();
    row.answers(BODY);

    let host = format!("{public}/32");
    let dead = account.ec2("create_network_interface", json!({ "SubnetId": outer }));
    place.route(&inside, &host, "NetworkInterfaceId", &text_of(&dead["NetworkInterface"]["NetworkInterfaceId"]));
    row.fails(SILENT);
    row.explained("MORE_SPECIFIC_ROUTE", &inside).mended();
    row.answers(BODY);

    let lone = account.instance(&outer, &[&group], "");
    let row = Row::new(&account, Client::Instance(&lone), &public, 80);
    row.fails(SILENT);
    row.explained("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", &lone).mended();
    row.answers(BODY);
}

#[test]
fn c8_two_vpcs_overlap_and_cannot_be_peered_and_a_peering_leads_to_no_third() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let (vpc, third) = (account.vpc("10.1.0.0/16"), account.vpc("10.2.0.0/16"));
    let subnet = account.subnet(&vpc, "10.1.1.0/24", ZONE);
    let group = account.group(&vpc, "client");
    let peered = |one: &str, other: &str| {
        let wish = json!({ "VpcId": one, "PeerVpcId": other });
        let made = account.ec2("create_vpc_peering_connection", wish);
        text_of(&made["VpcPeeringConnection"]["VpcPeeringConnectionId"])
    };
    let state = |id: &str, wanted: &str| {
        eventually(&format!("{id} is {wanted}"), || {
            let found =
                account.describe("describe_vpc_peering_connections", "VpcPeeringConnectionIds", id, "VpcPeeringConnections");
            (found["Status"]["Code"] == json!(wanted)).then_some(())
        });
    };
    state(&peered(&place.net.vpc, &account.vpc("10.0.0.0/16")), "failed");
    // The client's VPC is peered with a third one, and expects to get to the server's through it.
    let id = peered(&vpc, &third);
    state(&id, "pending-acceptance");
    account.ec2("accept_vpc_peering_connection", json!({ "VpcPeeringConnectionId": id }));
    state(&id, "active");
    place.route(&main_table(&account, &vpc), "10.0.0.0/8", "VpcPeeringConnectionId", &id);
    let address = account.private_ip(&place.server);
    let row = Row::new(&account, Client::In(&subnet, &group), &address, 80);
    row.fails(SILENT);
    row.explained("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", &id).mended();
    row.answers(BODY);
}
