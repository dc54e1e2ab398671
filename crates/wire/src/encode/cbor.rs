//! Writes values as CBOR by their model.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ciborium::Value as Cbor;
use serde_json::Value;

use super::present;
use crate::model::{Kind, Member, Service, Structure};

/// The tag of seconds since the epoch (RFC 8949 §3.4.2).
const EPOCH: u64 = 1;

/// The document of an output.
pub(super) fn document(service: &Service, output: Option<&Structure>, value: &Value) -> Vec<u8> {
    bytes(&Cbor::Map(output.map(|s| members(service, s, value)).unwrap_or_default()))
}

/// The members that an object has.
pub(super) fn members(service: &Service, structure: &Structure, object: &Value) -> Vec<(Cbor, Cbor)> {
    let found = structure.members.iter().filter_map(|member| {
        let value = present(object, member.name)?;
        Some((Cbor::Text(member.name.to_owned()), converted(service, member, value)))
    });
    found.collect()
}

/// The bytes of a CBOR value.
pub(super) fn bytes(value: &Cbor) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    ciborium::into_writer(value, &mut out).expect("writing CBOR to memory cannot fail");
    out
}

fn converted(service: &Service, member: &Member, value: &Value) -> Cbor {
    match (&service.shape(member.shape).kind, value) {
        (Kind::Structure(inner), Value::Object(_)) => Cbor::Map(members(service, inner, value)),
        (Kind::List(list), Value::Array(items)) => {
            Cbor::Array(items.iter().map(|item| converted(service, &list.member, item)).collect())
        }
        (Kind::Map(map), Value::Object(entries)) => {
            let entries = entries.iter().map(|(key, item)| (Cbor::Text(key.clone()), converted(service, &map.value, item)));
            Cbor::Map(entries.collect())
        }
        (Kind::Timestamp, Value::Number(ms)) => {
            let seconds = ms.as_i64().unwrap_or_default() as f64 / 1000.0;
            Cbor::Tag(EPOCH, Box::new(Cbor::Float(seconds)))
        }
        (Kind::Blob(_), Value::String(text)) => Cbor::Bytes(STANDARD.decode(text).unwrap_or_default()),
        (Kind::Float(_), Value::Number(number)) => Cbor::Float(number.as_f64().unwrap_or_default()),
        (Kind::Float(_), Value::String(word)) => Cbor::Float(word.replace("Infinity", "inf").parse().unwrap_or(f64::NAN)),
        (_, value) => Cbor::serialized(value).unwrap_or(Cbor::Null),
    }
}
