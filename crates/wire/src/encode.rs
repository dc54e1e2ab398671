//! From the value of an operation's output, or from a failure, to a response.

mod cbor;
mod failure;
mod json;
mod rest;
mod xml;

pub use failure::encode_error;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::identify::Identified;
use crate::model::{Service, Structure};
use crate::protocol::Protocol;
use crate::request::Response;

const XML: &str = "text/xml;charset=UTF-8";
const REQUEST_ID: &str = "x-amzn-requestid";

/// The response that carries the output, written by the model in the protocol of the request.
///
/// Members that the model does not know are not written; [`crate::check_output`] finds them.
pub fn encode(identified: &Identified, value: &Value, request_id: &str) -> Response {
    let service = &*identified.service;
    let output = identified.operation().output.and_then(|id| service.structure(id));
    let response = match identified.protocol {
        Protocol::Ec2 => ec2(identified, output, value, request_id),
        Protocol::Query => query(identified, output, value, request_id),
        Protocol::Json10 | Protocol::Json11 => {
            let body = output.map_or_else(|| b"{}".to_vec(), |s| json::document(service, s.members.iter(), value));
            respond(200, json_type(identified.protocol), body)
        }
        Protocol::RpcV2Cbor => {
            let mut response = respond(200, "application/cbor", cbor::document(service, output, value));
            insert(&mut response.headers, "smithy-protocol", "rpc-v2-cbor");
            response
        }
        Protocol::RestJson | Protocol::RestXml => rest::encode(identified, output, value),
    };
    with_request_id(response, service.request_id_header, request_id)
}

/// `<CreateVpcResponse><requestId/>…</CreateVpcResponse>`; without an output there is `<return>true</return>`.
fn ec2(identified: &Identified, output: Option<&Structure>, value: &Value, request_id: &str) -> Response {
    let mut writer = xml::Writer::new(&identified.service, "item");
    let root = [identified.operation().name, "Response"].concat();
    writer.root(&root);
    writer.leaf("requestId", request_id);
    match output {
        Some(output) => writer.members(output.members.iter(), value),
        None => writer.leaf("return", "true"),
    }
    respond(200, XML, writer.finish(&root).into_bytes())
}

/// `<OpResponse><OpResult>…</OpResult><ResponseMetadata><RequestId/></ResponseMetadata></OpResponse>`
fn query(identified: &Identified, output: Option<&Structure>, value: &Value, request_id: &str) -> Response {
    let mut writer = xml::Writer::new(&identified.service, "member");
    let root = [identified.operation().name, "Response"].concat();
    writer.root(&root);
    if let Some(result) = identified.operation().result {
        writer.open(result);
        writer.members(output.into_iter().flat_map(|s| s.members.iter()), value);
        writer.close(result);
    }
    writer.open("ResponseMetadata");
    writer.leaf("RequestId", request_id);
    writer.close("ResponseMetadata");
    respond(200, XML, writer.finish(&root).into_bytes())
}

fn json_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Json10 => "application/x-amz-json-1.0",
        Protocol::Json11 => "application/x-amz-json-1.1",
        _ => "application/json",
    }
}

fn respond(status: u16, content_type: &'static str, body: Vec<u8>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Response { status, headers, body: Bytes::from(body) }
}

fn with_request_id(mut response: Response, own: Option<&str>, request_id: &str) -> Response {
    insert(&mut response.headers, REQUEST_ID, request_id);
    if let Some(name) = own {
        insert(&mut response.headers, name, request_id);
    }
    response
}

/// Sets a header. What cannot stand in a header is left out of it: a value with a line break must not become two headers.
fn insert(headers: &mut HeaderMap, name: &str, value: &str) {
    let parsed =
        (HeaderName::try_from(name), HeaderValue::from_str(value).or_else(|_| HeaderValue::from_bytes(value.as_bytes())));
    if let (Ok(name), Ok(value)) = parsed {
        headers.insert(name, value);
    }
}

/// A scalar as text, as headers and XML have it; `None` for what has members.
fn text(value: &Value) -> Option<std::borrow::Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(true) => Some("true".into()),
        Value::Bool(false) => Some("false".into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A member's value in an object; null is as good as absent.
fn present<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).filter(|v| !v.is_null())
}

/// The members of an error that carry its text.
fn is_message(service: &Service, member: &crate::model::Member) -> bool {
    service.wire_name(member).eq_ignore_ascii_case("message")
}
