//! Who may do what: both sides across accounts, the public and what blocks it, and services that deliver.

use policy::Principal;
use serde_json::{Value, json};

use super::Site;
use crate::iam::Authority;
use crate::s3::{permit, permit_delivery};
use crate::{Caller, Error};

const OWNER: &str = "111111111111";
const OTHER: &str = "222222222222";

fn root(account: &str) -> Caller {
    Caller::root(account, "us-east-1")
}

fn nobody() -> Caller {
    Caller::new(Principal::Anonymous, OWNER, "us-east-1")
}

fn asks(site: &Site, caller: &Caller, operation: &str, input: Value) -> Result<(), String> {
    let world = site.world();
    let authority = Authority::of(&world, caller).expect("no policies to read");
    permit(&world, caller, &authority, operation, &input).map_err(|error| error.code)
}

fn reads(site: &Site, caller: &Caller) -> Result<(), String> {
    asks(site, caller, "GetObject", json!({"Bucket": "abc", "Key": "k"}))
}

fn denied() -> Result<(), String> {
    Err("AccessDenied".into())
}

/// A bucket whose policy lets somebody read.
fn site(principal: &str, effect: &str) -> Site {
    let site = Site::with("abc");
    site.ok("DeletePublicAccessBlock", json!({"Bucket": "abc"}));
    let statement =
        format!(r#"{{"Effect":"{effect}","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::abc/*"}}"#);
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    site.ok("PutBucketPolicy", json!({"Bucket": "abc", "Policy": policy}));
    site
}

#[test]
fn another_account_needs_the_buckets_policy() {
    let plain = Site::with("abc");
    assert_eq!((reads(&plain, &root(OWNER)), reads(&plain, &root(OTHER))), (Ok(()), denied()));
    let shared = site(&format!(r#"{{"AWS":"{OTHER}"}}"#), "Allow");
    assert_eq!((reads(&shared, &root(OTHER)), reads(&shared, &root("333333333333"))), (Ok(()), denied()));
    assert_eq!(asks(&shared, &root(OTHER), "PutObject", json!({"Bucket": "abc", "Key": "k"})), denied());
    assert_eq!(asks(&shared, &root(OTHER), "ListObjectsV2", json!({"Bucket": "abc"})), denied());
}

#[test]
fn a_deny_stops_the_owner_too_but_never_from_taking_the_policy_back() {
    let locked = site(r#""*""#, "Deny");
    assert_eq!(reads(&locked, &root(OWNER)), denied());
    assert_eq!(asks(&locked, &root(OWNER), "DeleteBucketPolicy", json!({"Bucket": "abc"})), Ok(()));
}

#[test]
fn the_public_gets_in_only_by_a_policy_and_past_no_block() {
    let public = site(r#""*""#, "Allow");
    assert_eq!(reads(&public, &nobody()), Ok(()));
    let block = json!({"BlockPublicPolicy": false, "RestrictPublicBuckets": true});
    public.ok("PutPublicAccessBlock", json!({"Bucket": "abc", "PublicAccessBlockConfiguration": block}));
    assert_eq!(
        (reads(&public, &nobody()), reads(&public, &root(OTHER)), reads(&public, &root(OWNER))),
        (denied(), denied(), Ok(()))
    );
    assert_eq!(asks(&public, &nobody(), "GetObject", json!({"Bucket": "none", "Key": "k"})), Err("NoSuchBucket".into()));
}

#[test]
fn a_copy_needs_both_its_source_and_its_target() {
    let shared = site(&format!(r#"{{"AWS":"{OTHER}"}}"#), "Allow");
    shared.account(OTHER).ok("CreateBucket", json!({"Bucket": "target"}));
    let copy = |from: &str| json!({"Bucket": "target", "Key": "k", "CopySource": from});
    assert_eq!(asks(&shared, &root(OTHER), "CopyObject", copy("abc/k")), Ok(()));
    assert_eq!(asks(&shared, &root(OTHER), "CopyObject", copy("abc/k?versionId=1")), denied());
    assert_eq!(asks(&shared, &root(OWNER), "CopyObject", copy("abc/k")), denied());
}

#[test]
fn a_service_delivers_where_the_policy_lets_it_look_and_write_for_the_owner() {
    let site = Site::with("abc");
    let mut caller = Caller::new(Principal::Service { name: "delivery.logs.amazonaws.com".into() }, OWNER, "us-east-1");
    caller.facts.push(("aws:SourceAccount", OWNER.to_owned()));
    let delivers =
        |bucket: &str, key: &str| permit_delivery(&site.world(), &caller, bucket, key).map(|_| ()).map_err(|e: Error| e.code);
    assert_eq!(delivers("none", "AWSLogs/x"), Err("NoSuchBucket".into()));
    assert_eq!(delivers("abc", "AWSLogs/x"), denied());
    let service = r#"{"Service":"delivery.logs.amazonaws.com"}"#;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow","Principal":{service},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::abc"}},
            {{"Effect":"Allow","Principal":{service},"Action":"s3:PutObject","Resource":"arn:aws:s3:::abc/AWSLogs/*",
             "Condition":{{"StringEquals":{{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceAccount":"{OWNER}"}}}}}}]}}"#
    );
    site.ok("PutBucketPolicy", json!({"Bucket": "abc", "Policy": policy}));
    assert_eq!((delivers("abc", "AWSLogs/x"), delivers("abc", "elsewhere/x")), (Ok(()), denied()));
}
