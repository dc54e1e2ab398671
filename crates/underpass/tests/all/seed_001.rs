//! Seed 001's network: what a VPC connector's group lets out and an instance's group lets in, and CloudFront's prefix list, which
//! keeps everybody else from a server and does nothing for a connector.

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::doors::{Place, route};
use crate::site::{IMAGE, Net, Peer, ZONE, web};

/// "ping -c 3 192.168.3.194".
const PRIVATE: &str = "192.168.3.194";
const CLOUDFRONT: &str = "com.amazonaws.global.cloudfront.origin-facing";
/// An address of CloudFront's on the simulated internet, and the internet's own.
const EDGE: &str = "198.18.0.70";
const STRANGER: &str = "198.18.0.1";
const BODY: &str = "from the origin";

/// The private network of the first trial: the connector's group lets everything out and nothing in, the instance's lets ICMP in
/// from it.
struct Trial<'a> {
    account: Account<'a>,
    net: Net,
    connector: String,
    asked: String,
    instance: String,
}

impl<'a> Trial<'a> {
    fn of(account: Account<'a>) -> Self {
        let vpc = account.vpc("192.168.0.0/16");
        let net = Net { subnet: account.subnet(&vpc, "192.168.3.0/24", ZONE), vpc };
        let (connector, asked) = (account.group(&net.vpc, "connector"), account.group(&net.vpc, "ec2"));
        let wish = json!({ "ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": net.subnet,
                           "PrivateIpAddress": PRIVATE, "SecurityGroupIds": [asked], "UserData": web(BODY) });
        let instance = text_of(&account.ec2("run_instances", wish)["Instances"][0]["InstanceId"]);
        account.wait("ec2", "instance_running", json!({ "InstanceIds": [instance] }));
        Self { account, net, connector, asked, instance }
    }

    /// What the container prints that App Runner starts behind its connector.
    fn pings(&self, group: &str) -> String {
        let place = ["--subnet", &self.net.subnet, "--security-group", group];
        self.account.exec(&place, &["ping", "-c", "3", "-i", "0.2", "-W", "1", PRIVATE]).out
    }

    /// Makes the instance's subnet public, and answers the instance's address on the internet.
    fn goes_public(&self) -> String {
        let account = &self.account;
        let gateway = text_of(&account.ec2("create_internet_gateway", json!({}))["InternetGateway"]["InternetGatewayId"]);
        account.ec2("attach_internet_gateway", json!({ "InternetGatewayId": gateway, "VpcId": self.net.vpc }));
        route(account, &self.net.vpc, &self.net.subnet, json!({ "GatewayId": gateway }));
        let address = account.ec2("allocate_address", json!({ "Domain": "vpc" }));
        let wish = json!({ "AllocationId": address["AllocationId"], "InstanceId": self.instance });
        account.ec2("associate_address", wish);
        text_of(&address["PublicIp"])
    }

    fn rules(&self, group: &str) -> Value {
        let filters = json!({ "Filters": [{ "Name": "group-id", "Values": [group] }] });
        let mut rules = self.account.ec2("describe_security_group_rules", filters)["SecurityGroupRules"].clone();
        rules.as_array_mut().unwrap().retain(|rule| rule["IsEgress"] == json!(false));
        rules
    }
}

#[test]
fn seed_001_a_connector_pings_by_its_group_and_cloudfronts_list_keeps_everybody_else_out() {
    let cloud = Cloud::up();
    let trial = Trial::of(cloud.account(CONSUMER));
    by_the_connectors_group(&trial);
    let list = the_list(&trial.account);
    by_cloudfront_only(&cloud, &trial, &list);
    the_list_weighs(&trial, &list);
    a_connector_takes_nothing_in(&trial, &list);
    the_endpoints_of_app_runner(&trial);
}

/// "やってみよう1": ICMP by the connector's group, and by nothing else.
fn by_the_connectors_group(trial: &Trial<'_>) {
    let Trial { account, net, connector, asked, .. } = trial;
    assert!(trial.pings(connector).contains(" 0 received"), "the instance's group lets nothing in yet");
    account.allow(asked, "icmp", None, Peer::Group(connector));
    eventually("the container's ping is answered", || trial.pings(connector).contains(" 3 received").then_some(()));
    let rule = trial.rules(asked)[0].clone();
    assert_eq!((&rule["IpProtocol"], &rule["FromPort"], &rule["ToPort"]), (&json!("icmp"), &json!(-1), &json!(-1)));
    assert_eq!(rule["ReferencedGroupInfo"]["GroupId"], json!(connector));
    account.assert_silent(&net.subnet, connector, &format!("http://{PRIVATE}/"));
    let stranger = account.group(&net.vpc, "stranger");
    assert!(trial.pings(&stranger).contains(" 0 received"), "another group is not the connector's");

    let everything = json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
    let out = json!({ "GroupId": connector, "IpPermissions": everything });
    account.ec2("revoke_security_group_egress", out.clone());
    eventually("without egress nothing leaves", || trial.pings(connector).contains(" 0 received").then_some(()));
    account.ec2("authorize_security_group_egress", out);
    eventually("outbound only is enough", || trial.pings(connector).contains(" 3 received").then_some(()));
}

/// CloudFront's list as the console finds it.
fn the_list(account: &Account<'_>) -> String {
    let filters = json!({ "Filters": [{ "Name": "prefix-list-name", "Values": [CLOUDFRONT] }] });
    let list = account.ec2("describe_managed_prefix_lists", filters)["PrefixLists"][0].clone();
    assert_eq!((&list["OwnerId"], &list["MaxEntries"]), (&json!("AWS"), &json!(55)));
    let id = text_of(&list["PrefixListId"]);
    let entries = account.ec2("get_managed_prefix_list_entries", json!({ "PrefixListId": id }))["Entries"].clone();
    assert_eq!(entries.as_array().map(Vec::len), Some(1), "{entries}");
    id
}

/// The list in the group of a server that the internet reaches: "CloudFront以外からのアクセスを禁止".
fn by_cloudfront_only(cloud: &Cloud, trial: &Trial<'_>, list: &str) {
    let url = format!("http://{}/", trial.goes_public());
    eventually("the internet is there", || cloud.namespaces().iter().any(|(name, _)| name == "internet").then_some(()));
    cloud.inside("internet", &["ip", "address", "add", &format!("{EDGE}/32"), "dev", "lo"]);
    let from = |address: &str| {
        let program = ["curl", "-sS", "--interface", address, "--connect-timeout", "1", "--max-time", "5", url.as_str()];
        trial.account.exec(&["--internet"], &program)
    };
    assert_eq!(from(EDGE).status, 28, "no rule lets CloudFront in yet");
    trial.account.allow(&trial.asked, "tcp", Some(80), Peer::List(list));
    eventually("CloudFront is let in", || (from(EDGE).out == BODY).then_some(()));
    assert_eq!(from(STRANGER).status, 28, "and nobody else");
}

/// The list counts as its 55 entries, beside the rule for ICMP: four more, and no fifth.
fn the_list_weighs(trial: &Trial<'_>, list: &str) {
    let more = |count: u8| {
        let blocks: Vec<Value> = (0..count).map(|n| json!({ "CidrIp": format!("10.{n}.0.0/16") })).collect();
        json!({ "GroupId": trial.asked, "IpPermissions": [{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": blocks }] })
    };
    let full = "RulesPerSecurityGroupLimitExceeded";
    assert_eq!(trial.account.refused("ec2", "authorize_security_group_ingress", more(5)).code, full);
    trial.account.ec2("authorize_security_group_ingress", more(4));
    let other = json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{ "PrefixListId": list }] }]);
    let twice = json!({ "GroupId": trial.asked, "IpPermissions": other });
    assert_eq!(trial.account.refused("ec2", "authorize_security_group_ingress", twice).code, full);
    assert_eq!(trial.rules(&trial.asked).as_array().map(Vec::len), Some(6), "a list is one rule all the same");
}

/// "想定の動きにならない": the list in the connector's own group changes nothing, for a connector is a way out only.
fn a_connector_takes_nothing_in(trial: &Trial<'_>, list: &str) {
    trial.account.allow(&trial.connector, "tcp", Some(443), Peer::List(list));
    assert!(trial.pings(&trial.connector).contains(" 3 received"), "the way out is as it was");
    let associated = trial.account.ec2("get_managed_prefix_list_associations", json!({ "PrefixListId": list }));
    assert_eq!(associated["PrefixListAssociations"].as_array().map(Vec::len), Some(2), "{associated}");
}

/// `apprunner` has names of its own inside; `apprunner.requests` has none but its services', and takes no policy.
fn the_endpoints_of_app_runner(trial: &Trial<'_>) {
    let account = &trial.account;
    let hostnames = json!({ "VpcId": trial.net.vpc, "EnableDnsHostnames": { "Value": true } });
    account.ec2("modify_vpc_attribute", hostnames);
    for service in ["apprunner", "apprunner.requests"] {
        let name = format!("com.amazonaws.us-east-1.{service}");
        let found = account.ec2("describe_vpc_endpoint_services", json!({ "ServiceNames": [name] }))["ServiceDetails"][0].clone();
        assert_eq!(found["VpcEndpointPolicySupported"], json!(service == "apprunner"), "{service}");
        let (endpoint, own) = account.endpoint(&trial.net, &name, &[&trial.connector]);
        account.until_endpoint(&endpoint, "available");
        assert!(own.starts_with(&endpoint) && own.ends_with("apprunner.us-east-1.vpce.amazonaws.com"), "{own}");
    }
    let place = Place::new(account);
    let made = place.endpoint("apprunner");
    let own = format!("https://{}/", text_of(&made["DnsEntries"][0]["DnsName"]));
    let answer = eventually("the endpoint answers", || Some(place.curl(&[&own]).out).filter(|out| !out.is_empty()));
    assert!(answer.contains("underpass"), "App Runner itself is not here yet, and says so: {answer}");
}
