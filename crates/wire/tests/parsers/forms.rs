//! Forms, written by a second hand from the text of the model, are read back to the same value.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use serde_json::{Map, Value};
use wire::{Identified, Protocol, Request, Service, TimeFormat, WireError, format_timestamp};

use crate::roundtrip::with_headers;

const TEXT: &str = include_str!("echo.json");
static ECHO: LazyLock<Arc<Service>> = LazyLock::new(|| Arc::new(Service::parse(TEXT).unwrap()));
static MODEL: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap());

fn shape(name: &Value) -> &'static Value {
    MODEL["shapes"].as_array().unwrap().iter().find(|s| s["name"] == *name).unwrap()
}

fn wire_name(member: &Value) -> String {
    member["wire"].as_str().or(member["name"].as_str()).unwrap().to_owned()
}

fn capitalised(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

/// Writes a value the way botocore's serializers do.
struct Writer {
    ec2: bool,
    pairs: Vec<(String, String)>,
}

impl Writer {
    fn structure(&mut self, model: &Value, value: &Value, prefix: &str) {
        for member in model["members"].as_array().unwrap() {
            if let Some(value) = value.get(member["name"].as_str().unwrap()) {
                let name = wire_name(member);
                let name = if self.ec2 { capitalised(&name) } else { name };
                self.value(member, value, if prefix.is_empty() { name } else { format!("{prefix}.{name}") });
            }
        }
    }

    fn value(&mut self, member: &Value, value: &Value, key: String) {
        let model = shape(&member["shape"]);
        match model["type"].as_str().unwrap() {
            "structure" => self.structure(model, value, &key),
            "list" => self.list(model, value, &key),
            "map" => self.map(model, value, &key),
            "timestamp" => self.pairs.push((key, format_timestamp(value.as_i64().unwrap(), TimeFormat::Iso8601))),
            _ => self.pairs.push((key, value.as_str().map_or_else(|| value.to_string(), str::to_owned))),
        }
    }

    fn list(&mut self, model: &Value, value: &Value, key: &str) {
        let own = model["member"]["wire"].as_str();
        let prefix = match (self.ec2, model["flat"] == true, own, key.rsplit_once('.')) {
            (true, ..) | (_, true, None, _) => key.to_owned(),
            (_, true, Some(own), Some((before, _))) => format!("{before}.{own}"),
            (_, true, Some(own), None) => own.to_owned(),
            (_, false, own, _) => format!("{key}.{}", own.unwrap_or("member")),
        };
        for (at, item) in value.as_array().unwrap().iter().enumerate() {
            self.value(&model["member"], item, format!("{prefix}.{}", at + 1));
        }
    }

    fn map(&mut self, model: &Value, value: &Value, key: &str) {
        let flat = self.ec2 || model["flat"] == true;
        let prefix = if flat { key.to_owned() } else { format!("{key}.entry") };
        for (at, (name, item)) in value.as_object().unwrap().iter().enumerate() {
            let part = |side: &Value, default: &str| side["wire"].as_str().unwrap_or(default).to_owned();
            self.pairs.push((format!("{prefix}.{}.{}", at + 1, part(&model["key"], "key")), name.clone()));
            self.value(&model["value"], item, format!("{prefix}.{}.{}", at + 1, part(&model["value"], "value")));
        }
    }
}

/// Without what a form cannot say: empty lists, maps and structures.
fn told(value: &Value) -> Option<Value> {
    match value {
        Value::Object(members) => {
            let members: Map<_, _> = members.iter().filter_map(|(k, v)| Some((k.clone(), told(v)?))).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().filter_map(told).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        scalar => Some(scalar.clone()),
    }
}

fn pairs(value: &Value, protocol: Protocol) -> Vec<(String, String)> {
    let mut writer = Writer { ec2: protocol == Protocol::Ec2, pairs: Vec::new() };
    writer.structure(shape(&"Thing".into()), value, "");
    writer.pairs
}

fn read(pairs: &[(String, String)], protocol: Protocol) -> Result<Value, WireError> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([("Action", "Echo"), ("Version", "2026-01-01")]).extend_pairs(pairs);
    let mut call = Identified::of(ECHO.clone(), "Echo").unwrap();
    call.protocol = protocol;
    let mut request = Request { body: form.finish().into(), ..Request::default() };
    request.headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    wire::decode(&call, &request)
}

proptest! {
    #[test]
    fn forms_are_read_as_they_were_meant(value in with_headers()) {
        let value = told(&value).unwrap_or_else(|| Value::Object(Map::new()));
        for protocol in [Protocol::Query, Protocol::Ec2] {
            let written = pairs(&value, protocol);
            let found = read(&written, protocol);
            prop_assert_eq!(found.as_ref(), Ok(&value), "{:?}", written);
        }
    }

    #[test]
    fn the_order_of_parameters_means_nothing(value in with_headers(), seed: u64) {
        let value = told(&value).unwrap_or_else(|| Value::Object(Map::new()));
        let mut written = pairs(&value, Protocol::Query);
        let count = written.len().max(1) as u64;
        for at in 0..written.len() {
            written.swap(at, (seed.wrapping_mul(at as u64 + 7) % count) as usize);
        }
        prop_assert_eq!(read(&written, Protocol::Query), Ok(value));
    }

    #[test]
    fn a_parameter_too_many_is_named(value in with_headers(), extra in "[A-Z][a-z]{1,6}(\\.[A-Za-z0-9]{1,3}){0,3}") {
        let value = told(&value).unwrap_or_else(|| Value::Object(Map::new()));
        let mut written = pairs(&value, Protocol::Ec2);
        written.push((format!("Zz{extra}"), "1".into()));
        prop_assert_eq!(read(&written, Protocol::Ec2), Err(WireError::UnknownParameter { name: format!("Zz{extra}") }));
    }

    #[test]
    fn a_parameter_given_twice_is_refused(value in with_headers(), which: prop::sample::Index) {
        let mut written = pairs(&value, Protocol::Query);
        prop_assume!(!written.is_empty());
        written.push(written[which.index(written.len())].clone());
        let refused = matches!(read(&written, Protocol::Query), Err(WireError::Malformed(_)));
        prop_assert!(refused);
    }
}

#[test]
fn an_empty_value_is_an_empty_list_map_or_structure() {
    let empty = |name: &str| read(&[(name.to_owned(), String::new())], Protocol::Query).unwrap();
    assert_eq!(empty("Texts"), serde_json::json!({"Texts": []}));
    assert_eq!(empty("Numbers"), serde_json::json!({"Numbers": {}}));
    assert_eq!(empty("Inner"), serde_json::json!({"Inner": {}}));
    assert_eq!(empty("name"), serde_json::json!({"Name": ""}));
}

#[test]
fn a_map_needs_both_sides_of_an_entry() {
    let one = |pairs: &[(&str, &str)]| {
        let owned: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        read(&owned, Protocol::Query)
    };
    assert!(matches!(one(&[("Numbers.entry.1.key", "a")]), Err(WireError::Malformed(_))));
    assert!(matches!(one(&[("Numbers.entry.1.value", "1")]), Err(WireError::Malformed(_))));
    assert!(matches!(one(&[("Numbers.entry.1", "1")]), Err(WireError::UnknownParameter { .. })));
    assert!(matches!(one(&[("Numbers.entry.1.other", "1")]), Err(WireError::UnknownParameter { .. })));
    let twice = [
        ("Numbers.entry.1.key", "a"),
        ("Numbers.entry.1.value", "1"),
        ("Numbers.entry.2.key", "a"),
        ("Numbers.entry.2.value", "2"),
    ];
    assert!(matches!(one(&twice), Err(WireError::Malformed(_))));
}
