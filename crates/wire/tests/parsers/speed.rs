//! How long the wire takes, as the best of many tries; debug builds are given twenty times as long.

use std::time::{Duration, Instant};

use serde_json::json;
use wire::{Identified, Models, Request};

use crate::harness::MODELS;

fn best_of(tries: usize, mut work: impl FnMut()) -> Duration {
    let measured = (0..tries).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    measured.min().unwrap()
}

fn within(limit: Duration, found: Duration) {
    let limit = if cfg!(debug_assertions) { limit * 20 } else { limit };
    println!("{found:?} of {limit:?}");
    assert!(found <= limit, "{found:?} is more than {limit:?}");
}

#[test]
fn describe_vpcs_is_decoded_and_encoded_in_microseconds() {
    let mut request = Request {
        method: http::Method::POST,
        path: "/".into(),
        body: "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1".into(),
        ..Request::default()
    };
    let credential = "AWS4-HMAC-SHA256 Credential=1/20260101/us-east-1/ec2/aws4_request, Signature=0";
    request.headers.insert("authorization", credential.parse().unwrap());
    request.headers.insert("content-type", "application/x-www-form-urlencoded; charset=utf-8".parse().unwrap());
    let output = json!({"Vpcs": [{
        "VpcId": "vpc-0123456789abcdef0", "State": "available", "CidrBlock": "10.0.0.0/16", "IsDefault": false,
        "OwnerId": "111111111111", "InstanceTenancy": "default", "DhcpOptionsId": "dopt-1",
        "CidrBlockAssociationSet": [{"AssociationId": "a", "CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}],
        "Tags": [{"Key": "Name", "Value": "x"}],
    }]});
    let work = || {
        let call = MODELS.identify(&request).unwrap();
        wire::decode(&call, &request).unwrap();
        wire::encode(&call, &output, "11111111-2222-3333-4444-555555555555");
    };
    within(Duration::from_micros(15), best_of(2000, work));
}

#[test]
fn the_largest_model_is_read_in_milliseconds() {
    let read = || {
        let ec2 = Models::new().service("ec2").unwrap();
        assert!(Identified::of(ec2, "CreateVpc").is_some());
    };
    within(Duration::from_millis(30), best_of(10, read));
}

#[test]
fn an_empty_registry_is_made_in_a_moment() {
    within(Duration::from_millis(3), best_of(20, || drop(Models::new())));
}
