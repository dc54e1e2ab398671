//! Inputs spread over path, query, headers and body (rest-json and rest-xml).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{LARGEST_DOCUMENT, LARGEST_TEXT, bounded, json, scalar, xml};
use crate::error::WireError;
use crate::identify::Identified;
use crate::model::{Kind, Member, Place, Service, Structure};
use crate::protocol::Protocol;
use crate::request::Request;
use crate::validate::{Path, cut, step};

/// Parameters of URLs that were presigned the old way.
const OLD_SIGNATURE: [&str; 4] = ["AWSAccessKeyId", "Signature", "Expires", "x-amz-security-token"];

pub(super) fn decode(identified: &Identified, request: &Request) -> Result<Value, WireError> {
    let service = &*identified.service;
    let input = identified.operation().input.and_then(|id| service.structure(id));
    let mut object = Map::new();
    query(identified, input, request, &mut object)?;
    if let Some(input) = input {
        labels(identified, input, &mut object)?;
        headers(service, input, request, &mut object)?;
    }
    body(identified, input, request, &mut object)?;
    Ok(Value::Object(object))
}

fn labels(identified: &Identified, input: &Structure, object: &mut Map<String, Value>) -> Result<(), WireError> {
    let service = &*identified.service;
    for member in input.members.iter().filter(|m| m.place == Place::Label) {
        let name = service.wire_name(member);
        if let Some((_, text)) = identified.labels.iter().find(|(label, _)| *label == name) {
            object.insert(member.name.to_owned(), text_value(service, member, text)?);
        }
    }
    Ok(())
}

fn query(
    identified: &Identified,
    input: Option<&Structure>,
    request: &Request,
    object: &mut Map<String, Value>,
) -> Result<(), WireError> {
    let service = &*identified.service;
    let route = service.routes.iter().find(|r| r.operation == identified.operation);
    let literal = |key: &str| route.is_some_and(|r| r.literals.iter().any(|(name, _)| *name == key));
    let members = || input.into_iter().flat_map(|s| s.members.iter()).filter(|m| m.place == Place::Query);
    let is_map = |m: &&Member| matches!(service.shape(m.shape).kind, Kind::Map(_));
    let is_old = request.query.contains("AWSAccessKeyId=");
    let of_old_signature = |key: &str| is_old && OLD_SIGNATURE.contains(&key);
    for (key, text) in form_urlencoded::parse(request.query.as_bytes()) {
        if let Some(member) = members().find(|m| !is_map(m) && service.wire_name(m) == key) {
            add(service, member, &text, object)?;
        } else if literal(&key) || key.is_empty() || key == "x-id" || key.starts_with("X-Amz-") || of_old_signature(&key) {
            continue;
        } else if let Some(map) = members().find(is_map) {
            let entries = object.entry(map.name).or_insert_with(super::nothing);
            entries.as_object_mut().into_iter().for_each(|e| {
                e.insert(key.to_string(), Value::String(text.to_string()));
            });
        } else {
            return Err(WireError::UnknownParameter { name: cut(&key) });
        }
    }
    Ok(())
}

/// Adds a query parameter; the elements of a list repeat.
fn add(service: &Service, member: &Member, text: &str, object: &mut Map<String, Value>) -> Result<(), WireError> {
    if let Kind::List(list) = &service.shape(member.shape).kind {
        let item = text_value(service, &list.member, text)?;
        match object.entry(member.name).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(items) => items.push(item),
            _ => return Err(WireError::Malformed(format!("The parameter {} is given more than once", member.name))),
        }
    } else if object.insert(member.name.to_owned(), text_value(service, member, text)?).is_some() {
        return Err(WireError::Malformed(format!("The parameter {} is given more than once", member.name)));
    }
    Ok(())
}

fn headers(service: &Service, input: &Structure, request: &Request, object: &mut Map<String, Value>) -> Result<(), WireError> {
    for member in &input.members {
        let name = service.wire_name(member);
        match member.place {
            Place::Header => {
                let Some(text) = request.header(name) else { continue };
                object.insert(member.name.to_owned(), header_value(service, member, text)?);
            }
            Place::Headers => {
                let prefix = name.to_ascii_lowercase();
                let entries = request.headers.iter().filter_map(|(header, value)| {
                    let key = header.as_str().strip_prefix(&prefix)?;
                    Some((key.to_owned(), Value::String(value.to_str().ok()?.to_owned())))
                });
                let entries: Map<_, _> = entries.collect();
                if !entries.is_empty() {
                    object.insert(member.name.to_owned(), Value::Object(entries));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn header_value(service: &Service, member: &Member, text: &str) -> Result<Value, WireError> {
    match &service.shape(member.shape).kind {
        Kind::List(list) => {
            let items = text.split(',').map(|part| text_value(service, &list.member, part.trim()));
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        _ => text_value(service, member, text),
    }
}

fn text_value(service: &Service, member: &Member, text: &str) -> Result<Value, WireError> {
    scalar::read(service, member.shape, text).ok_or_else(|| {
        let path = step(service, &Path::Root, member);
        super::mismatch(&path, scalar::described(service, member.shape), text)
    })
}

fn body(
    identified: &Identified,
    input: Option<&Structure>,
    request: &Request,
    object: &mut Map<String, Value>,
) -> Result<(), WireError> {
    let service = &*identified.service;
    if let Some(payload) = input.and_then(Structure::payload) {
        if !request.body.is_empty() {
            object.insert(payload.name.to_owned(), payload_value(identified, payload, request)?);
        }
        return Ok(());
    }
    let members: Vec<&Member> = input.map(|s| s.body().collect()).unwrap_or_default();
    let value = if request.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    } else if identified.protocol == Protocol::RestXml {
        let root = xml::parse(&bounded(request, LARGEST_TEXT)?.body)?;
        xml::structure(service, &Path::Root, &members, &root)?
    } else {
        let document = json::parse(&bounded(request, LARGEST_DOCUMENT)?.body)?;
        json::structure(&json::Reader { service }, &Path::Root, &members, document)?
    };
    if let Value::Object(members) = value {
        object.extend(members);
    }
    Ok(())
}

/// The value of the member that is the whole body.
fn payload_value(identified: &Identified, payload: &Member, request: &Request) -> Result<Value, WireError> {
    let service = &*identified.service;
    match &service.shape(payload.shape).kind {
        Kind::Blob(_) => Ok(Value::String(STANDARD.encode(&request.body))),
        Kind::Text(_) => {
            let text = std::str::from_utf8(&bounded(request, LARGEST_DOCUMENT)?.body);
            let text = text.map_err(|_| WireError::Malformed("the body is not UTF-8".into()))?;
            Ok(Value::String(text.to_owned()))
        }
        _ if identified.protocol == Protocol::RestXml => {
            let root = xml::parse(&bounded(request, LARGEST_TEXT)?.body)?;
            xml::read(service, &step(service, &Path::Root, payload), payload, &root)
        }
        _ => {
            let document = json::parse(&bounded(request, LARGEST_DOCUMENT)?.body)?;
            json::read(&json::Reader { service }, &step(service, &Path::Root, payload), payload, document)
        }
    }
}
