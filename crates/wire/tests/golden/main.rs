//! Golden requests and responses: what goes over the wire, byte for byte, in each protocol.

#![allow(clippy::unwrap_used, missing_docs)]

mod errors;
mod identify;
mod inputs;
mod outputs;
mod privatelink;
mod refusals;

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use wire::{Identified, Models, Request, WireError};

static MODELS: LazyLock<Models> = LazyLock::new(Models::new);

/// A request signed for a service.
fn signed(service: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let credential = format!(
        "AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=00"
    );
    let mut all = vec![("authorization", credential.as_str())];
    all.extend(headers);
    unsigned(method, path, &all, body)
}

fn unsigned(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parsed = headers.iter().map(|(k, v)| (k.parse::<HeaderName>().unwrap(), HeaderValue::from_str(v).unwrap()));
    Request {
        method: Method::try_from(method).unwrap(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: parsed.collect::<HeaderMap>(),
        body: body.to_vec().into(),
    }
}

fn form(service: &str, body: &str) -> Request {
    let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    signed(service, "POST", "/", &headers, body.as_bytes())
}

fn json(service: &str, target: &str, body: &str) -> Request {
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
    signed(service, "POST", "/", &headers, body.as_bytes())
}

fn decoded(request: &Request) -> Result<Value, WireError> {
    wire::decode(&MODELS.identify(request)?, request)
}

fn operation(service: &str, name: &str) -> Identified {
    Identified::of(MODELS.service(service).unwrap(), name).unwrap()
}

/// The failure that a refused request is told, as `status code: message`.
fn refusal(request: &Request) -> String {
    let identified = MODELS.identify(request);
    let (error, protocol) = match &identified {
        Ok(found) => (wire::decode(found, request).unwrap_err(), found.protocol),
        Err(_) => (MODELS.identify(request).unwrap_err(), wire::Protocol::guess(request)),
    };
    let failure = error.failure(identified.as_ref().ok(), protocol);
    format!("{} {}: {}", failure.status, failure.code, failure.message)
}
