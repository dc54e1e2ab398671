//! Letter B: endpoints and endpoint services.

use super::{BODY, Client, Link, Row, SILENT};
use crate::cloud::{CONSUMER, Cloud, PROVIDER};

#[test]
fn b1_an_endpoint_that_waits_for_acceptance_is_silent() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let Link { access, .. } = Link::between(&provider, &consumer, true);
    let address = consumer.endpoint_address(&access.endpoint);
    let row = Row::new(&consumer, Client::In(&access.net.subnet, &access.group), &address, 80)
        .asked_for(&format!("{}:80", access.endpoint));
    row.fails(SILENT);
    row.explained("ENDPOINT_NOT_ACCEPTED", &access.endpoint).mended();
    row.answers(BODY);
}
