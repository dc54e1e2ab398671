//! Letter D, what is said of the target's own port.

use serde_json::Value;

use super::BODY;
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::site::{Peer, web};

/// What an explanation says of a port on which nobody listens is that the network lets it through; a packet shows the rest.
#[test]
fn d13_nothing_listens_on_the_targets_port() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    account.allow(&group, "-1", None, Peer::Cidr("10.0.0.0/16"));
    let server = account.instance(&net.subnet, &[&group], &web(BODY));
    let source = format!("{}+{group}", net.subnet);
    let outcome = |port: u16| {
        let destination = format!("{server}:{port}");
        let told = account.explain(&[&source, &destination, "--expect", "allow", "--probe", "--output", "json"]);
        let told: Value = serde_json::from_str(&told.ok()).unwrap();
        told["probe"]["packets"][0]["outcome"].clone()
    };
    assert_eq!(outcome(81), "refused");
    eventually("the right port answers", || (outcome(80) == "answered").then_some(()));
}
