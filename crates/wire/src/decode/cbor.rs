//! Inputs written as CBOR documents (Smithy RPC v2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value};

use super::json::Reader;
use super::{DEEPEST, scalar};
use crate::error::WireError;
use crate::model::{Kind, Member};
use crate::timestamp::from_seconds;
use crate::validate::{Path, cut, step};

/// The tag of seconds since the epoch (RFC 8949 §3.4.2).
pub(crate) const EPOCH: u64 = 1;

/// A document; an empty body is an empty map.
pub(super) fn parse(body: &[u8]) -> Result<Cbor, WireError> {
    if body.is_empty() {
        return Ok(Cbor::Map(Vec::new()));
    }
    let mut rest = body;
    let parsed = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEEPEST);
    let document = parsed.map_err(|error| WireError::Malformed(format!("the body is not CBOR: {error}")))?;
    if rest.is_empty() { Ok(document) } else { Err(WireError::Malformed("something follows the CBOR document".into())) }
}

/// A map with the given members.
pub(super) fn structure(reader: &Reader, path: &Path, members: &[&Member], document: Cbor) -> Result<Value, WireError> {
    let Cbor::Map(entries) = document else {
        return Err(super::mismatch(path, "a structure", kind_of(&document)));
    };
    let mut out = Map::new();
    for (key, value) in entries {
        let Cbor::Text(key) = key else {
            return Err(super::mismatch(path, "a structure with text keys", kind_of(&key)));
        };
        if value.is_null() {
            continue;
        }
        let member = members.iter().find(|m| m.name == key);
        let member = member.ok_or_else(|| WireError::UnknownParameter { name: cut(&key) })?;
        out.insert(member.name.to_owned(), read(reader, &step(reader.service, path, member), member, value)?);
    }
    Ok(Value::Object(out))
}

fn read(reader: &Reader, path: &Path, member: &Member, value: Cbor) -> Result<Value, WireError> {
    let service = reader.service;
    match (&service.shape(member.shape).kind, value) {
        (Kind::Structure(inner), value) => {
            let members: Vec<&Member> = inner.members.iter().collect();
            structure(reader, path, &members, value)
        }
        (Kind::List(list), Cbor::Array(items)) => {
            let read = |(at, item)| read(reader, &Path::Index(path, at), &list.member, item);
            items.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(Value::Array)
        }
        (Kind::Map(map), Cbor::Map(entries)) => {
            let read = |(key, value): (Cbor, Cbor)| match key {
                Cbor::Text(key) => {
                    let value = read(reader, &Path::Key(path, &key), &map.value, value)?;
                    Ok((key, value))
                }
                other => Err(super::mismatch(path, "a map with text keys", kind_of(&other))),
            };
            entries.into_iter().map(read).collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        (kind, value) => {
            let found = kind_of(&value);
            let expected = || super::mismatch(path, scalar::described(service, member.shape), found);
            leaf(kind, value).ok_or_else(expected)
        }
    }
}

fn leaf(kind: &Kind, value: Cbor) -> Option<Value> {
    match (kind, value) {
        (Kind::Text(_), Cbor::Text(text)) => Some(Value::String(text)),
        (Kind::Boolean, Cbor::Bool(flag)) => Some(Value::Bool(flag)),
        (Kind::Blob(_), Cbor::Bytes(bytes)) => Some(Value::String(STANDARD.encode(bytes))),
        (Kind::Integer(_), Cbor::Integer(number)) => i64::try_from(number).ok().map(Value::from),
        (Kind::Integer(_), Cbor::Float(number)) => {
            (number.fract() == 0.0 && number.abs() < 9e15).then(|| Value::from(number as i64))
        }
        (Kind::Float(_), Cbor::Float(number)) => {
            Some(Number::from_f64(number).map_or_else(|| Value::String(words(number).to_owned()), Value::Number))
        }
        (Kind::Float(_), Cbor::Integer(number)) => i64::try_from(number).ok().map(Value::from),
        (Kind::Timestamp, Cbor::Tag(EPOCH, inner)) => seconds(&inner).and_then(from_seconds).map(Value::from),
        (Kind::Timestamp, other) => seconds(&other).and_then(from_seconds).map(Value::from),
        _ => None,
    }
}

fn seconds(value: &Cbor) -> Option<f64> {
    match value {
        Cbor::Float(seconds) => Some(*seconds),
        Cbor::Integer(seconds) => i64::try_from(*seconds).ok().map(|s| s as f64),
        _ => None,
    }
}

/// What JSON has no number for.
fn words(number: f64) -> &'static str {
    if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

fn kind_of(value: &Cbor) -> &'static str {
    match value {
        Cbor::Integer(_) | Cbor::Float(_) => "NUMBER_VALUE",
        Cbor::Bytes(_) => "BLOB_VALUE",
        Cbor::Text(_) => "STRING_VALUE",
        Cbor::Bool(true) => "TRUE_VALUE",
        Cbor::Bool(false) => "FALSE_VALUE",
        Cbor::Array(_) => "ARRAY_VALUE",
        Cbor::Map(_) => "STRUCTURE_VALUE",
        _ => "NULL_VALUE",
    }
}
