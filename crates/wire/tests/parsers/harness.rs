//! One entrance per parser for arbitrary bytes: the fuzz targets and a bounded randomized test go through the same door.

#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use std::sync::LazyLock;

use wire::chunked::Unchunk;
use wire::{Identified, Models, Protocol, Request};

pub static MODELS: LazyLock<Models> = LazyLock::new(Models::new);

const FORMS: [(&str, &str); 6] = [
    ("ec2", "RunInstances"),
    ("ec2", "AuthorizeSecurityGroupIngress"),
    ("ec2", "DescribeVpcs"),
    ("elbv2", "CreateListener"),
    ("cloudformation", "CreateStack"),
    ("sts", "GetCallerIdentity"),
];
const DOCUMENTS: [(&str, &str); 4] =
    [("ecs", "RegisterTaskDefinition"), ("ssm", "PutParameter"), ("wafv2", "CreateWebACL"), ("events", "PutEvents")];
const REST_JSON: [(&str, &str); 4] =
    [("lambda", "CreateFunction"), ("lambda", "Invoke"), ("apigatewayv2", "GetRoutes"), ("apigateway", "ImportRestApi")];
const REST_XML: [(&str, &str); 4] = [
    ("route53", "ChangeResourceRecordSets"),
    ("s3", "DeleteObjects"),
    ("s3", "PutBucketAcl"),
    ("cloudfront", "CreateDistribution"),
];

pub fn form(data: &[u8]) {
    body(&FORMS, None, "application/x-www-form-urlencoded", data);
}

pub fn json(data: &[u8]) {
    body(&DOCUMENTS, None, "application/x-amz-json-1.1", data);
}

pub fn cbor(data: &[u8]) {
    body(&DOCUMENTS, Some(Protocol::RpcV2Cbor), "application/cbor", data);
}

pub fn rest_json(data: &[u8]) {
    query_and_body(&REST_JSON, data);
}

pub fn rest_xml(data: &[u8]) {
    query_and_body(&REST_XML, data);
}

/// A body in `aws-chunked` encoding is the same whether it comes at once or in pieces.
pub fn chunked(data: &[u8]) {
    let Some((step, data)) = data.split_first() else { return };
    let unchunked = |step: usize| {
        let (mut unchunk, mut out) = (Unchunk::new(None), Vec::new());
        data.chunks(step).try_for_each(|piece| unchunk.feed(piece, &mut out))?;
        Ok::<_, wire::chunked::Fault>((out, unchunk.finish()?))
    };
    assert_eq!(unchunked(usize::from(*step).max(1)), unchunked(data.len().max(1)));
}

/// A request line, headers, an empty line and a body, as loosely as can be.
pub fn identify(data: &[u8]) {
    let (head, body) = data.windows(2).position(|w| w == b"\n\n").map_or((data, &[][..]), |at| (&data[..at], &data[at + 2..]));
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let (method, target) = first.split_once(' ').unwrap_or(("GET", first));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.parse::<http::HeaderName>().ok()?, value.trim().parse::<http::HeaderValue>().ok()?))
    });
    let request = Request {
        method: method.parse().unwrap_or_default(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.collect(),
        body: body.to_vec().into(),
    };
    match MODELS.identify(&request) {
        Ok(call) => decode(&call, &request),
        Err(error) => tell(None, Protocol::guess(&request), &error),
    }
}

fn body(calls: &[(&str, &str)], protocol: Option<Protocol>, content_type: &'static str, data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let mut call = call(calls, *choice);
    call.protocol = protocol.unwrap_or(call.protocol);
    let mut request = Request { body: data.to_vec().into(), ..Request::default() };
    request.headers.insert("content-type", http::HeaderValue::from_static(content_type));
    decode(&call, &request);
}

fn query_and_body(calls: &[(&str, &str)], data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let (query, body) = data.iter().position(|b| *b == b'\n').map_or((&[][..], data), |at| (&data[..at], &data[at + 1..]));
    let query = String::from_utf8_lossy(query).into_owned();
    decode(&call(calls, *choice), &Request { query, body: body.to_vec().into(), ..Request::default() });
}

fn call(calls: &[(&str, &str)], choice: u8) -> Identified {
    let (service, operation) = calls[usize::from(choice) % calls.len()];
    Identified::of(MODELS.service(service).unwrap(), operation).unwrap()
}

fn decode(call: &Identified, request: &Request) {
    match wire::decode(call, request) {
        Ok(value) => assert!(value.is_object()),
        Err(error) => tell(Some(call), call.protocol, &error),
    }
}

/// Every refusal has to be something that can be told.
fn tell(call: Option<&Identified>, protocol: Protocol, error: &wire::WireError) {
    let failure = error.failure(call, protocol);
    assert!(failure.status >= 400 && !failure.code.is_empty() && !failure.message.is_empty());
    assert!(failure.message.len() < 32 << 10, "a message of {} bytes", failure.message.len());
    let response = wire::encode_error(call, protocol, &failure, "id");
    assert!(response.status.as_u16() >= 400 && !response.body.is_empty());
}
