//! What keys mean that nobody issued: accounts on loopback, nothing elsewhere.

use api::identity::{Caller, Credentials, Known, Refusal, Trust, authenticate};
use http::HeaderValue;
use time::Duration;
use wire::Request;

use crate::identity::world::Signed;

/// A request that names a key and proves nothing.
fn unproven(key: &str) -> Request {
    let mut request = Request::default();
    let header = format!("AWS4-HMAC-SHA256 Credential={key}/20200101/eu-west-1/ec2/aws4_request");
    request.headers.insert("authorization", HeaderValue::from_str(&header).unwrap());
    request
}

fn ask(trust: Trust, request: &Request) -> Result<Caller, Refusal> {
    let signed = Signed::read();
    authenticate(trust, &signed, signed.now(), request)
}

#[test]
fn on_loopback_twelve_digits_are_the_root_of_that_account() {
    let caller = ask(Trust::Loopback, &unproven("222222222222")).unwrap();
    assert_eq!(caller.arn().as_deref(), Some("arn:aws:iam::222222222222:root"));
    assert_eq!(caller.user_id().as_deref(), Some("222222222222"));
    assert_eq!((caller.scope.region.as_str(), caller.verified), ("eu-west-1", false));
    assert_eq!(caller.scoped_to("iam"), Ok(()));
}

#[test]
fn on_loopback_other_unknown_keys_are_the_root_of_the_default_account() {
    for key in ["test", "AKIAIOSFODNN7EXAMPLE", "1111", "11111111111x"] {
        let caller = ask(Trust::Loopback, &unproven(key)).unwrap();
        assert_eq!(caller.account(), Some("000000000000"), "{key}");
    }
}

/// Nobody has issued any key.
struct Nobody;

impl Credentials for Nobody {
    fn find(&self, _: &str) -> Option<Known> {
        None
    }
}

#[test]
fn on_loopback_a_presigned_url_ends_whoever_signed_it() {
    let signed = Signed::read();
    let after = |later, request: &Request| authenticate(Trust::Loopback, &Nobody, signed.now() + later, request).err();
    let url = signed.request("s3 presigned");
    assert_eq!(after(Duration::HOUR, &url), None);
    assert_eq!(after(Duration::HOUR + Duration::SECOND, &url), Some(Refusal::UrlExpired));
    let query = format!("AWSAccessKeyId=222222222222&Signature=x&Expires={}", signed.now().unix_timestamp());
    let old = Request { query, ..Request::default() };
    assert_eq!(after(Duration::ZERO, &old), None);
    assert_eq!(after(Duration::SECOND, &old), Some(Refusal::UrlExpired));
}

#[test]
fn issued_keys_are_verified_on_loopback_too() {
    let signed = Signed::read();
    assert!(matches!(ask(Trust::Loopback, &unproven(&signed.key)), Err(Refusal::Incomplete { .. })));
    assert!(ask(Trust::Loopback, &signed.request("ec2 form")).is_ok());
    assert_eq!(ask(Trust::Loopback, &unproven("AKIASWITCHEDOFF00001")), Err(Refusal::UnknownKey));
}

#[test]
fn where_signatures_are_enforced_keys_that_nobody_issued_are_refused() {
    for key in ["222222222222", "test"] {
        assert_eq!(ask(Trust::Enforce, &unproven(key)), Err(Refusal::UnknownKey));
    }
}

#[test]
fn an_unsigned_request_is_refused_everywhere() {
    for trust in [Trust::Loopback, Trust::Enforce] {
        assert_eq!(ask(trust, &Request::default()), Err(Refusal::Unsigned));
    }
    let nobody = Caller::anonymous("us-east-1");
    assert_eq!((nobody.account(), nobody.arn(), nobody.verified), (None, None, false));
}
