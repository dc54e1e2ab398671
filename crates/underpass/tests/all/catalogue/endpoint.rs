//! Letter B: endpoints and endpoint services.

use serde_json::json;

use super::{BODY, Client, Link, Row, SILENT};
use crate::account::text_of;
use crate::cloud::{CONSUMER, Cloud, PROVIDER};
use crate::site::{Peer, web};

#[test]
fn b1_an_endpoint_that_waits_for_acceptance_is_silent_and_b2_so_is_one_that_was_rejected() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { offer, access } = Link::between(&provider, &consumer, true);
    let address = consumer.endpoint_address(&access.endpoint);
    let row = Row::new(&consumer, Client::In(&access.net.subnet, &access.group), &address, 80)
        .asked_for(&format!("{}:80", access.endpoint));
    row.fails(SILENT);
    row.explained("ENDPOINT_NOT_ACCEPTED", &access.endpoint).mended();
    row.answers(BODY);

    provider.reject(&offer.service, &access.endpoint);
    row.fails(SILENT);
    row.explained("ENDPOINT_REJECTED", &access.endpoint).mended();
    row.answers(BODY);
}

/// No command mends it: it is what PrivateLink is for.
#[test]
fn b7_a_provider_cannot_open_a_connection_to_its_consumer() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { offer, access } = Link::between(&provider, &consumer, false);
    let everything = consumer.group(&access.net.vpc, "everything");
    consumer.allow(&everything, "-1", None, Peer::Cidr("0.0.0.0/0"));
    let server = consumer.instance(&access.net.subnet, &[&everything], &web(BODY));
    let interface = text_of(&consumer.describe_instance(&server)["NetworkInterfaces"][0]["NetworkInterfaceId"]);
    let row = Row::new(&provider, Client::Instance(&offer.instance), "10.0.1.200", 80).asked_for(&format!("{server}:80"));
    row.fails(SILENT);
    row.explained("PRIVATELINK_IS_ONE_WAY", &interface);
}

#[test]
fn b4_an_endpoint_where_the_service_has_no_node_is_refused_by_the_zone() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { offer, access } = Link::between(&provider, &consumer, false);
    let other = consumer.subnet(&access.net.vpc, "10.0.2.0/24", crate::site::OTHER_ZONE);
    let wish = json!({ "VpcEndpointId": access.endpoint, "AddSubnetIds": [other] });
    let refusal = consumer.refused("ec2", "modify_vpc_endpoint", wish.clone());
    assert!(refusal.message.contains("does not support the availability zone of the subnet"), "{refusal:?}");
    let there = provider.subnet(&offer.net.vpc, "10.0.2.0/24", crate::site::OTHER_ZONE);
    provider.elb("set_subnets", json!({ "LoadBalancerArn": offer.balancer, "Subnets": [offer.net.subnet, there] }));
    crate::cloud::eventually("the service is in the zone", || consumer.ask("ec2", "modify_vpc_endpoint", &wish).ok());
}
