//! Outputs spread over status, headers and body (rest-json and rest-xml).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::{insert, json, present, respond, text, xml};
use crate::identify::Identified;
use crate::model::{Kind, Member, Place, Service, Structure};
use crate::protocol::Protocol;
use crate::request::Response;
use crate::timestamp::{TimeFormat, format_timestamp};

pub(super) fn encode(identified: &Identified, output: Option<&Structure>, value: &Value) -> Response {
    let service = &*identified.service;
    let status = identified.operation().status;
    let Some(output) = output else { return empty(status) };
    let mut response = body(identified, output, value, status);
    for member in &output.members {
        if let Some(value) = present(value, member.name) {
            place(service, member, value, &mut response);
        }
    }
    response
}

/// The members that travel outside of the body.
pub(super) fn place(service: &Service, member: &Member, value: &Value, response: &mut Response) {
    let name = service.wire_name(member);
    match member.place {
        Place::Header => insert(&mut response.headers, name, &header(service, member, value)),
        Place::Headers => {
            for (key, value) in value.as_object().into_iter().flatten() {
                insert(&mut response.headers, &[name, key].concat(), &text(value).unwrap_or_default());
            }
        }
        Place::Status => {
            let code = value.as_u64().and_then(|code| u16::try_from(code).ok());
            response.status = code.and_then(|c| StatusCode::from_u16(c).ok()).unwrap_or(response.status);
        }
        Place::Body | Place::Query | Place::Label => {}
    }
}

fn header(service: &Service, member: &Member, value: &Value) -> String {
    match (&service.shape(member.shape).kind, value) {
        (Kind::Timestamp, Value::Number(ms)) => {
            let format = service.time_format(member).unwrap_or(TimeFormat::HttpDate);
            format_timestamp(ms.as_i64().unwrap_or_default(), format)
        }
        (Kind::List(list), Value::Array(items)) => {
            items.iter().map(|item| header(service, &list.member, item)).collect::<Vec<_>>().join(",")
        }
        (_, value) => text(value).unwrap_or_default().into_owned(),
    }
}

fn body(identified: &Identified, output: &Structure, value: &Value, status: u16) -> Response {
    let service = &*identified.service;
    if let Some(payload) = output.payload() {
        return match present(value, payload.name) {
            Some(value) => payload_body(identified, payload, value, status),
            None => empty(status),
        };
    }
    if output.body().next().is_none() || status == 204 {
        return empty(status);
    }
    if identified.protocol == Protocol::RestXml {
        return respond(status, "application/xml", document(identified, output, value).into_bytes());
    }
    respond(status, "application/json", json::document(service, output.body(), value))
}

fn payload_body(identified: &Identified, payload: &Member, value: &Value, status: u16) -> Response {
    let service = &*identified.service;
    match (&service.shape(payload.shape).kind, value) {
        (Kind::Blob(_), Value::String(text)) => {
            respond(status, "application/octet-stream", STANDARD.decode(text).unwrap_or_default())
        }
        (Kind::Text(_), Value::String(text)) => respond(status, "text/plain", text.clone().into_bytes()),
        _ if identified.protocol == Protocol::RestXml => {
            let mut writer = xml::Writer::new(service, "member");
            let root = payload.wire.or(service.shape(payload.shape).wire).unwrap_or(service.shape(payload.shape).name);
            writer.root(root);
            writer.content(payload, value);
            respond(status, "application/xml", writer.finish(root).into_bytes())
        }
        _ => respond(status, "application/json", json::payload(service, payload, value)),
    }
}

/// The document of a rest-xml output without a payload member; its root is called as the output's shape is.
fn document(identified: &Identified, output: &Structure, value: &Value) -> String {
    let service = &*identified.service;
    let shape = identified.operation().output.map(|id| service.shape(id));
    let root = shape.map_or("", |s| s.wire.unwrap_or(s.name));
    let mut writer = xml::Writer::new(service, "member");
    writer.root(root);
    match output.body().next() {
        Some(only) if output.unwrapped => writer.content(only, value.get(only.name).unwrap_or(&Value::Null)),
        _ => writer.members(output.body(), value),
    }
    writer.finish(root)
}

fn empty(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Response { status, headers: HeaderMap::new(), ..Response::default() }
}
