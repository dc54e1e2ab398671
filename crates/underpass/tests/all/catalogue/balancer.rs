//! Letter D: Network Load Balancers.

use serde_json::json;

use super::{BODY, Client, Row, SILENT};
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
