//! Checks a decoded input against the constraints of its model.

mod phrase;

use serde_json::Value;

use crate::model::{Bounds, Kind, Member, Service, ShapeId, Structure, Text};
pub(crate) use phrase::{cut, dotted, failure, mismatch, sentence};

/// More than so many violations are not told.
const MOST: usize = 10;

/// One broken constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Where, from the input's root.
    pub path: Vec<Segment>,
    /// Which constraint.
    pub rule: Rule,
    /// The value, shortened; `None` when it is missing.
    pub value: Option<String>,
}

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// A member of a structure.
    Member {
        /// Its name in the model.
        name: &'static str,
        /// Its name in a form of the ec2 protocol, but for the case of the first letter.
        wire: &'static str,
    },
    /// An element of a list, from 0.
    Index(usize),
    /// An entry of a map.
    Key(String),
}

/// A constraint of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// The member has to be there.
    Required,
    /// Shortest length, in characters, bytes or elements.
    MinLength(f64),
    /// Greatest length.
    MaxLength(f64),
    /// Least number.
    MinValue(f64),
    /// Greatest number.
    MaxValue(f64),
    /// The pattern that the whole text has to match.
    Pattern(String),
    /// The only values there are.
    Enum(Vec<&'static str>),
    /// Exactly one member of a union is set.
    Union,
}

/// All violations of an input, the first [`MOST`] of them.
pub(crate) fn violations(service: &Service, input: ShapeId, value: &Value) -> Vec<Violation> {
    let mut walk = Walk { service, found: Vec::new() };
    walk.value(&Path::Root, input, value);
    walk.found
}

/// The way to a value while it is walked, on the stack.
pub(crate) enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p Member, &'static str),
    Index(&'p Path<'p>, usize),
    Key(&'p Path<'p>, &'p str),
}

impl Path<'_> {
    pub(crate) fn segments(&self) -> Vec<Segment> {
        let (parent, segment) = match self {
            Path::Root => return Vec::new(),
            Path::Member(parent, member, wire) => (parent, Segment::Member { name: member.name, wire }),
            Path::Index(parent, at) => (parent, Segment::Index(*at)),
            Path::Key(parent, key) => (parent, Segment::Key((*key).to_owned())),
        };
        let mut segments = parent.segments();
        segments.push(segment);
        segments
    }
}

/// The step to a member, with its name on the wire.
pub(crate) fn step<'p>(service: &Service, path: &'p Path<'p>, member: &'p Member) -> Path<'p> {
    Path::Member(path, member, member.query.unwrap_or_else(|| service.wire_name(member)))
}

struct Walk<'s> {
    service: &'s Service,
    found: Vec<Violation>,
}

impl Walk<'_> {
    fn value(&mut self, path: &Path, shape: ShapeId, value: &Value) {
        let service = self.service;
        match (&service.shape(shape).kind, value) {
            (Kind::Structure(s), Value::Object(_)) => self.structure(path, s, value),
            (Kind::List(list), Value::Array(items)) => {
                self.length(path, &list.bounds, items.len(), value);
                for (at, item) in items.iter().enumerate() {
                    self.value(&Path::Index(path, at), list.member.shape, item);
                }
            }
            (Kind::Map(map), Value::Object(entries)) => {
                self.length(path, &map.bounds, entries.len(), value);
                for (key, item) in entries {
                    let path = Path::Key(path, key);
                    if let Kind::Text(Some(rules)) = &service.shape(map.key.shape).kind {
                        self.text(&path, rules, key, value);
                    }
                    self.value(&path, map.value.shape, item);
                }
            }
            (Kind::Text(Some(rules)), Value::String(text)) => self.text(path, rules, text, value),
            (Kind::Blob(Some(bounds)), Value::String(text)) => self.length(path, bounds, blob_length(text), value),
            (Kind::Integer(Some(bounds)) | Kind::Float(Some(bounds)), Value::Number(n)) => {
                self.number(path, bounds, n.as_f64().unwrap_or_default(), value);
            }
            _ => {}
        }
    }

    fn structure(&mut self, path: &Path, structure: &Structure, value: &Value) {
        for member in &structure.members {
            let path = step(self.service, path, member);
            match value.get(member.name) {
                Some(inner) => self.value(&path, member.shape, inner),
                None if member.required => self.report(&path, Rule::Required, None),
                None => {}
            }
        }
        if structure.union && value.as_object().is_some_and(|object| object.len() != 1) {
            self.report(path, Rule::Union, Some(value));
        }
    }

    fn text(&mut self, path: &Path, rules: &Text, text: &str, value: &Value) {
        let length = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        self.length(path, &rules.length, length, value);
        if !rules.values.is_empty() && !rules.values.contains(&text) {
            self.report(path, Rule::Enum(rules.values.to_vec()), Some(value));
        }
        let fits = rules.length.max.is_none_or(|max| length as f64 <= max);
        if let Some(pattern) = rules.pattern.as_ref().filter(|p| fits && !p.accepts(text)) {
            self.report(path, Rule::Pattern(pattern.source.to_string()), Some(value));
        }
    }

    fn length(&mut self, path: &Path, bounds: &Bounds, length: usize, value: &Value) {
        let length = length as f64;
        if let Some(min) = bounds.min.filter(|min| length < *min) {
            self.report(path, Rule::MinLength(min), Some(value));
        }
        if let Some(max) = bounds.max.filter(|max| length > *max) {
            self.report(path, Rule::MaxLength(max), Some(value));
        }
    }

    fn number(&mut self, path: &Path, bounds: &Bounds, number: f64, value: &Value) {
        if let Some(min) = bounds.min.filter(|min| number < *min) {
            self.report(path, Rule::MinValue(min), Some(value));
        }
        if let Some(max) = bounds.max.filter(|max| number > *max) {
            self.report(path, Rule::MaxValue(max), Some(value));
        }
    }

    fn report(&mut self, path: &Path, rule: Rule, value: Option<&Value>) {
        if self.found.len() < MOST {
            self.found.push(Violation { path: path.segments(), rule, value: value.map(phrase::shown) });
        }
    }
}

/// The length of what a padded base64 text encodes.
fn blob_length(text: &str) -> usize {
    text.len() / 4 * 3 - text.bytes().rev().take(2).filter(|b| *b == b'=').count().min(text.len() / 4 * 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_length_of_a_blob_is_known_without_decoding_it(bytes: Vec<u8>) {
            prop_assert_eq!(blob_length(&STANDARD.encode(&bytes)), bytes.len());
        }

        #[test]
        fn the_length_of_nonsense_is_some_length(text: String) {
            prop_assert!(blob_length(&text) <= text.len());
        }
    }
}
