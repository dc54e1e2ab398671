//! `underpass explain`: what it says is in the way is in the way, and what it says mends it does.

use serde_json::Value;

use crate::cloud::{CONSUMER, Cloud, PROVIDER};
use crate::offer::{Access, Offer};
use crate::site::web;

const BODY: &str = "explained";

#[test]
fn the_printed_command_opens_the_endpoint_that_was_explained() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), true);
    let access = Access::to(&offer, &provider, &consumer);
    let (source, destination) = (format!("{}+{}", access.net.subnet, access.group), format!("{}:80", access.endpoint));
    let told = consumer.explain(&[&source, &destination, "--expect", "deny", "--output", "json"]);
    assert_eq!(told.status, 0, "{told:?}");
    let explanation: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(explanation["blockers"][0]["code"], "ENDPOINT_NOT_ACCEPTED", "{explanation:#}");
    let fix = &explanation["blockers"][0]["fixes"][0];
    assert_eq!(fix["account"], PROVIDER);
    let command: Vec<&str> = fix["command"].as_str().unwrap().split(' ').skip(1).collect();
    assert_eq!(provider.aws(&command).status, 0);
    consumer.until_endpoint(&access.endpoint, "available");
    let told = consumer.explain(&[&source, &destination, "--expect", "allow"]);
    assert_eq!(told.status, 0, "{told:?}");
    assert!(told.out.contains("allowed"), "{told:?}");
    assert_eq!(access.fetched(&consumer), BODY);
    let strange = provider.explain(&[&source, &destination]);
    assert!(strange.status != 0 && strange.err.contains("there is no"), "others' networks are not explained: {strange:?}");
}
