//! Peering between two accounts: asked for, accepted, used by routes, groups and names, and never a way to a third.

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::site::{Peer, ZONE, web};

const BODY: &str = "peered";

fn main_table(account: &Account<'_>, vpc: &str) -> String {
    let filters =
        json!({ "Filters": [{ "Name": "vpc-id", "Values": [vpc] }, { "Name": "association.main", "Values": ["true"] }] });
    text_of(&account.ec2("describe_route_tables", filters)["RouteTables"][0]["RouteTableId"])
}

fn peering(account: &Account<'_>, id: &str) -> Value {
    account.describe("describe_vpc_peering_connections", "VpcPeeringConnectionIds", id, "VpcPeeringConnections")
}

fn until(account: &Account<'_>, id: &str, state: &str) {
    eventually(&format!("{id} is {state}"), || (peering(account, id)["Status"]["Code"] == json!(state)).then_some(()));
}

#[test]
fn two_accounts_peer_and_what_routes_and_groups_allow_passes_until_one_of_them_deletes_it() {
    let cloud = Cloud::up();
    let (one, two) = (cloud.account(CONSUMER), cloud.account(PROVIDER));
    let (near, far) = (one.vpc("10.0.0.0/16"), two.vpc("10.1.0.0/16"));
    let (subnet, served) = (one.subnet(&near, "10.0.1.0/24", ZONE), two.subnet(&far, "10.1.1.0/24", ZONE));
    let (clients, servers) = (one.group(&near, "clients"), two.group(&far, "servers"));
    let server = two.instance(&served, &[&servers], &web(BODY));
    let url = format!("http://{}/", two.private_ip(&server));

    let wish = json!({ "VpcId": near, "PeerVpcId": far, "PeerOwnerId": PROVIDER });
    let id = text_of(&one.ec2("create_vpc_peering_connection", wish)["VpcPeeringConnection"]["VpcPeeringConnectionId"]);
    until(&two, &id, "pending-acceptance");
    two.ec2("accept_vpc_peering_connection", json!({ "VpcPeeringConnectionId": id }));
    until(&one, &id, "active");
    for (account, vpc, block) in [(&one, &near, "10.1.0.0/16"), (&two, &far, "10.0.0.0/16")] {
        let table = main_table(account, vpc);
        let route = json!({ "RouteTableId": table, "DestinationCidrBlock": block, "VpcPeeringConnectionId": id });
        account.ec2("create_route", route);
    }
    one.assert_silent(&subnet, &clients, &url);
    let rule = json!({ "GroupId": servers, "IpPermissions": [{ "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
        "UserIdGroupPairs": [{ "GroupId": clients, "UserId": CONSUMER }] }] });
    two.ec2("authorize_security_group_ingress", rule);
    one.until_fetched(&subnet, &clients, &url, BODY);
    let stranger = one.group(&near, "stranger");
    one.assert_silent(&subnet, &stranger, &url);

    let wish = json!({ "VpcId": near, "PeerVpcId": one.vpc("10.0.128.0/17") });
    let overlapping = one.ec2("create_vpc_peering_connection", wish)["VpcPeeringConnection"]["VpcPeeringConnectionId"].clone();
    until(&one, &text_of(&overlapping), "failed");

    two.ec2("delete_vpc_peering_connection", json!({ "VpcPeeringConnectionId": id }));
    until(&one, &id, "deleted");
    eventually("nothing passes any more", || (one.curl(&subnet, &clients, &url).status == 28).then_some(()));
    let stale = two.ec2("describe_stale_security_groups", json!({ "VpcId": far }));
    assert_eq!(stale["StaleSecurityGroupSet"][0]["GroupId"], json!(servers));
    let tables = one.ec2("describe_route_tables", json!({ "RouteTableIds": [main_table(&one, &near)] }));
    assert_eq!(tables["RouteTables"][0]["Routes"][1]["State"], "blackhole");
    two.allow(&servers, "tcp", Some(81), Peer::Cidr("10.0.0.0/16"));
}

#[test]
fn a_balancer_checks_and_reaches_an_address_in_a_peered_vpc() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let (near, far) = (account.vpc("10.0.0.0/16"), account.vpc("10.1.0.0/16"));
    let (subnet, served) = (account.subnet(&near, "10.0.1.0/24", ZONE), account.subnet(&far, "10.1.1.0/24", ZONE));
    let (clients, servers) = (account.group(&near, "clients"), account.group(&far, "servers"));
    account.allow(&servers, "tcp", Some(80), Peer::Cidr("10.0.1.0/24"));
    let server = account.private_ip(&account.instance(&served, &[&servers], &web(BODY)));
    let wish = json!({ "VpcId": near, "PeerVpcId": far });
    let id = text_of(&account.ec2("create_vpc_peering_connection", wish)["VpcPeeringConnection"]["VpcPeeringConnectionId"]);
    until(&account, &id, "pending-acceptance");
    account.ec2("accept_vpc_peering_connection", json!({ "VpcPeeringConnectionId": id }));
    until(&account, &id, "active");
    for (vpc, block) in [(&near, "10.1.0.0/16"), (&far, "10.0.0.0/16")] {
        let route =
            json!({ "RouteTableId": main_table(&account, vpc), "DestinationCidrBlock": block, "VpcPeeringConnectionId": id });
        account.ec2("create_route", route);
    }
    let balancer = account.balancer("web", &[&subnet]);
    let targets = account.target_group("web", &near, 80, &json!({ "TargetType": "ip" }));
    account.listener(&balancer, 80, &targets);
    let register = |target: Value| json!({ "TargetGroupArn": targets, "Targets": [target] });
    let outside = account.refused("elbv2", "register_targets", register(json!({ "Id": server })));
    assert_eq!(outside.code, "ValidationError", "the zone of an address outside the VPC has to be said");
    let public = account.refused("elbv2", "register_targets", register(json!({ "Id": "8.8.8.8", "AvailabilityZone": "all" })));
    assert_eq!(public.code, "InvalidTarget");
    account.elb("register_targets", register(json!({ "Id": server, "AvailabilityZone": "all" })));
    account.until_health(&targets, &server, "healthy");
    let name = account.elb("describe_load_balancers", json!({ "LoadBalancerArns": [balancer] }));
    let url = format!("http://{}/", text_of(&name["LoadBalancers"][0]["DNSName"]));
    account.until_fetched(&subnet, &clients, &url, BODY);
    account.ec2("delete_vpc_peering_connection", json!({ "VpcPeeringConnectionId": id }));
    account.until_health(&targets, &server, "unhealthy");
}
