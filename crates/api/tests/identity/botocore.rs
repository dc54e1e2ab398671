//! What botocore signs is believed, in its time.

use api::identity::{Flaw, Payload, Refusal};
use http::HeaderValue;
use time::Duration;

use crate::identity::world::{ALICE, Signed};

#[test]
fn every_request_that_botocore_signs_is_believed() {
    let signed = Signed::read();
    for case in signed.cases.iter().filter(|case| !case.name.contains("too long")) {
        let caller = signed.after(Duration::SECOND, &case.request());
        let caller = caller.unwrap_or_else(|refusal| panic!("{}: {refusal}", case.name));
        assert!(caller.verified);
        assert_eq!((caller.scope.service.as_str(), caller.scope.region.as_str()), (case.service.as_str(), "us-east-1"));
        assert_eq!(caller.account(), Some("111111111111"));
    }
}

#[test]
fn a_user_and_a_session_are_named_as_get_caller_identity_names_them() {
    let signed = Signed::read();
    let user = signed.after(Duration::ZERO, &signed.request("ec2 form")).unwrap();
    assert_eq!((user.arn().as_deref(), user.user_id().as_deref()), (Some(ALICE), Some("AIDAALICE")));
    let session = signed.after(Duration::ZERO, &signed.request("session form")).unwrap();
    assert_eq!(session.arn().as_deref(), Some("arn:aws:sts::111111111111:assumed-role/deploy/ci"));
    assert_eq!(session.user_id().as_deref(), Some("AROADEPLOY:ci"));
    assert_eq!(session.access_key_id.as_deref(), Some("ASIAUNDERPASSTEST002"));
}

#[test]
fn a_signature_for_one_service_does_not_open_another() {
    let signed = Signed::read();
    let caller = signed.after(Duration::ZERO, &signed.request("ec2 form")).unwrap();
    assert_eq!(caller.scoped_to("ec2"), Ok(()));
    assert!(matches!(caller.scoped_to("iam"), Err(Refusal::Scope(_))));
}

#[test]
fn a_header_signature_lives_fifteen_minutes_to_both_sides() {
    let signed = Signed::read();
    let request = signed.request("ec2 form");
    let limit = Duration::minutes(15);
    assert!(signed.after(limit, &request).is_ok());
    assert!(signed.after(-limit, &request).is_ok());
    let expired = signed.after(limit + Duration::SECOND, &request).unwrap_err();
    assert_eq!(
        expired.to_string(),
        "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z (20260301T121501Z - 15 min.)"
    );
    let early = signed.after(-limit - Duration::SECOND, &request).unwrap_err();
    assert_eq!(
        early.to_string(),
        "Signature not yet current: 20260301T120000Z is still later than 20260301T115959Z (20260301T114459Z + 15 min.)"
    );
}

#[test]
fn a_presigned_url_is_refused_past_its_time_and_beyond_a_week() {
    let signed = Signed::read();
    let hour = signed.request("s3 presigned");
    assert_eq!(signed.after(Duration::HOUR, &hour).unwrap().payload, Payload::Unsigned);
    assert_eq!(signed.after(Duration::HOUR + Duration::SECOND, &hour), Err(Refusal::UrlExpired));
    let minute = signed.request("sts presigned");
    assert_eq!(signed.after(Duration::seconds(61), &minute), Err(Refusal::UrlExpired));
    let long = signed.after(Duration::ZERO, &signed.request("s3 presigned for too long")).unwrap_err();
    assert!(matches!(long, Refusal::Incomplete { flaw: Flaw::LifetimeTooLong, .. }));
}

#[test]
fn a_presigned_url_dies_with_the_session_that_signed_it() {
    let signed = Signed::read();
    let week = signed.request("s3 presigned by a session");
    assert!(signed.after(Duration::minutes(59), &week).is_ok());
    assert_eq!(signed.after(Duration::HOUR, &week), Err(Refusal::ExpiredToken));
}

#[test]
fn a_session_without_its_token_is_refused_and_so_is_a_token_that_is_not_the_keys() {
    let signed = Signed::read();
    let mut request = signed.request("session form");
    request.headers.insert("x-amz-security-token", HeaderValue::from_static("other"));
    assert_eq!(signed.after(Duration::ZERO, &request), Err(Refusal::InvalidToken));
    request.headers.remove("x-amz-security-token");
    assert_eq!(signed.after(Duration::ZERO, &request), Err(Refusal::InvalidToken));
    let mut user = signed.request("ec2 form");
    user.headers.insert("x-amz-security-token", HeaderValue::from_static("other"));
    assert_eq!(signed.after(Duration::ZERO, &user), Err(Refusal::InvalidToken));
}
