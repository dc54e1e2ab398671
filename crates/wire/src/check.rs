//! Checks an output against the model, strictly: for tests and debug builds, where a wrong answer has to be loud.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::identify::Identified;
use crate::model::{Kind, Service, ShapeId, Structure};

/// Everything in which an output is not what its model says: unknown members, missing required ones, wrong types.
/// Empty when it is right.
pub fn check_output(identified: &Identified, value: &Value) -> Vec<String> {
    let service = &*identified.service;
    let mut check = Check { service, found: Vec::new() };
    match identified.operation().output {
        Some(shape) => check.value(identified.operation().name, shape, value),
        None if value.as_object().is_some_and(serde_json::Map::is_empty) || value.is_null() => {}
        None => check.found.push(format!("{} has no output, got {value}", identified.operation().name)),
    }
    check.found
}

struct Check<'s> {
    service: &'s Service,
    found: Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, path: &str, shape: ShapeId, value: &Value) {
        let service = self.service;
        match (&service.shape(shape).kind, value) {
            (Kind::Structure(structure), Value::Object(_)) => self.structure(path, structure, value),
            (Kind::List(list), Value::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(&format!("{path}.{at}"), list.member.shape, item);
                }
            }
            (Kind::Map(map), Value::Object(entries)) => {
                for (key, item) in entries {
                    self.value(&format!("{path}.{key}"), map.value.shape, item);
                }
            }
            (kind, value) if is_a(kind, value) => {}
            (_, value) => self.found.push(format!("{path} is not a {}: {value}", service.shape(shape).name)),
        }
    }

    fn structure(&mut self, path: &str, structure: &Structure, value: &Value) {
        for member in &structure.members {
            match value.get(member.name) {
                Some(inner) => self.value(&format!("{path}.{}", member.name), member.shape, inner),
                None if member.required => self.found.push(format!("{path}.{} is required", member.name)),
                None => {}
            }
        }
        for name in value.as_object().into_iter().flat_map(|o| o.keys()) {
            if structure.member(name).is_none() {
                self.found.push(format!("{path}.{name} is not in the model"));
            }
        }
    }
}

fn is_a(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Text(_), Value::String(_)) | (Kind::Boolean, Value::Bool(_)) | (Kind::Document, _) => true,
        (Kind::Integer(_) | Kind::Timestamp, value) => value.is_i64(),
        (Kind::Float(_), Value::Number(_)) => true,
        (Kind::Float(_), Value::String(word)) => matches!(word.as_str(), "NaN" | "Infinity" | "-Infinity"),
        (Kind::Blob(_), Value::String(text)) => STANDARD.decode(text).is_ok(),
        _ => false,
    }
}
