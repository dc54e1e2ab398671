//! Every waiter and paginator that boto3 has for our operations, and what the CDK and Ansible call, in one world.

use serde_json::json;

use crate::cloud::{Cloud, PROVIDER};
use crate::site::IMAGE;

#[test]
fn every_waiter_and_paginator_of_boto3_ends() {
    let cloud = Cloud::up();
    let operations = include_str!("../../../api/tests/operations.txt");
    let given = json!({ "operations": operations, "image": IMAGE });
    let seen = cloud.account(PROVIDER).script(include_str!("sweep.py"), given);
    assert_eq!(seen["failed"], json!([]), "{seen}");
    assert!(seen["waiters"].as_u64() > Some(30) && seen["pages"].as_u64() > Some(60), "{seen}");
}
