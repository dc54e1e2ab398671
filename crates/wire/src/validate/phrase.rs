//! AWS's words for what is wrong with an input, per family of protocols.

use serde_json::Value;

use super::{Rule, Segment, Violation};
use crate::error::{Failure, WireError};
use crate::protocol::Protocol;

/// Longer values are cut in messages.
const SHOWN: usize = 128;
/// More possible values are not listed in messages.
const LISTED: usize = 40;

/// The failure for the violations, of which there is at least one.
pub(crate) fn failure(violations: &[Violation], protocol: Protocol, code: &str) -> Failure {
    match (protocol, violations.first()) {
        (Protocol::Ec2, Some(first)) => ec2(first),
        (Protocol::Query, _) => Failure::new("ValidationError", sentence(violations), 400),
        _ => Failure::new(code, sentence(violations), 400),
    }
}

/// `2 validation errors detected: Value '…' at '…' failed to satisfy constraint: …; …`
pub(crate) fn sentence(violations: &[Violation]) -> String {
    let plural = if violations.len() == 1 { "" } else { "s" };
    let each: Vec<String> = violations.iter().map(clause).collect();
    format!("{} validation error{plural} detected: {}", violations.len(), each.join("; "))
}

/// The words for a [`WireError::Mismatch`].
pub(crate) fn mismatch(error: &WireError, protocol: Protocol) -> String {
    match (error, protocol) {
        (WireError::Mismatch { path, expected, found }, Protocol::Ec2) => {
            format!("Value ({found}) for parameter {} is invalid. Expected {expected}.", parameter(path))
        }
        (WireError::Mismatch { path, expected, found }, Protocol::Query | Protocol::RestXml) => {
            format!("Value '{found}' at '{}' is not {expected}", camel(path))
        }
        (WireError::Mismatch { path, expected, found }, _) => {
            format!("{found} can not be converted to {expected} at '{}'", camel(path))
        }
        _ => error.to_string(),
    }
}

/// A path by the model's names: `Tags.1.Key`.
pub(crate) fn dotted(path: &[Segment]) -> String {
    joined(path, |name, _| name.to_owned(), |at| at.to_string())
}

/// A value as it is shown in a message.
pub(crate) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().take(16).map(shown).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    };
    cut(&text)
}

/// A text cut to what a message may hold.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn ec2(violation: &Violation) -> Failure {
    let name = parameter(&violation.path);
    let Some(value) = &violation.value else {
        return Failure::new("MissingParameter", format!("The request must contain the parameter {name}"), 400);
    };
    let detail = match &violation.rule {
        Rule::MinValue(min) => format!("Expecting a value greater than or equal to {min}."),
        Rule::MaxValue(max) => format!("Expecting a value less than or equal to {max}."),
        Rule::MinLength(min) => format!("Expecting a length greater than or equal to {min}."),
        Rule::MaxLength(max) => format!("Expecting a length less than or equal to {max}."),
        // Nobody reads through a thousand instance types.
        Rule::Enum(values) if values.len() > LISTED => format!("It is none of {} known values.", values.len()),
        Rule::Enum(values) => format!("Valid values are: {}.", values.join(", ")),
        Rule::Pattern(pattern) => format!("Expecting a value that matches {pattern}."),
        Rule::Union | Rule::Required => "Expecting exactly one member.".to_owned(),
    };
    Failure::new("InvalidParameterValue", format!("Value ({value}) for parameter {name} is invalid. {detail}"), 400)
}

fn clause(violation: &Violation) -> String {
    let value = violation.value.as_ref().map_or("null".to_owned(), |v| format!("'{v}'"));
    format!("Value {value} at '{}' failed to satisfy constraint: Member must {}", camel(&violation.path), must(&violation.rule))
}

fn must(rule: &Rule) -> String {
    match rule {
        Rule::Required => "not be null".to_owned(),
        Rule::MinLength(min) => format!("have length greater than or equal to {min}"),
        Rule::MaxLength(max) => format!("have length less than or equal to {max}"),
        Rule::MinValue(min) => format!("have value greater than or equal to {min}"),
        Rule::MaxValue(max) => format!("have value less than or equal to {max}"),
        Rule::Pattern(pattern) => format!("satisfy regular expression pattern: {pattern}"),
        Rule::Enum(values) if values.len() > LISTED => format!("be one of {} known values", values.len()),
        Rule::Enum(values) => format!("satisfy enum value set: [{}]", values.join(", ")),
        Rule::Union => "have exactly one of its members set".to_owned(),
    }
}

/// `Filter.1.Name`, as a form of EC2 has it.
fn parameter(path: &[Segment]) -> String {
    joined(path, |_, wire| with_first(wire, char::to_ascii_uppercase), |at| at.to_string())
}

/// `tags.1.member.key`, as most services print it.
fn camel(path: &[Segment]) -> String {
    joined(path, |name, _| with_first(name, char::to_ascii_lowercase), |at| format!("{at}.member"))
}

fn joined(path: &[Segment], member: impl Fn(&str, &str) -> String, index: impl Fn(usize) -> String) -> String {
    let parts = path.iter().map(|segment| match segment {
        Segment::Member { name, wire } => member(name, wire),
        Segment::Index(at) => index(at + 1),
        Segment::Key(key) => cut(key),
    });
    parts.collect::<Vec<_>>().join(".")
}

fn with_first(name: &str, change: impl Fn(&char) -> char) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| change(&first)).into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> Vec<Segment> {
        let member = |name, wire| Segment::Member { name, wire };
        vec![member("Tags", "tagSet"), Segment::Index(1), member("Key", "key")]
    }

    fn violation(rule: Rule, value: Option<&str>) -> Violation {
        Violation { path: path(), rule, value: value.map(str::to_owned) }
    }

    #[test]
    fn paths_are_written_as_each_family_writes_them() {
        assert_eq!(parameter(&path()), "TagSet.2.Key");
        assert_eq!(camel(&path()), "tags.2.member.key");
        assert_eq!(dotted(&path()), "Tags.2.Key");
        assert_eq!(camel(&[Segment::Key("a.b".into())]), "a.b");
    }

    #[test]
    fn every_rule_has_its_sentence() {
        let clause = |rule| clause(&violation(rule, Some("v")));
        let start = "Value 'v' at 'tags.2.member.key' failed to satisfy constraint: Member must ";
        let told = [
            (Rule::MinLength(2.0), "have length greater than or equal to 2"),
            (Rule::MaxLength(3.0), "have length less than or equal to 3"),
            (Rule::MinValue(0.5), "have value greater than or equal to 0.5"),
            (Rule::MaxValue(65535.0), "have value less than or equal to 65535"),
            (Rule::Pattern("[a-z]+".into()), "satisfy regular expression pattern: [a-z]+"),
            (Rule::Enum(vec!["a", "b"]), "satisfy enum value set: [a, b]"),
            (Rule::Union, "have exactly one of its members set"),
        ];
        for (rule, text) in told {
            assert_eq!(clause(rule), [start, text].concat());
        }
    }

    #[test]
    fn ec2_tells_the_first_of_several() {
        let both = [violation(Rule::Required, None), violation(Rule::MinLength(1.0), Some(""))];
        let told = failure(&both, Protocol::Ec2, "unused");
        assert_eq!(
            (told.code.as_str(), told.message.as_str()),
            ("MissingParameter", "The request must contain the parameter TagSet.2.Key")
        );
        let rules = [Rule::MinLength(1.0), Rule::MaxLength(1.0), Rule::MaxValue(1.0), Rule::Pattern("a".into()), Rule::Union];
        for rule in rules {
            let told = failure(&[violation(rule, Some("v"))], Protocol::Ec2, "unused");
            assert_eq!(told.code, "InvalidParameterValue");
            assert!(told.message.starts_with("Value (v) for parameter TagSet.2.Key is invalid. Expecting "), "{}", told.message);
        }
    }

    #[test]
    fn a_few_possible_values_are_listed_and_hundreds_are_not() {
        let told =
            |count: usize, protocol| failure(&[violation(Rule::Enum(vec!["t3.nano"; count]), Some("t9"))], protocol, "x").message;
        assert_eq!(told(1, Protocol::Ec2), "Value (t9) for parameter TagSet.2.Key is invalid. Valid values are: t3.nano.");
        assert_eq!(told(900, Protocol::Ec2), "Value (t9) for parameter TagSet.2.Key is invalid. It is none of 900 known values.");
        assert!(told(900, Protocol::Query).ends_with("failed to satisfy constraint: Member must be one of 900 known values"));
    }

    #[test]
    fn others_count_and_tell_all() {
        let both = [violation(Rule::Required, None), violation(Rule::MinLength(1.0), Some(""))];
        let told = failure(&both, Protocol::Json11, "ValidationException");
        assert_eq!(told.code, "ValidationException");
        assert!(told.message.starts_with("2 validation errors detected: Value null at 'tags.2.member.key'"), "{}", told.message);
        assert!(told.message.contains("; Value '' at"), "{}", told.message);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(cut(&"é".repeat(SHOWN + 1)), format!("{}…", "é".repeat(SHOWN)));
        assert_eq!(shown(&serde_json::json!(["a", 1, [true]])), "[a, 1, [true]]");
    }
}
