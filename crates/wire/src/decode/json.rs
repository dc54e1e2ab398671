//! Inputs written as JSON documents.

use serde_json::{Map, Value};

use super::scalar;
use crate::error::WireError;
use crate::model::{Kind, Member, Service};
use crate::timestamp::{from_seconds, parse_timestamp};
use crate::validate::{Path, cut, step};

/// Reads documents of a service.
pub(super) struct Reader<'s> {
    pub(super) service: &'s Service,
}

/// A document; an empty body is an empty object. Nesting is bounded by the parser.
pub(super) fn parse(body: &[u8]) -> Result<Value, WireError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(super::nothing());
    }
    serde_json::from_slice(body).map_err(|error| WireError::Malformed(format!("the body is not JSON: {error}")))
}

/// An object with the given members.
pub(super) fn structure(reader: &Reader, path: &Path, members: &[&Member], document: Value) -> Result<Value, WireError> {
    let Value::Object(object) = document else {
        return Err(super::mismatch(path, "a structure", kind_of(&document)));
    };
    let mut out = Map::new();
    for (key, value) in object {
        if value.is_null() || key == "__type" {
            continue;
        }
        let member = members.iter().find(|m| reader.service.wire_name(m) == key);
        let member = member.ok_or_else(|| WireError::UnknownParameter { name: cut(&key) })?;
        out.insert(member.name.to_owned(), read(reader, &step(reader.service, path, member), member, value)?);
    }
    Ok(Value::Object(out))
}

/// A value of a member's shape.
pub(super) fn read(reader: &Reader, path: &Path, member: &Member, value: Value) -> Result<Value, WireError> {
    let service = reader.service;
    match (&service.shape(member.shape).kind, value) {
        (Kind::Document, value)
        | (Kind::Text(_), value @ Value::String(_))
        | (Kind::Boolean, value @ Value::Bool(_))
        | (Kind::Float(_), value @ Value::Number(_)) => Ok(value),
        (Kind::Structure(inner), value @ Value::Object(_)) => {
            let members: Vec<&Member> = inner.members.iter().collect();
            structure(reader, path, &members, value)
        }
        (Kind::List(list), Value::Array(items)) => {
            let read = |(at, item)| read(reader, &Path::Index(path, at), &list.member, item);
            items.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(Value::Array)
        }
        (Kind::Map(map), Value::Object(entries)) => {
            let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
            let read = |(key, value): (String, Value)| {
                let value = read(reader, &Path::Key(path, &key), &map.value, value)?;
                Ok((key, value))
            };
            entries.map(read).collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        (_, value) => {
            let expected = || super::mismatch(path, scalar::described(service, member.shape), kind_of(&value));
            leaf(service, member, &value).ok_or_else(expected)
        }
    }
}

fn leaf(service: &Service, member: &Member, value: &Value) -> Option<Value> {
    match (&service.shape(member.shape).kind, value) {
        (Kind::Float(_), Value::String(text)) => scalar::float(text).filter(Value::is_string),
        (Kind::Integer(_), Value::Number(number)) => {
            let whole = || number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9e15).map(|f| f as i64);
            number.as_i64().or_else(whole).map(Value::from)
        }
        (Kind::Timestamp, Value::Number(number)) => number.as_f64().and_then(from_seconds).map(Value::from),
        (Kind::Timestamp, Value::String(text)) => parse_timestamp(text).map(Value::from),
        (Kind::Blob(_), Value::String(text)) => scalar::blob(text),
        _ => None,
    }
}

/// AWS's names for what stands in a document.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "ARRAY_VALUE",
        Value::Object(_) => "STRUCTURE_VALUE",
    }
}
