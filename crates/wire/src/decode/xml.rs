//! Inputs written as XML documents.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value};

use super::{DEEPEST, scalar};
use crate::error::WireError;
use crate::model::{Kind, Member, Service, flat_name};
use crate::validate::{Path, cut, step};

/// More elements than this are refused.
const MOST: usize = 200_000;

/// More attributes on one element than this are refused: looking for doubles among them takes their square.
const MOST_ATTRIBUTES: usize = 32;

/// An element with what it holds; prefixes of names are dropped.
#[derive(Debug, Default)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

/// The root element of a document. Document types and entities of one's own are refused.
pub(super) fn parse(body: &[u8]) -> Result<Element, WireError> {
    let text = std::str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let (mut open, mut root, mut count) = (Vec::<Element>::new(), None, 0);
    loop {
        match reader.read_event().map_err(malformed)? {
            Event::Start(start) => {
                count += 1;
                if open.len() == DEEPEST || count > MOST || root.is_some() {
                    return Err(malformed("it is nested too deeply, too large, or has two roots"));
                }
                open.push(element(&start)?);
            }
            Event::End(_) => {
                let done = open.pop().ok_or_else(|| malformed("an element ends that did not begin"))?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => root = Some(done),
                }
            }
            Event::Text(text) => push(&mut open, &text.xml10_content()),
            Event::CData(text) => push(&mut open, &text.xml10_content()),
            Event::GeneralRef(entity) => push(&mut open, resolved(&entity)?.encode_utf8(&mut [0; 4])),
            Event::DocType(_) => return Err(malformed("it has a document type")),
            Event::Eof if open.is_empty() => break,
            Event::Eof => return Err(malformed("it ends within an element")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    root.ok_or_else(|| malformed("it has no element"))
}

/// An element with the given members as children and attributes.
pub(super) fn structure(service: &Service, path: &Path, members: &[&Member], element: &Element) -> Result<Value, WireError> {
    let mut out = Map::new();
    for (name, text) in &element.attributes {
        let named = |m: &&&Member| m.attribute && service.wire_name(m).rsplit(':').next() == Some(name);
        if let Some(member) = members.iter().find(named) {
            let value = scalar::read(service, member.shape, text);
            out.insert(member.name.to_owned(), value.ok_or_else(|| mismatch(service, path, member, text))?);
        }
    }
    for child in &element.children {
        let member = members.iter().find(|m| !m.attribute && flat_name(service, m) == child.name);
        let member = member.ok_or_else(|| WireError::UnknownParameter { name: cut(&child.name) })?;
        let path = step(service, path, member);
        match &service.shape(member.shape).kind {
            Kind::List(list) if service.is_flat(member) => {
                let item = read(service, &path, &list.member, child)?;
                if let Value::Array(items) = out.entry(member.name).or_insert_with(|| Value::Array(Vec::new())) {
                    items.push(item);
                }
            }
            Kind::Map(map) if service.is_flat(member) => {
                let (key, item) = entry(service, &path, (&map.key, &map.value), child)?;
                if let Value::Object(entries) = out.entry(member.name).or_insert_with(super::nothing) {
                    entries.insert(key, item);
                }
            }
            _ => {
                if out.insert(member.name.to_owned(), read(service, &path, member, child)?).is_some() {
                    return Err(malformed(format!("the element {} is given more than once", cut(&child.name))));
                }
            }
        }
    }
    Ok(Value::Object(out))
}

/// A value of a member's shape.
pub(super) fn read(service: &Service, path: &Path, member: &Member, element: &Element) -> Result<Value, WireError> {
    match &service.shape(member.shape).kind {
        Kind::Structure(inner) => {
            let members: Vec<&Member> = inner.members.iter().collect();
            structure(service, path, &members, element)
        }
        Kind::List(list) => {
            let name = list.member.wire.unwrap_or("member");
            let items = element.children.iter().enumerate().map(|(at, child)| {
                if child.name != name && child.name != "member" {
                    return Err(WireError::UnknownParameter { name: cut(&child.name) });
                }
                read(service, &Path::Index(path, at), &list.member, child)
            });
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        Kind::Map(map) => {
            let entries = element.children.iter().map(|child| entry(service, path, (&map.key, &map.value), child));
            entries.collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        _ if !element.children.is_empty() => Err(mismatch(service, path, member, &element.children[0].name)),
        _ => {
            let value = scalar::read(service, member.shape, &element.text);
            value.ok_or_else(|| mismatch(service, path, member, &element.text))
        }
    }
}

fn entry(
    service: &Service,
    path: &Path,
    (key, value): (&Member, &Member),
    element: &Element,
) -> Result<(String, Value), WireError> {
    let child = |name: &str| element.children.iter().find(|c| c.name == name);
    let (Some(name), Some(inner)) = (child(key.wire.unwrap_or("key")), child(value.wire.unwrap_or("value"))) else {
        return Err(malformed("an entry of a map needs both a key and a value"));
    };
    Ok((name.text.clone(), read(service, &Path::Key(path, &name.text), value, inner)?))
}

fn element(start: &BytesStart) -> Result<Element, WireError> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(malformed)?;
        if attributes.len() == MOST_ATTRIBUTES {
            return Err(malformed(format!("an element has more than {MOST_ATTRIBUTES} attributes")));
        }
        let name = attribute.key.local_name().as_ref().to_owned();
        attributes.push((name, attribute.normalized_value(XmlVersion::Implicit1_0).map_err(malformed)?.into_owned()));
    }
    Ok(Element { name: start.local_name().as_ref().to_owned(), attributes, ..Element::default() })
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn resolved(entity: &BytesRef) -> Result<char, WireError> {
    if let Some(character) = entity.resolve_char_ref().map_err(malformed)? {
        return Ok(character);
    }
    match &*entity.xml10_content() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(malformed(format!("it uses the unknown entity {}", cut(other)))),
    }
}

fn mismatch(service: &Service, path: &Path, member: &Member, found: &str) -> WireError {
    super::mismatch(path, scalar::described(service, member.shape), found)
}

fn malformed(why: impl std::fmt::Display) -> WireError {
    WireError::Malformed(format!("The XML you provided is not well-formed: {why}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(document: &str) -> String {
        parse(document.as_bytes()).unwrap().text
    }

    #[test]
    fn text_is_put_together_from_its_pieces() {
        assert_eq!(text("<a>x &lt;&#x41;&#66;&amp;<![CDATA[<y>]]> z</a>"), "x <AB&<y> z");
        assert_eq!(text("\u{feff}<?xml version='1.0'?><!-- c --><a>x<!-- no -->y</a>"), "xy");
        assert_eq!(text("<a/>"), "");
    }

    #[test]
    fn prefixes_are_dropped_and_attributes_kept() {
        let root = parse(b"<n:a xmlns:n='u' n:type='t&quot;'><n:b/></n:a>").unwrap();
        assert_eq!((root.name.as_str(), root.children[0].name.as_str()), ("a", "b"));
        assert!(root.attributes.contains(&("type".into(), "t\"".into())));
    }

    #[test]
    fn too_much_of_anything_is_refused() {
        let refused = |document: String| parse(document.as_bytes()).unwrap_err().to_string();
        let attributes: String = (0..100_000).map(|n| format!(" a{n}='1'")).collect();
        assert!(refused(format!("<a{attributes}/>")).contains("more than 32 attributes"));
        assert!(refused(format!("<a>{}</a>", "<b/>".repeat(MOST))).contains("too large"));
        assert!(refused("<a>".repeat(DEEPEST + 1)).contains("too deeply"));
    }

    #[test]
    fn what_is_not_one_element_is_refused() {
        for document in
            ["", "  ", "<!-- a -->", "<a/><b/>", "</a>", "<a></b>", "<a", "<a b></a>", "<a>&x;</a>", "<a>&#xFFFFFFF;</a>"]
        {
            assert!(parse(document.as_bytes()).is_err(), "{document}");
        }
    }
}
