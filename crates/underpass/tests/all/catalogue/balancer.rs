//! Letter D: Network Load Balancers.

use serde_json::json;

use super::{BODY, Client, Link, Row, SILENT};
use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER};
use crate::offer::{Access, Offer};
use crate::site::{Net, OTHER_ZONE, Peer, web};

/// A balancer in two zones with one target, which is in the first; targets see clients' addresses.
struct Site {
    net: Net,
    other: String,
    group: String,
    client: String,
    target: String,
    targets: String,
    name: String,
}

impl Site {
    fn of(account: &Account<'_>) -> Self {
        let net = account.net();
        let other = account.subnet(&net.vpc, "10.0.2.0/24", OTHER_ZONE);
        let (group, client) = (account.group(&net.vpc, "target"), account.group(&net.vpc, "client"));
        account.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.1.0/24"));
        let target = account.instance(&net.subnet, &[&group], &web(BODY));
        let balancer = account.balancer("web", &[&net.subnet, &other]);
        let targets = account.target_group("web", &net.vpc, 80, &json!({}));
        account.listener(&balancer, 80, &targets);
        account.register(&targets, &target);
        account.until_health(&targets, &target, "healthy");
        let described = account.elb("describe_load_balancers", json!({ "LoadBalancerArns": [balancer] }));
        let name = text_of(&described["LoadBalancers"][0]["DNSName"]);
        Self { net, other, group, client, target, targets, name }
    }
}

#[test]
fn d3_a_target_must_let_clients_in_that_it_sees_and_d5_it_cannot_call_itself() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let site = Site::of(&account);
    let node = format!("us-east-1a.{}", site.name);
    let client = Row::new(&account, Client::In(&site.other, &site.client), &node, 80);
    client.fails(SILENT);
    client.explained("ENI_SG_RULES_MISMATCH", &site.group).mended();
    client.answers(BODY);
    let own = Row::new(&account, Client::Instance(&site.target), &node, 80);
    own.fails(SILENT);
    own.explained("ELBV2_SOURCE_ADDRESS_PRESERVATION", &site.targets).mended();
    own.answers(BODY);
}

#[test]
fn d11_a_zone_without_targets_is_silent_and_d12_so_is_a_port_without_a_listener() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let site = Site::of(&account);
    let far = format!("us-east-1b.{}", site.name);
    let client = Row::new(&account, Client::In(&site.net.subnet, &site.client), &far, 80);
    client.fails(SILENT);
    client.explained("ELBV2_NO_TARGETS_IN_AZ", "loadbalancer/net/web").mended();
    client.answers(BODY);
    let other = Row::new(&account, Client::In(&site.net.subnet, &site.client), &far, 8080);
    other.fails(SILENT);
    other.explained("ELBV2_LISTENER_PORT_RESTRICTION", "loadbalancer/net/web").mended();
    other.answers(BODY);
}

#[test]
fn d10_no_target_of_a_zone_is_healthy_and_what_stops_its_check_is_named() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let net = account.net();
    let other = account.subnet(&net.vpc, "10.0.2.0/24", OTHER_ZONE);
    let (open, closed) = (account.group(&net.vpc, "open"), account.group(&net.vpc, "closed"));
    account.allow(&open, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    let well = account.instance(&net.subnet, &[&open], &web(BODY));
    let ill = account.instance(&other, &[&closed], &web(BODY));
    let balancer = account.balancer("web", &[&net.subnet, &other]);
    let often = json!({ "HealthCheckIntervalSeconds": 5, "UnhealthyThresholdCount": 2, "HealthyThresholdCount": 2 });
    let targets = account.target_group("web", &net.vpc, 80, &often);
    let keep = json!([{ "Key": "preserve_client_ip.enabled", "Value": "false" }]);
    account.elb("modify_target_group_attributes", json!({ "TargetGroupArn": targets, "Attributes": keep }));
    account.listener(&balancer, 80, &targets);
    for (target, state) in [(&well, "healthy"), (&ill, "unhealthy")] {
        account.register(&targets, target);
        account.until_health(&targets, target, state);
    }
    let described = account.elb("describe_load_balancers", json!({ "LoadBalancerArns": [balancer] }));
    let far = format!("us-east-1b.{}", text_of(&described["LoadBalancers"][0]["DNSName"]));
    let row = Row::new(&account, Client::In(&net.subnet, &open), &far, 80);
    row.fails(SILENT);
    // A look at the health, and what lets the check in.
    row.explained_all(&[("TARGETS_UNHEALTHY", &targets), ("SG_HAS_NO_RULES", &closed)]).mended();
    account.until_health(&targets, &ill, "healthy");
    row.answers(BODY);
}

#[test]
fn d14_an_address_of_an_endpoint_is_no_target() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { access, .. } = Link::between(&provider, &consumer, false);
    let address = consumer.endpoint_address(&access.endpoint);
    let balancer = consumer.balancer("front", &[&access.net.subnet]);
    let targets = consumer.target_group("front", &access.net.vpc, 80, &json!({ "TargetType": "ip" }));
    consumer.listener(&balancer, 80, &targets);
    consumer.elb("register_targets", json!({ "TargetGroupArn": targets, "Targets": [{ "Id": address }] }));
    let described = consumer.elb("describe_load_balancers", json!({ "LoadBalancerArns": [balancer] }));
    let name = text_of(&described["LoadBalancers"][0]["DNSName"]);
    let row = Row::new(&consumer, Client::In(&access.net.subnet, &access.group), &name, 80);
    row.fails(SILENT);
    row.explained("TARGET_ADDRESS_RESTRICTION", &targets).mended();
    let server = consumer.instance(&access.net.subnet, &[&access.group], &web(BODY));
    let own = consumer.private_ip(&server);
    consumer.elb("register_targets", json!({ "TargetGroupArn": targets, "Targets": [{ "Id": own }] }));
    row.answers(BODY);
}

#[test]
fn d1_a_balancers_own_groups_judge_clients_of_privatelink_and_b2_nothing_passes_once_rejected() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let net = provider.net();
    let (group, own) = (provider.group(&net.vpc, "target"), provider.group(&net.vpc, "balancer"));
    provider.allow(&group, "tcp", Some(80), Peer::Group(&own));
    provider.allow(&own, "tcp", Some(80), Peer::Cidr("192.168.0.0/16"));
    let instance = provider.instance(&net.subnet, &[&group], &web(BODY));
    let wish =
        json!({ "Name": "web", "Type": "network", "Scheme": "internal", "Subnets": [net.subnet], "SecurityGroups": [own] });
    let balancer = text_of(&provider.elb("create_load_balancer", wish)["LoadBalancers"][0]["LoadBalancerArn"]);
    provider.wait("elbv2", "load_balancer_available", json!({ "LoadBalancerArns": [balancer] }));
    let targets = provider.target_group("web", &net.vpc, 80, &json!({}));
    provider.listener(&balancer, 80, &targets);
    provider.register(&targets, &instance);
    provider.until_health(&targets, &instance, "healthy");
    let (service, name) = provider.service(&balancer, false);
    let offer = Offer { net, instance, balancer, targets, service, name };
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let address = consumer.endpoint_address(&access.endpoint);
    let row = Row::new(&consumer, Client::In(&access.net.subnet, &access.group), &address, 80)
        .asked_for(&format!("{}:80", access.endpoint));
    row.fails(SILENT);
    row.explained("PRIVATELINK_SG_RULES_MISMATCH", &offer.balancer).mended_by(0);
    row.answers(BODY);
    provider.reject(&offer.service, &access.endpoint);
    row.fails(SILENT);
    row.explained("ENDPOINT_REJECTED", &access.endpoint).mended();
    row.answers(BODY);
}

/// Nothing is stopped, and nothing can stop it: the explanation says why, and the cure is another balancer.
#[test]
fn d2_a_balancer_that_was_made_without_groups_can_have_none() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let site = Site::of(&account);
    let own = account.group(&site.net.vpc, "balancer");
    let node = format!("us-east-1a.{}", site.name);
    let stranger = Client::In(&site.net.subnet, &site.client);
    let row = Row::new(&account, stranger, &node, 80);
    row.answers(BODY);
    let described = account.elb("describe_load_balancers", json!({ "Names": ["web"] }));
    let open = described["LoadBalancers"][0]["LoadBalancerArn"].clone();
    let attach = json!({ "LoadBalancerArn": open, "SecurityGroups": [own] });
    assert_eq!(account.refused("elbv2", "set_security_groups", attach).code, "InvalidConfigurationRequest");
    row.met("eni-", "was made without groups and can have none any more");
    account.elb("delete_load_balancer", json!({ "LoadBalancerArn": open }));
    let wish = json!({ "Name": "filtered", "Type": "network", "Scheme": "internal", "Subnets": [site.net.subnet],
                       "SecurityGroups": [own] });
    let made = account.elb("create_load_balancer", wish)["LoadBalancers"][0].clone();
    let (balancer, name) = (text_of(&made["LoadBalancerArn"]), text_of(&made["DNSName"]));
    account.wait("elbv2", "load_balancer_available", json!({ "LoadBalancerArns": [balancer] }));
    account.listener(&balancer, 80, &site.targets);
    account.until_health(&site.targets, &site.target, "healthy");
    let row = Row::new(&account, stranger, &name, 80);
    row.fails(SILENT);
    row.explained("SG_HAS_NO_RULES", &own).mended();
    row.answers(BODY);
}
