//! Writes values as JSON by their model.

use serde_json::Value;

use super::present;
use crate::model::{Kind, Member, Service};
use crate::timestamp::{TimeFormat, format_timestamp};

/// An object of those members that the value has.
pub(super) fn document<'m>(service: &Service, members: impl Iterator<Item = &'m Member>, value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.push(b'{');
    fields(&mut out, service, members, value);
    out.push(b'}');
    out
}

/// A value of a member's shape as a whole document.
pub(super) fn payload(service: &Service, member: &Member, value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    write(&mut out, service, member, value);
    out
}

/// The fields of an object, without its braces.
pub(super) fn fields<'m>(out: &mut Vec<u8>, service: &Service, members: impl Iterator<Item = &'m Member>, object: &Value) {
    for member in members {
        let Some(value) = present(object, member.name) else { continue };
        key(out, service.wire_name(member));
        write(out, service, member, value);
    }
}

/// A key with its colon, and the comma before it where there has to be one.
pub(super) fn key(out: &mut Vec<u8>, name: &str) {
    comma(out);
    raw(out, name);
    out.push(b':');
}

/// Any JSON.
pub(super) fn raw(out: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("writing JSON with text keys to memory cannot fail");
}

fn write(out: &mut Vec<u8>, service: &Service, member: &Member, value: &Value) {
    match (&service.shape(member.shape).kind, value) {
        (Kind::Structure(inner), Value::Object(_)) => {
            out.push(b'{');
            fields(out, service, inner.members.iter(), value);
            out.push(b'}');
        }
        (Kind::List(list), Value::Array(items)) => {
            out.push(b'[');
            for item in items {
                comma(out);
                write(out, service, &list.member, item);
            }
            out.push(b']');
        }
        (Kind::Map(map), Value::Object(entries)) => {
            out.push(b'{');
            for (name, item) in entries {
                key(out, name);
                write(out, service, &map.value, item);
            }
            out.push(b'}');
        }
        (Kind::Timestamp, Value::Number(ms)) => {
            let format = service.time_format(member).unwrap_or(TimeFormat::Unix);
            let text = format_timestamp(ms.as_i64().unwrap_or_default(), format);
            match format {
                TimeFormat::Unix => out.extend_from_slice(text.as_bytes()),
                TimeFormat::Iso8601 | TimeFormat::HttpDate => raw(out, &text),
            }
        }
        (_, value) => raw(out, value),
    }
}

/// A comma, unless what came last opened an object or a list.
fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), None | Some(b'{' | b'[')) {
        out.push(b',');
    }
}
