//! Writes values as XML by their model.

use serde_json::Value;

use super::{present, text};
use crate::model::{Kind, Member, Service, Structure, flat_name};
use crate::timestamp::{TimeFormat, format_timestamp};

/// A document in the making.
pub(super) struct Writer<'s> {
    service: &'s Service,
    /// What elements of lists are called when the model does not say.
    item: &'static str,
    out: String,
}

impl<'s> Writer<'s> {
    pub(super) fn new(service: &'s Service, item: &'static str) -> Self {
        let mut out = String::with_capacity(1024);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        Writer { service, item, out }
    }

    /// A piece of a document, without declaration and root.
    pub(super) fn fragment(service: &'s Service) -> Self {
        Writer { service, item: "member", out: String::new() }
    }

    /// What was written so far.
    pub(super) fn into_text(self) -> String {
        self.out
    }

    /// Opens the root element, in the service's namespace.
    pub(super) fn root(&mut self, name: &str) {
        self.out.extend(["<", name]);
        if let Some(namespace) = self.service.namespace {
            self.attribute("xmlns", namespace);
        }
        self.out.push('>');
    }

    pub(super) fn open(&mut self, name: &str) {
        self.out.extend(["<", name, ">"]);
    }

    pub(super) fn close(&mut self, name: &str) {
        self.out.extend(["</", name, ">"]);
    }

    /// An element that holds text.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.open(name);
        escape(&mut self.out, text);
        self.close(name);
    }

    /// The document, its root closed.
    pub(super) fn finish(mut self, root: &str) -> String {
        self.close(root);
        self.out
    }

    /// Those of the members that the object has, in the order of the model.
    pub(super) fn members<'m>(&mut self, members: impl Iterator<Item = &'m Member>, object: &Value) {
        for member in members.filter(|m| !m.attribute) {
            let Some(value) = present(object, member.name) else { continue };
            let name = flat_name(self.service, member);
            match (&self.service.shape(member.shape).kind, value) {
                (Kind::List(list), Value::Array(items)) if self.service.is_flat(member) => {
                    items.iter().for_each(|item| self.element(name, &list.member, item));
                }
                (Kind::Map(map), Value::Object(entries)) if self.service.is_flat(member) => {
                    entries.iter().for_each(|(key, item)| self.entry(name, (&map.key, &map.value), key, item));
                }
                _ => self.element(name, member, value),
            }
        }
    }

    /// What stands inside of a member's element.
    pub(super) fn content(&mut self, member: &Member, value: &Value) {
        let service = self.service;
        match (&service.shape(member.shape).kind, value) {
            (Kind::Structure(inner), Value::Object(_)) => self.members(inner.members.iter(), value),
            (Kind::List(list), Value::Array(items)) => {
                let name = list.member.wire.unwrap_or(self.item);
                items.iter().for_each(|item| self.element(name, &list.member, item));
            }
            (Kind::Map(map), Value::Object(entries)) => {
                entries.iter().for_each(|(key, item)| self.entry("entry", (&map.key, &map.value), key, item));
            }
            (Kind::Timestamp, Value::Number(ms)) => {
                let format = service.time_format(member).unwrap_or(TimeFormat::Iso8601);
                self.out.push_str(&format_timestamp(ms.as_i64().unwrap_or_default(), format));
            }
            (_, value) => escape(&mut self.out, &text(value).unwrap_or_default()),
        }
    }

    fn element(&mut self, name: &str, member: &Member, value: &Value) {
        self.out.extend(["<", name]);
        if let Kind::Structure(inner) = &self.service.shape(member.shape).kind {
            self.attributes(member, inner, value);
        }
        self.out.push('>');
        self.content(member, value);
        self.close(name);
    }

    fn entry(&mut self, name: &str, (key, value): (&Member, &Member), text: &str, item: &Value) {
        self.open(name);
        self.leaf(key.wire.unwrap_or("key"), text);
        self.element(value.wire.unwrap_or("value"), value, item);
        self.close(name);
    }

    fn attributes(&mut self, member: &Member, inner: &Structure, value: &Value) {
        for attribute in inner.members.iter().filter(|m| m.attribute) {
            let Some(text) = present(value, attribute.name).and_then(text) else { continue };
            let name = self.service.wire_name(attribute);
            let namespace = member.namespace.or(inner.namespace);
            if let (Some((prefix, _)), Some(namespace)) = (name.split_once(':'), namespace) {
                self.attribute(&["xmlns:", prefix].concat(), namespace);
            }
            self.attribute(name, &text);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.extend([" ", name, "=\""]);
        escape(&mut self.out, value);
        self.out.push('"');
    }
}

/// An element that holds text.
pub(super) fn leaf(name: &str, text: &str) -> String {
    let mut out = format!("<{name}>");
    escape(&mut out, text);
    out.extend(["</", name, ">"]);
    out
}

/// Text as XML 1.0 can hold it: what it cannot hold becomes the replacement character.
fn escape(out: &mut String, text: &str) {
    let plain = |c: char| !matches!(c, '&' | '<' | '>' | '"' | '\'' | '\0'..'\t' | '\u{b}'..' ' | '\u{fffe}' | '\u{ffff}');
    if text.chars().all(plain) {
        out.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#xD;"),
            c if plain(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced_and_never_breaks_the_document() {
        let mut out = String::new();
        escape(&mut out, "a<b>&\"'\r\n\t\0\u{1b}é");
        assert_eq!(out, "a&lt;b&gt;&amp;&quot;&apos;&#xD;\n\t\u{fffd}\u{fffd}é");
    }
}
