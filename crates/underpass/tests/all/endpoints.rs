//! What consumers change about their endpoints, each with its effect in packets and names; and who may make endpoints at all.

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::doors::Place;
use crate::offer::Offer;
use crate::site::{Net, OTHER_ZONE, Peer, ZONE, web};

const BODY: &str = "Hello from the provider";
/// What `curl` exits with.
const NO_SUCH_NAME: i32 = 6;
const SILENT: i32 = 28;

/// A service in two zones, and an endpoint to it in the first.
struct Changed<'a> {
    consumer: Account<'a>,
    net: Net,
    other: String,
    group: String,
    endpoint: String,
}

impl<'a> Changed<'a> {
    fn new(cloud: &'a Cloud) -> Self {
        let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
        let net = provider.net();
        let second = provider.subnet(&net.vpc, "10.0.2.0/24", OTHER_ZONE);
        let web_group = provider.group(&net.vpc, "web");
        provider.allow(&web_group, "tcp", Some(80), Peer::Cidr("10.0.0.0/8"));
        let instance = provider.instance(&net.subnet, &[&web_group], &web(BODY));
        let balancer = provider.balancer("web", &[&net.subnet, &second]);
        let crossing = json!([{ "Key": "load_balancing.cross_zone.enabled", "Value": "true" }]);
        provider.elb("modify_load_balancer_attributes", json!({ "LoadBalancerArn": balancer, "Attributes": crossing }));
        let targets = provider.target_group("web", &net.vpc, 80, &json!({}));
        provider.listener(&balancer, 80, &targets);
        provider.register(&targets, &instance);
        provider.until_health(&targets, &instance, "healthy");
        let (service, name) = provider.service(&balancer, false);
        provider.permit(&service, CONSUMER);

        let net = consumer.net();
        let other = consumer.subnet(&net.vpc, "10.0.2.0/24", OTHER_ZONE);
        let group = consumer.group(&net.vpc, "endpoint");
        consumer.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
        let wish = json!({ "VpcId": net.vpc, "VpcEndpointType": "Interface", "ServiceName": name, "SubnetIds": [net.subnet],
                           "SubnetConfigurations": [{ "SubnetId": net.subnet, "Ipv4": "10.0.1.50" }], "SecurityGroupIds": [group] });
        let endpoint = text_of(&consumer.ec2("create_vpc_endpoint", wish)["VpcEndpoint"]["VpcEndpointId"]);
        consumer.until_endpoint(&endpoint, "available");
        Self { consumer, net, other, group, endpoint }
    }

    fn modify(&self, change: Value) {
        let mut wish = change;
        wish["VpcEndpointId"] = json!(self.endpoint);
        self.consumer.ec2("modify_vpc_endpoint", wish);
        self.consumer.until_endpoint(&self.endpoint, "available");
    }

    /// The endpoint's names: the regional one first, then those of its zones.
    fn names(&self) -> Vec<String> {
        let found = self.consumer.describe("describe_vpc_endpoints", "VpcEndpointIds", &self.endpoint, "VpcEndpoints");
        found["DnsEntries"].as_array().unwrap().iter().map(|entry| text_of(&entry["DnsName"])).collect()
    }

    fn status(&self, host: &str) -> i32 {
        self.consumer.curl(&self.net.subnet, &self.group, &format!("http://{host}/")).status
    }

    fn answers(&self, host: &str) {
        self.consumer.until_fetched(&self.net.subnet, &self.group, &format!("http://{host}/"), BODY);
    }

    fn is(&self, host: &str, status: i32) {
        eventually(&format!("{host} ends with {status}"), || (self.status(host) == status).then_some(()));
    }

    /// The addresses that a name has in the VPC.
    fn addresses(&self, name: &str) -> Vec<String> {
        let place = ["--subnet", &self.net.subnet, "--security-group", &self.group];
        let found = self.consumer.exec(&place, &["getent", "ahostsv4", name]).out;
        let mut all: Vec<String> = found.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect();
        all.sort();
        all.dedup();
        all
    }
}

#[test]
fn subnets_addresses_and_groups_of_an_endpoint_come_and_go_with_their_packets_and_names() {
    let cloud = Cloud::up();
    let changed = Changed::new(&cloud);
    changed.answers("10.0.1.50");
    assert_eq!(changed.names().len(), 2);

    let configured = json!([{ "SubnetId": changed.other, "Ipv4": "10.0.2.60" }]);
    changed.modify(json!({ "AddSubnetIds": [changed.other], "SubnetConfigurations": configured }));
    changed.answers("10.0.2.60");
    let names = changed.names();
    assert!(names.len() == 3 && names[2].contains(&format!("-{OTHER_ZONE}.")), "{names:?}");
    eventually("the name has both addresses", || (changed.addresses(&names[0]) == ["10.0.1.50", "10.0.2.60"]).then_some(()));
    changed.answers(&names[2]);

    let moved = json!([{ "SubnetId": changed.net.subnet, "Ipv4": "10.0.1.51" }]);
    changed.modify(json!({ "SubnetConfigurations": moved }));
    changed.answers("10.0.1.51");
    changed.is("10.0.1.50", SILENT);
    eventually("the name has the new address", || (changed.addresses(&names[0]) == ["10.0.1.51", "10.0.2.60"]).then_some(()));

    changed.modify(json!({ "RemoveSubnetIds": [changed.other] }));
    changed.is("10.0.2.60", SILENT);
    changed.is(&names[2], NO_SUCH_NAME);
    eventually("the name has one address", || (changed.addresses(&names[0]) == ["10.0.1.51"]).then_some(()));
    assert!(changed.names().iter().all(|name| name.contains(&format!("-{ZONE}.")) || *name == names[0]));

    let closed = changed.consumer.group(&changed.net.vpc, "closed");
    changed.modify(json!({ "AddSecurityGroupIds": [closed], "RemoveSecurityGroupIds": [changed.group] }));
    changed.is(&names[0], SILENT);
    changed.modify(json!({ "AddSecurityGroupIds": [changed.group] }));
    changed.answers(&names[0]);

    let refused = |change: Value| {
        let mut wish = change;
        wish["VpcEndpointId"] = json!(changed.endpoint);
        changed.consumer.refused("ec2", "modify_vpc_endpoint", wish).code
    };
    let third = changed.consumer.subnet(&changed.net.vpc, "10.0.3.0/24", "us-east-1c");
    let twin = changed.consumer.subnet(&changed.net.vpc, "10.0.4.0/24", ZONE);
    assert_eq!(refused(json!({ "AddSubnetIds": [third] })), "InvalidParameter", "the service is not in that zone");
    assert_eq!(refused(json!({ "AddSubnetIds": [twin] })), "DuplicateSubnetsInSameZone");
    assert_eq!(refused(json!({ "PrivateDnsEnabled": true })), "InvalidParameter", "the service has no private name");
    assert_eq!(refused(json!({ "ResetPolicy": true })), "InvalidParameter", "the service takes no policy");
    assert_eq!(refused(json!({ "IpAddressType": "dualstack" })), "UnsupportedOperation");
}

#[test]
fn private_dns_is_switched_on_and_off_in_the_names_of_the_vpc() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let made = place.endpoint("ec2");
    let endpoint = text_of(&made["VpcEndpointId"]);
    let address = account.endpoint_address(&endpoint);
    let leads = || {
        let found = place.curl(&["-k", "-o", "/dev/null", "-w", "%{remote_ip}", "https://ec2.us-east-1.amazonaws.com/"]);
        (found.status, found.out)
    };
    eventually("the name is the endpoint's", || (leads() == (0, address.clone())).then_some(()));
    let switch = |on: bool| {
        account.ec2("modify_vpc_endpoint", json!({ "VpcEndpointId": endpoint, "PrivateDnsEnabled": on }));
        place.available(&endpoint);
    };
    switch(false);
    eventually("the name is the internet's, where nothing leads", || (leads().0 == SILENT).then_some(()));
    switch(true);
    eventually("the name is the endpoint's again", || (leads() == (0, address.clone())).then_some(()));
}

#[test]
fn a_user_that_no_principal_means_sees_no_service_and_whom_one_means_does() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), false);
    let net = consumer.net();
    let everything = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    let user = |name: &str| {
        consumer.call("iam", "create_user", json!({ "UserName": name }));
        let grant = json!({ "UserName": name, "PolicyName": "all", "PolicyDocument": everything.to_string() });
        consumer.call("iam", "put_user_policy", grant);
        let key = consumer.call("iam", "create_access_key", json!({ "UserName": name }))["AccessKey"].clone();
        Account::with_key(&cloud, &text_of(&key["AccessKeyId"]), &text_of(&key["SecretAccessKey"]))
    };
    let (alice, bob) = (user("alice"), user("bob"));
    let permissions = |change: Value| {
        let mut wish = change;
        wish["ServiceId"] = json!(offer.service);
        provider.ec2("modify_vpc_endpoint_service_permissions", wish)
    };
    let named = json!({ "ServiceNames": [offer.name] });
    let create =
        json!({ "VpcId": net.vpc, "VpcEndpointType": "Interface", "ServiceName": offer.name, "SubnetIds": [net.subnet] });
    let principal = format!("arn:aws:iam::{CONSUMER}:user/alice");
    let added = permissions(json!({ "AddAllowedPrincipals": [principal, principal] }));
    assert_eq!(added["AddedPrincipals"].as_array().map(Vec::len), Some(1), "twice is once: {added}");
    assert_eq!(alice.ec2("describe_vpc_endpoint_services", named.clone())["ServiceNames"], json!([offer.name]));
    let made = text_of(&alice.ec2("create_vpc_endpoint", create.clone())["VpcEndpoint"]["VpcEndpointId"]);
    for stranger in [&bob, &consumer] {
        assert_eq!(stranger.refused("ec2", "describe_vpc_endpoint_services", named.clone()).code, "InvalidServiceName");
        assert_eq!(stranger.refused("ec2", "create_vpc_endpoint", create.clone()).code, "InvalidServiceName");
    }
    for wrong in ["lambda.amazonaws.com", CONSUMER, "arn:aws:iam::222222222222:group/all"] {
        let wish = json!({ "ServiceId": offer.service, "AddAllowedPrincipals": [wrong] });
        assert_eq!(provider.refused("ec2", "modify_vpc_endpoint_service_permissions", wish).code, "InvalidParameter", "{wrong}");
    }
    permissions(json!({ "RemoveAllowedPrincipals": [principal, format!("arn:aws:iam::{CONSUMER}:role/absent")] }));
    assert_eq!(alice.refused("ec2", "create_vpc_endpoint", create.clone()).code, "InvalidServiceName");
    consumer.until_endpoint(&made, "available");
    permissions(json!({ "AddAllowedPrincipals": ["*"] }));
    bob.ec2("create_vpc_endpoint", create);
    let kinds = provider.ec2("describe_vpc_endpoint_service_permissions", json!({ "ServiceId": offer.service }));
    assert_eq!(kinds["AllowedPrincipals"][0]["PrincipalType"], "All");
}
