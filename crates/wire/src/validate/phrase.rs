//! AWS's words for what is wrong with an input, per family of protocols.

use serde_json::Value;

use super::{Rule, Segment, Violation};
use crate::error::{Failure, WireError};
use crate::protocol::Protocol;

/// Longer values are cut in messages.
const SHOWN: usize = 128;

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
        Rule::Enum(values) => format!("Valid values are: {}.", values.join(", ")),
        Rule::Pattern(pattern) => format!("Expecting a value that matches {pattern}."),
        Rule::Union | Rule::Required => "Expecting exactly one member.".to_owned(),
    };
    Failure::new("InvalidParameterValue", format!("Value ({value}) for parameter {name} is invalid. {detail}"), 400)
}

fn clause(violation: &Violation) -> String {
    let value = violation.value.as_ref().map_or("null".to_owned(), |v| format!("'{v}'"));
    format!(
        "Value {value} at '{}' failed to satisfy constraint: Member must {}",
        camel(&violation.path),
        must(&violation.rule)
    )
}

fn must(rule: &Rule) -> String {
    match rule {
        Rule::Required => "not be null".to_owned(),
        Rule::MinLength(min) => format!("have length greater than or equal to {min}"),
        Rule::MaxLength(max) => format!("have length less than or equal to {max}"),
        Rule::MinValue(min) => format!("have value greater than or equal to {min}"),
        Rule::MaxValue(max) => format!("have value less than or equal to {max}"),
        Rule::Pattern(pattern) => format!("satisfy regular expression pattern: {pattern}"),
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
