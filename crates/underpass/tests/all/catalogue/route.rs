//! Letter C: routes and filters.

use serde_json::json;

use super::{BODY, Client, Link, Row, SILENT};
use crate::cloud::{CONSUMER, Cloud, PROVIDER};
use crate::site::{Peer, permission};

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
