//! Letter B: endpoints and endpoint services.

use serde_json::json;

use super::{BODY, Client, Link, Row, SILENT};
use crate::account::text_of;
use crate::cloud::{CONSUMER, Cloud, PROVIDER};
use crate::offer::Offer;
use crate::site::{OTHER_ZONE, Peer, ZONE, web};

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

/// What mends it is a service of the consumer's own, the other way round.
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
    row.explained("PRIVATELINK_IS_ONE_WAY", &interface).mended();
    let name = provider.newest_endpoint(&offer.net.vpc);
    Row::new(&provider, Client::Instance(&offer.instance), &name, 80).answers(BODY);
}

#[test]
fn b3_a_service_does_not_exist_for_who_is_not_allowed_and_b4_it_is_not_in_the_zone_of_the_subnet() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), true);
    let vpc = consumer.vpc("10.0.0.0/16");
    let subnet = consumer.subnet(&vpc, "10.0.2.0/24", OTHER_ZONE);
    let group = consumer.group(&vpc, "client");
    let wish = json!({ "VpcEndpointType": "Interface", "VpcId": vpc, "ServiceName": offer.name, "SubnetIds": [subnet] });
    let refusal = consumer.refused("ec2", "create_vpc_endpoint", wish.clone());
    assert_eq!(refusal.code, "InvalidServiceName", "{refusal:?}");
    let client = Client::In(&subnet, &group);
    let row = Row::new(&consumer, client, &offer.name, 80);
    let (closed, elsewhere) = ("ENDPOINT_SERVICE_PRINCIPAL_NOT_ALLOWED", "VPCE_SERVICE_NOT_INSTALLED_IN_AZ");
    let missing = ("NO_ENDPOINT_TO_SERVICE", vpc.as_str());
    row.explained_all(&[(closed, &offer.service), (elsewhere, &subnet), missing]).mended_with_first(1);
    let refusal = consumer.refused("ec2", "create_vpc_endpoint", wish);
    assert!(refusal.message.contains("does not support the availability zone of the subnet"), "{refusal:?}");
    row.explained_all(&[(elsewhere, &subnet), missing]).mended();
    Row::new(&consumer, client, &consumer.newest_endpoint(&vpc), 80).answers(BODY);
}

#[test]
fn b8_a_service_needs_a_balancer_and_a_peer_that_has_none_is_told_to_make_one() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let refusal = account.refused("ec2", "create_vpc_endpoint_service_configuration", json!({}));
    assert!(refusal.message.contains("at least one network load balancer"), "{refusal:?}");
    let (near, far) = (account.net(), account.net());
    let (clients, servers) = (account.group(&near.vpc, "client"), account.group(&far.vpc, "server"));
    account.allow(&servers, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    account.allow(&clients, "tcp", Some(80), Peer::Group(&clients));
    let server = account.instance(&far.subnet, &[&servers], &web(BODY));
    let client = Client::In(&near.subnet, &clients);
    let row = Row::new(&account, client, "10.0.1.200", 80).asked_for(&format!("{server}:80"));
    row.fails(SILENT);
    row.explained("DISCONNECTED_VPCS", &server).mended();
    Row::new(&account, client, &account.newest_endpoint(&near.vpc), 80).answers(BODY);
}

#[test]
fn b9_a_full_subnet_has_no_address_for_an_endpoint() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), false);
    provider.permit(&offer.service, CONSUMER);
    let vpc = consumer.vpc("10.0.0.0/16");
    let subnet = consumer.subnet(&vpc, "10.0.5.0/28", ZONE);
    let group = consumer.group(&vpc, "client");
    let client = consumer.instance(&subnet, &[&group], "");
    let interface = json!({ "SubnetId": subnet });
    while consumer.ask("ec2", "create_network_interface", &interface).is_ok() {}
    let wish = json!({ "VpcEndpointType": "Interface", "VpcId": vpc, "ServiceName": offer.name, "SubnetIds": [subnet] });
    let refusal = consumer.refused("ec2", "create_vpc_endpoint", wish);
    assert!(refusal.code.contains("FreeAddresses"), "{refusal:?}");
    let row = Row::new(&consumer, Client::Instance(&client), &offer.name, 80);
    row.explained_all(&[("SUBNET_HAS_NO_FREE_ADDRESSES", &subnet), ("NO_ENDPOINT_TO_SERVICE", &vpc)]).mended();
    Row::new(&consumer, Client::Instance(&client), &consumer.newest_endpoint(&vpc), 80).answers(BODY);
}

#[test]
fn a_zone_is_added_to_an_endpoint_once_the_service_is_there() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { offer, access } = Link::between(&provider, &consumer, false);
    let other = consumer.subnet(&access.net.vpc, "10.0.2.0/24", OTHER_ZONE);
    let wish = json!({ "VpcEndpointId": access.endpoint, "AddSubnetIds": [other] });
    let refusal = consumer.refused("ec2", "modify_vpc_endpoint", wish.clone());
    assert!(refusal.message.contains("does not support the availability zone of the subnet"), "{refusal:?}");
    let there = provider.subnet(&offer.net.vpc, "10.0.2.0/24", OTHER_ZONE);
    provider.elb("set_subnets", json!({ "LoadBalancerArn": offer.balancer, "Subnets": [offer.net.subnet, there] }));
    crate::cloud::eventually("the service is in the zone", || consumer.ask("ec2", "modify_vpc_endpoint", &wish).ok());
}
