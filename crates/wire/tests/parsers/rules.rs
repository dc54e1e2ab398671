//! Every constraint of a model, and the patterns that linear-time matching cannot express.

use std::sync::Arc;

use serde_json::{Value, json};
use wire::{Identified, Protocol, Request, Rule, Segment, Service, WireError};

use crate::harness::MODELS;

const STRICT: &str = r#"{"name":"strict","signing":"strict","endpoint":"strict","version":"1","protocols":["json"],
"operations":[{"name":"Do","input":"In"}],"shapes":[
{"name":"In","type":"structure","members":[
  {"name":"Need","shape":"Text","required":true},{"name":"Size","shape":"Size"},{"name":"List","shape":"List"},
  {"name":"Map","shape":"Map"},{"name":"Blob","shape":"Blob"},{"name":"Choice","shape":"Choice"},{"name":"Real","shape":"Real"}]},
{"name":"Text","type":"string","min":2,"max":4,"pattern":"[a-zé]+"},
{"name":"Color","type":"string","enum":["red","green"]},
{"name":"Size","type":"integer","min":1,"max":10},
{"name":"Real","type":"double","min":0.5},
{"name":"List","type":"list","min":1,"max":2,"member":{"name":"member","shape":"Color"}},
{"name":"Map","type":"map","max":1,"key":{"name":"key","shape":"Color"},"value":{"name":"value","shape":"Size"}},
{"name":"Blob","type":"blob","min":1,"max":3},
{"name":"Choice","type":"structure","union":true,"members":[{"name":"A","shape":"Size"},{"name":"B","shape":"Size"}]}
]}"#;

/// The broken rules of an input, with the path by the model's names.
fn broken(input: Value) -> Vec<(String, Rule)> {
    let call = Identified::of(Arc::new(Service::parse(STRICT).unwrap()), "Do").unwrap();
    let request = Request { body: input.to_string().into(), ..Request::default() };
    match wire::decode(&call, &request) {
        Ok(_) => Vec::new(),
        Err(WireError::Invalid(violations)) => violations.into_iter().map(|v| (dotted(&v.path), v.rule)).collect(),
        Err(other) => panic!("{other}"),
    }
}

fn dotted(path: &[Segment]) -> String {
    let parts = path.iter().map(|segment| match segment {
        Segment::Member { name, .. } => (*name).to_owned(),
        Segment::Index(at) => at.to_string(),
        Segment::Key(key) => format!("[{key}]"),
    });
    parts.collect::<Vec<_>>().join(".")
}

#[test]
fn a_value_within_all_constraints_passes() {
    let input = json!({"Need": "é", "Size": 1});
    assert_eq!(broken(input), [("Need".into(), Rule::MinLength(2.0))]);
    let good =
        json!({"Need": "ééé", "Size": 10, "List": ["red"], "Map": {"red": 3}, "Blob": "AAAA", "Choice": {"A": 1}, "Real": 0.5});
    assert_eq!(broken(good), []);
}

#[test]
fn each_broken_constraint_is_found_at_its_place() {
    let is = |input: Value, path: &str, rule: Rule| {
        let mut input = input;
        if input.get("Need").is_none() {
            input["Need"] = "abc".into();
        }
        assert_eq!(broken(input), [(path.to_owned(), rule)]);
    };
    assert_eq!(broken(json!({})), [("Need".into(), Rule::Required)]);
    is(json!({"Need": "abcde"}), "Need", Rule::MaxLength(4.0));
    is(json!({"Need": "ab1"}), "Need", Rule::Pattern("[a-zé]+".into()));
    is(json!({"Size": 0}), "Size", Rule::MinValue(1.0));
    is(json!({"Size": 11}), "Size", Rule::MaxValue(10.0));
    is(json!({"Real": 0.25}), "Real", Rule::MinValue(0.5));
    is(json!({"List": []}), "List", Rule::MinLength(1.0));
    is(json!({"List": ["red", "red", "red"]}), "List", Rule::MaxLength(2.0));
    is(json!({"List": ["red", "blue"]}), "List.1", Rule::Enum(vec!["red", "green"]));
    is(json!({"Map": {"red": 1, "green": 2}}), "Map", Rule::MaxLength(1.0));
    is(json!({"Map": {"blue": 1}}), "Map.[blue]", Rule::Enum(vec!["red", "green"]));
    is(json!({"Map": {"red": 99}}), "Map.[red]", Rule::MaxValue(10.0));
    is(json!({"Blob": ""}), "Blob", Rule::MinLength(1.0));
    is(json!({"Blob": "AAAAAA=="}), "Blob", Rule::MaxLength(3.0));
    is(json!({"Choice": {}}), "Choice", Rule::Union);
    is(json!({"Choice": {"A": 1, "B": 1}}), "Choice", Rule::Union);
}

#[test]
fn not_more_violations_are_told_than_a_person_reads() {
    let list: Vec<&str> = vec!["blue"; 1000];
    assert_eq!(broken(json!({"Need": "abc", "List": list})).len(), 10);
}

#[test]
fn long_values_are_shortened_in_messages() {
    let call = Identified::of(Arc::new(Service::parse(STRICT).unwrap()), "Do").unwrap();
    let body = json!({"Need": "x".repeat(1 << 20)}).to_string();
    let error = wire::decode(&call, &Request { body: body.into(), ..Request::default() }).unwrap_err();
    assert!(error.failure(Some(&call), Protocol::Json11).message.len() < 1000);
}

#[test]
fn a_number_in_another_guise_is_still_that_number() {
    assert_eq!(broken(json!({"Need": "abc", "Size": 5.0})), []);
    let call = Identified::of(Arc::new(Service::parse(STRICT).unwrap()), "Do").unwrap();
    for wrong in [json!(5.5), json!("5"), json!(1e300), json!(true), json!([5])] {
        let body = json!({"Need": "abc", "Size": wrong}).to_string();
        let error = wire::decode(&call, &Request { body: body.into(), ..Request::default() }).unwrap_err();
        assert!(matches!(error, WireError::Mismatch { expected: "an integer", .. }), "{error}");
    }
}

#[test]
fn the_patterns_that_cannot_be_compiled_are_known_and_look_around() {
    let mut found = Vec::new();
    for name in MODELS.names() {
        let service = MODELS.service(name).unwrap();
        let odd = service.uncompiled_patterns();
        let looks_around = |source: &str| source.contains("(?!") || source.contains("(?<!") || source.contains("(?=");
        let others = odd.iter().filter(|(_, source)| !looks_around(source)).map(|(shape, _)| *shape);
        found.extend(others.map(|shape| format!("{name} {shape}")));
        if !odd.is_empty() {
            found.push(format!("{name} {}", odd.len()));
        }
    }
    let known = [
        "acm 1",
        "apprunner 1",
        "cognito-idp 1",
        "ec2 1",
        "events 1",
        "iam 1",
        "lambda 4",
        "route53resolver 2",
        "servicediscovery 3",
        "ssm InstancePropertyFilterValue",
        "ssm InstancePropertyStringFilterKey",
        "ssm TargetLocationsURL",
        "ssm 17",
    ];
    assert_eq!(found, known);
}
