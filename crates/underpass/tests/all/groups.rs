//! Security groups and network ACLs: what no rule allows is silent, and a rule works from the moment its call answers.

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::site::{IMAGE, Net, OTHER_ZONE, Peer, web};

const BODY: &str = "let in";

/// A server with one group, its URL, and a group for its clients, which nothing lets in yet.
struct Site {
    net: Net,
    server_group: String,
    client_group: String,
    url: String,
}

fn site(account: &Account<'_>) -> Site {
    let net = account.net();
    let (server_group, client_group) = (account.group(&net.vpc, "server"), account.group(&net.vpc, "client"));
    let server = account.instance(&net.subnet, &[&server_group], &web(BODY));
    let url = format!("http://{}/", account.private_ip(&server));
    Site { net, server_group, client_group, url }
}

#[test]
fn a_rule_opens_its_port_to_its_peers_and_revoking_it_closes_it() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let site = site(&account);
    let wish =
        json!({ "PrefixListName": "clients", "MaxEntries": 5, "AddressFamily": "IPv4", "Entries": [{ "Cidr": "10.0.1.0/24" }] });
    let list = text_of(&account.ec2("create_managed_prefix_list", wish)["PrefixList"]["PrefixListId"]);
    for peer in [Peer::Cidr("10.0.1.0/24"), Peer::Group(&site.client_group), Peer::List(&list)] {
        account.assert_silent(&site.net.subnet, &site.client_group, &site.url);
        account.allow(&site.server_group, "tcp", Some(80), peer);
        account.until_fetched(&site.net.subnet, &site.client_group, &site.url, BODY);
        account.revoke(&site.server_group, "tcp", Some(80), peer);
        until_silent(&account, &site);
    }
    for peer in [Peer::Cidr("10.0.2.0/24"), Peer::Group(&site.server_group)] {
        account.allow(&site.server_group, "tcp", Some(80), peer);
    }
    account.allow(&site.server_group, "tcp", Some(81), Peer::Cidr("10.0.1.0/24"));
    account.assert_silent(&site.net.subnet, &site.client_group, &site.url);
}

fn until_silent(account: &Account<'_>, site: &Site) {
    eventually("the rule is gone", || (account.curl(&site.net.subnet, &site.client_group, &site.url).status == 28).then_some(()));
}

#[test]
fn a_prefix_list_is_what_it_says_now() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let site = site(&account);
    let wish = json!({ "PrefixListName": "clients", "MaxEntries": 5, "AddressFamily": "IPv4", "Entries": [{ "Cidr": "192.168.0.0/24" }] });
    let list = text_of(&account.ec2("create_managed_prefix_list", wish)["PrefixList"]["PrefixListId"]);
    account.allow(&site.server_group, "tcp", Some(80), Peer::List(&list));
    account.assert_silent(&site.net.subnet, &site.client_group, &site.url);
    let version = |wanted: &str| {
        eventually("the list is complete", || {
            let list = account.describe("describe_managed_prefix_lists", "PrefixListIds", &list, "PrefixLists");
            (list["State"] == json!(wanted)).then(|| list["Version"].clone())
        })
    };
    let change =
        json!({ "PrefixListId": list, "CurrentVersion": version("create-complete"), "AddEntries": [{ "Cidr": "10.0.0.0/16" }] });
    account.ec2("modify_managed_prefix_list", change);
    account.until_fetched(&site.net.subnet, &site.client_group, &site.url, BODY);
    let change = json!({ "PrefixListId": list, "CurrentVersion": version("modify-complete"), "RemoveEntries": [{ "Cidr": "10.0.0.0/16" }] });
    account.ec2("modify_managed_prefix_list", change);
    until_silent(&account, &site);
}

#[test]
fn two_instances_ping_when_a_rule_references_the_others_group() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let (asking, asked) = (account.group(&net.vpc, "asking"), account.group(&net.vpc, "asked"));
    let (pinger, pinged) = (account.instance(&net.subnet, &[&asking], ""), account.instance(&net.subnet, &[&asked], ""));
    let address = account.private_ip(&pinged);
    assert!(!account.pings(&pinger, &address), "no rule lets it in");
    account.allow(&asked, "icmp", None, Peer::Group(&asking));
    eventually("the ping is answered", || account.pings(&pinger, &address).then_some(()));
    assert!(!account.pings(&pinged, &account.private_ip(&pinger)), "a reference has one direction");
    account.revoke(&asked, "icmp", None, Peer::Group(&asking));
    eventually("the ping is not answered", || (!account.pings(&pinger, &address)).then_some(()));
}

#[test]
fn the_default_group_lets_its_members_in_and_nobody_else() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let filters =
        json!({ "Filters": [{ "Name": "vpc-id", "Values": [net.vpc] }, { "Name": "group-name", "Values": ["default"] }] });
    let default = text_of(&account.ec2("describe_security_groups", filters)["SecurityGroups"][0]["GroupId"]);
    let wish = json!({ "ImageId": IMAGE, "MinCount": 1, "MaxCount": 1, "SubnetId": net.subnet, "UserData": web(BODY) });
    let server = text_of(&account.ec2("run_instances", wish)["Instances"][0]["InstanceId"]);
    account.wait("ec2", "instance_running", json!({ "InstanceIds": [server] }));
    let described = account.describe_instance(&server);
    assert_eq!(described["SecurityGroups"], json!([{ "GroupId": default, "GroupName": "default" }]));
    let url = format!("http://{}/", text_of(&described["PrivateIpAddress"]));
    account.until_fetched(&net.subnet, &default, &url, BODY);
    let stranger = account.group(&net.vpc, "stranger");
    account.assert_silent(&net.subnet, &stranger, &url);
    let ran = account.exec(&["--subnet", &net.subnet], &["curl", "-sS", "--max-time", "5", &url]);
    assert_eq!(ran.ok(), BODY, "without groups a program is in the default group");
}

#[test]
fn a_network_acl_judges_each_packet_at_the_subnets_edge() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let site = site(&account);
    let other = account.subnet(&site.net.vpc, "10.0.2.0/24", OTHER_ZONE);
    account.allow(&site.server_group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    account.until_fetched(&other, &site.client_group, &site.url, BODY);

    let acl = text_of(&account.ec2("create_network_acl", json!({ "VpcId": site.net.vpc }))["NetworkAcl"]["NetworkAclId"]);
    let described =
        account.ec2("describe_network_acls", json!({ "Filters": [{ "Name": "association.subnet-id", "Values": [other] }] }));
    let associations = described["NetworkAcls"][0]["Associations"].as_array().unwrap().clone();
    let association = associations.iter().find(|association| association["SubnetId"] == json!(other)).unwrap();
    let wish = json!({ "AssociationId": association["NetworkAclAssociationId"], "NetworkAclId": acl });
    account.ec2("replace_network_acl_association", wish);
    let status = |subnet: &str| account.curl(subnet, &site.client_group, &site.url).status;
    eventually("an ACL without rules lets nothing out", || (status(&other) == 28).then_some(()));
    assert_eq!(status(&site.net.subnet), 0, "the server's subnet has the default ACL");

    account.ec2("create_network_acl_entry", entry(&acl, 100, true, (80, 80)));
    assert_eq!(status(&other), 28, "an ACL knows no connections: answers need a rule of their own");
    account.ec2("create_network_acl_entry", entry(&acl, 100, false, (1024, 65535)));
    eventually("both directions are allowed", || (status(&other) == 0).then_some(()));

    let mut deny = entry(&acl, 50, false, (1024, 65535));
    deny["RuleAction"] = json!("deny");
    account.ec2("create_network_acl_entry", deny);
    eventually("the lower number decides", || (status(&other) == 28).then_some(()));
}

fn entry(acl: &str, number: u16, egress: bool, (from, to): (u16, u16)) -> Value {
    json!({ "NetworkAclId": acl, "RuleNumber": number, "Protocol": "6", "RuleAction": "allow", "Egress": egress,
            "CidrBlock": "0.0.0.0/0", "PortRange": { "From": from, "To": to } })
}
