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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::registry::Models;
    use serde_json::json;

    fn wrong(service: &str, operation: &str, output: Value) -> Vec<String> {
        check_output(&Identified::of(Models::new().service(service).unwrap(), operation).unwrap(), &output)
    }

    #[test]
    fn what_is_right_passes() {
        let attribute = json!({"VpcId": "vpc-1", "EnableDnsSupport": {"Value": true}});
        assert_eq!(wrong("ec2", "DescribeVpcAttribute", attribute), [""; 0]);
        assert_eq!(wrong("lambda", "Invoke", json!({"StatusCode": 200, "Payload": "e30="})), [""; 0]);
    }

    #[test]
    fn what_is_required_has_to_be_there() {
        let found = wrong("route53", "GetHostedZone", json!({"HostedZone": {"Id": "Z", "Name": "a."}}));
        assert_eq!(found, ["GetHostedZone.HostedZone.CallerReference is required"]);
    }

    #[test]
    fn every_type_is_checked() {
        let found = wrong("ec2", "DescribeVpcs", json!({"Vpcs": [{"IsDefault": "true", "VpcId": ["x"]}]}));
        assert_eq!(
            found,
            ["DescribeVpcs.Vpcs.0.IsDefault is not a Boolean: \"true\"", "DescribeVpcs.Vpcs.0.VpcId is not a String: [\"x\"]"]
        );
        let found = wrong("ec2", "DescribeVolumes", json!({"Volumes": [{"CreateTime": 1.5}, {"CreateTime": "2026-01-01"}]}));
        assert_eq!(found.len(), 2);
        assert_eq!(wrong("lambda", "Invoke", json!({"Payload": "not base64"})).len(), 1);
        assert_eq!(wrong("iam", "ListUsers", json!([])).len(), 1);
        assert_eq!(wrong("iam", "ListUsers", Value::Null).len(), 1);
    }

    #[test]
    fn the_keys_of_maps_are_free_and_their_values_are_not() {
        let tags = |value: Value| wrong("lambda", "ListTags", json!({"Tags": {"any key": value}}));
        assert_eq!(tags("v".into()), [""; 0]);
        assert_eq!(tags(1.into()), ["ListTags.Tags.any key is not a TagValue: 1"]);
    }
}
