//! Any change to what was signed is refused, and what AWS's own crate signs is believed.

use std::time::SystemTime;

use api::identity::{Flaw, Payload, Refusal};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use http::{HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use time::Duration;
use wire::Request;

use crate::identity::world::Signed;

const HOST: &str = "ec2.us-east-1.amazonaws.com";

/// Signs a request with the user's key by AWS's crate.
fn signed_by_aws(signed: &Signed, mut request: Request) -> Request {
    let identity = Credentials::new(&signed.key, &signed.secret, None, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("ec2")
        .time(SystemTime::from(signed.now()))
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    request.headers.insert("host", HeaderValue::from_static(HOST));
    let url = format!("https://{HOST}{}?{}", request.path, request.query);
    let headers: Vec<(String, String)> =
        request.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let signable = SignableRequest::new(request.method.as_str(), url, headers, SignableBody::Bytes(&request.body)).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    let (added, _) = instructions.into_parts();
    for header in added {
        request.headers.insert(header.name(), HeaderValue::from_str(header.value()).unwrap());
    }
    request
}

/// The request with its `at`-th byte of the chosen part replaced by another letter or digit.
fn tampered(mut request: Request, part: usize, at: usize) -> Request {
    match part {
        0 => request.path = other(&request.path, at),
        1 => request.query = other(&request.query, at),
        2 => request.body = other(std::str::from_utf8(&request.body).unwrap(), at).into(),
        3 => request.method = if request.method == Method::GET { Method::HEAD } else { Method::GET },
        header => {
            let names: Vec<HeaderName> = request.headers.keys().cloned().collect();
            let name = &names[header % names.len()];
            let value = other(request.headers[name].to_str().unwrap(), at);
            request.headers.insert(name, HeaderValue::from_str(&value).unwrap());
        }
    }
    request
}

fn other(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let places: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i].is_ascii_alphanumeric()).collect();
    let place = places[at % places.len()];
    bytes[place] = if bytes[place] == b'7' { b'x' } else { b'7' };
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #[test]
    fn what_the_aws_crate_signs_is_believed(
        path in "(/[a-zA-Z0-9._~ ()@:+-]{1,8}){1,4}/?",
        pairs in prop::collection::vec(("[a-zA-Z0-9*/ é]{1,6}", "[a-zA-Z0-9*/ é=&]{0,6}"), 0..4),
        note in "[a-z]{1,5}( {1,3}[a-z]{1,5}){0,2}",
        body in "[ -~]{0,40}",
    ) {
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let path: Vec<String> = path.split('/').map(encode).collect();
        let signed = Signed::read();
        let mut request = Request { method: Method::POST, path: path.join("/"), query: query.join("&"), body: body.into(), ..Request::default() };
        request.headers.insert("x-note", HeaderValue::from_str(&note).unwrap());
        let request = signed_by_aws(&signed, request);
        let caller = signed.after(Duration::SECOND, &request);
        prop_assert!(caller.is_ok(), "{:?} {:?}", caller, request);
        prop_assert_eq!(caller.unwrap().payload, Payload::Signed);
    }

    #[test]
    fn any_changed_byte_of_what_was_signed_is_refused(part in 0usize..12, at in 0usize..400) {
        let signed = Signed::read();
        let mut request = Request {
            method: Method::POST,
            path: "/restapis/abc/stages".into(),
            query: "limit=5&position=x".into(),
            body: "Action=DeleteVpc&VpcId=vpc-1".into(),
            ..Request::default()
        };
        request.headers.insert("x-amz-target", HeaderValue::from_static("Service.Operation"));
        let request = signed_by_aws(&signed, request);
        prop_assert!(signed.after(Duration::ZERO, &request).is_ok());
        prop_assert!(signed.after(Duration::ZERO, &tampered(request, part, at)).is_err());
    }

    #[test]
    fn any_changed_byte_of_a_presigned_url_is_refused(at in 0usize..600) {
        let signed = Signed::read();
        let request = signed.request("s3 presigned");
        prop_assert!(signed.after(Duration::ZERO, &tampered(request, 1, at)).is_err());
    }
}

#[test]
fn headers_added_after_signing_are_refused_when_they_could_change_the_meaning() {
    let signed = Signed::read();
    let mut request = signed.request("s3 presigned");
    request.headers.insert("x-amz-target", HeaderValue::from_static("DynamoDB.DeleteTable"));
    let refusal = signed.after(Duration::ZERO, &request).unwrap_err();
    assert_eq!(refusal, Refusal::HeadersNotSigned(vec!["x-amz-target".into()]));
    request.headers.remove("x-amz-target");
    request.headers.insert("user-agent", HeaderValue::from_static("proxy"));
    assert!(signed.after(Duration::ZERO, &request).is_ok());
}

#[test]
fn a_signature_that_leaves_out_the_host_is_refused() {
    let signed = Signed::read();
    let mut request = signed.request("ec2 form");
    let header = request.headers["authorization"].to_str().unwrap().replace(";host;", ";");
    request.headers.insert("authorization", HeaderValue::from_str(&header).unwrap());
    let refusal = signed.after(Duration::ZERO, &request).unwrap_err();
    assert!(matches!(refusal, Refusal::Incomplete { flaw: Flaw::HostNotSigned, .. }));
}

#[test]
fn only_s3_may_leave_its_body_out_of_the_signature() {
    let signed = Signed::read();
    let declare = |name: &str, value: &'static str| {
        let mut request = signed.request(name);
        request.headers.insert("x-amz-content-sha256", HeaderValue::from_static(value));
        signed.after(Duration::ZERO, &request).unwrap_err()
    };
    assert_eq!(declare("ec2 form", "UNSIGNED-PAYLOAD"), Refusal::PayloadMismatch);
    assert_eq!(declare("s3 object", "UNSIGNED-PAYLOAD"), Refusal::Mismatch);
    assert_eq!(declare("s3 object", "0000"), Refusal::PayloadMismatch);
    assert_eq!(declare("s3 object", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), Refusal::Mismatch);
    let chunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    assert_eq!(declare("s3 object", chunks), Refusal::UnsupportedPayload(chunks.into()));
    let mut bare = signed.request("s3 object");
    bare.headers.remove("x-amz-content-sha256");
    assert_eq!(signed.after(Duration::ZERO, &bare), Err(Refusal::MissingContentHash));
}

#[test]
fn a_scope_of_another_day_is_refused() {
    let signed = Signed::read();
    let mut request = signed.request("ec2 form");
    let header = request.headers["authorization"].to_str().unwrap().replace("/20260301/", "/20260302/");
    request.headers.insert("authorization", HeaderValue::from_str(&header).unwrap());
    let refusal = signed.after(Duration::ZERO, &request).unwrap_err();
    assert!(refusal.to_string().contains("'20260302' != '20260301', from '20260301T120000Z'"), "{refusal}");
}
