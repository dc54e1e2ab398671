//! Values written as text: in forms, XML, headers, paths and queries.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, Value};

use crate::model::{Kind, Service, ShapeId};
use crate::timestamp::parse_timestamp;

/// Reads a text as the shape says. `None` when it is no such value.
pub(super) fn read(service: &Service, shape: ShapeId, text: &str) -> Option<Value> {
    match &service.shape(shape).kind {
        Kind::Text(_) | Kind::Document => Some(Value::String(text.to_owned())),
        Kind::Integer(_) => text.trim().parse::<i64>().ok().map(Value::from),
        Kind::Float(_) => float(text.trim()),
        Kind::Boolean => boolean(text.trim()).map(Value::Bool),
        Kind::Timestamp => parse_timestamp(text).map(Value::from),
        Kind::Blob(_) => blob(text),
        Kind::Structure(_) | Kind::List(_) | Kind::Map(_) => None,
    }
}

/// What a shape is, for messages.
pub(super) fn described(service: &Service, shape: ShapeId) -> &'static str {
    match &service.shape(shape).kind {
        Kind::Text(_) => "a string",
        Kind::Integer(_) => "an integer",
        Kind::Float(_) => "a number",
        Kind::Boolean => "true or false",
        Kind::Timestamp => "a timestamp",
        Kind::Blob(_) => "base64 data",
        Kind::Structure(_) => "a structure",
        Kind::List(_) => "a list",
        Kind::Map(_) => "a map",
        Kind::Document => "a document",
    }
}

/// A number, or one of the words for what JSON cannot write.
pub(super) fn float(text: &str) -> Option<Value> {
    if matches!(text, "NaN" | "Infinity" | "-Infinity") {
        return Some(Value::String(text.to_owned()));
    }
    text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number)
}

/// Base64, normalised to the standard alphabet with padding.
pub(super) fn blob(text: &str) -> Option<Value> {
    if STANDARD.decode(text).is_ok() {
        return Some(Value::String(text.to_owned()));
    }
    let plain: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(&plain).ok().map(|_| Value::String(plain))
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "1" => Some(true),
        "false" | "False" | "FALSE" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base64_is_normalised_and_checked() {
        assert_eq!(blob("aGVsbG8=").unwrap(), "aGVsbG8=");
        assert_eq!(blob(" aGVs\nbG8= ").unwrap(), "aGVsbG8=");
        assert_eq!(blob("").unwrap(), "");
        for wrong in ["aGVsbG8", "a-_=", "====", "é", "aGVsbG9="] {
            assert!(blob(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn truth_is_written_in_few_ways() {
        assert_eq!(["true", "True", "TRUE", "1"].map(boolean), [Some(true); 4]);
        assert_eq!(["false", "False", "FALSE", "0"].map(boolean), [Some(false); 4]);
        assert_eq!(["", "yes", "tRue", "2"].map(boolean), [None; 4]);
    }

    #[test]
    fn what_is_not_finite_stays_a_word() {
        assert_eq!(float("-Infinity").unwrap(), "-Infinity");
        assert_eq!(float("1e3").unwrap(), 1000.0);
        for wrong in ["", "inf", "1e999", "nan", "0x10", "1,5"] {
            assert!(float(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_survive_as_base64(bytes: Vec<u8>) {
            let text = STANDARD.encode(&bytes);
            prop_assert_eq!(blob(&text).unwrap(), text);
        }
    }
}
