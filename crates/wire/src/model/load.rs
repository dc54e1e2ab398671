//! Reads a reduced model: names stay slices of the text, shape names become numbers.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;

use super::rules::Pattern;
use super::{Bounds, ErrorTrait, Kind, List, Map, Member, Operation, Pages, Place, Route, Service, Shape, ShapeId};
use super::{Structure, Text};
use crate::protocol::Protocol;
use crate::timestamp::TimeFormat;

impl Service {
    /// Reads a model as `scripts/models.py` writes it.
    ///
    /// # Errors
    /// When the text is no such model, or refers to a shape that it does not have.
    pub fn parse(text: &'static str) -> Result<Service, serde_json::Error> {
        let raw: RawService = serde_json::from_str(text)?;
        let ids = raw.shapes.iter().zip(0..).map(|(shape, at)| (shape.name, ShapeId(at))).collect();
        let resolver = Resolver { ids };
        let mut raw_operations = raw.operations;
        raw_operations.sort_by_key(|op| op.name);
        let shapes = raw.shapes.into_iter().map(|s| resolver.shape(s)).collect::<Result<Vec<_>, _>>()?;
        let rest = raw.protocols.iter().any(|p| p.is_rest());
        let routes = if rest { routes(&raw_operations) } else { Vec::new() };
        let operations = raw_operations.into_iter().map(|op| resolver.operation(op)).collect::<Result<_, _>>()?;
        Ok(Service {
            name: raw.name,
            signing_name: raw.signing,
            endpoint_prefix: raw.endpoint,
            version: raw.version,
            protocols: raw.protocols,
            json_10: raw.json == Some("1.0"),
            namespace: raw.namespace,
            validation_code: raw.validation,
            request_id_header: raw.request_id,
            bare_errors: raw.bare_errors,
            host_member: raw.host_member,
            routes,
            operations,
            shapes,
        })
    }
}

fn routes(operations: &[RawOperation]) -> Vec<Route> {
    operations.iter().enumerate().map(|(at, op)| Route::parse(at, op.method, op.uri)).collect()
}

struct Resolver {
    ids: HashMap<&'static str, ShapeId>,
}

impl Resolver {
    fn id(&self, name: &str) -> Result<ShapeId, serde_json::Error> {
        let missing = || serde::de::Error::custom(format!("the model has no shape {name}"));
        self.ids.get(name).copied().ok_or_else(missing)
    }

    fn operation(&self, raw: RawOperation) -> Result<Operation, serde_json::Error> {
        Ok(Operation {
            name: raw.name,
            input: raw.input.map(|name| self.id(name)).transpose()?,
            output: raw.output.map(|name| self.id(name)).transpose()?,
            unsigned: raw.unsigned,
            readonly: raw.readonly,
            pages: raw.pages.map(|p| Box::new(p.into())),
            status: raw.status.unwrap_or(200),
            result: raw.result,
        })
    }

    fn shape(&self, mut raw: RawShape) -> Result<Shape, serde_json::Error> {
        Ok(Shape { name: raw.name, wire: raw.wire, flat: raw.flat, time: raw.time, kind: self.kind(&mut raw)? })
    }

    fn kind(&self, raw: &mut RawShape) -> Result<Kind, serde_json::Error> {
        let bounds = Bounds { min: raw.min, max: raw.max };
        let boxed = (!bounds.is_empty()).then(|| Box::new(bounds));
        Ok(match raw.r#type {
            RawType::Structure => Kind::Structure(Box::new(self.structure(raw)?)),
            RawType::List => Kind::List(Box::new(List { member: self.part(raw.member.take())?, bounds })),
            RawType::Map => {
                Kind::Map(Box::new(Map { key: self.part(raw.key.take())?, value: self.part(raw.value.take())?, bounds }))
            }
            RawType::String | RawType::Character => Kind::Text(text(raw, bounds)),
            RawType::Blob => Kind::Blob(boxed),
            RawType::Integer | RawType::Long => Kind::Integer(boxed),
            RawType::Float | RawType::Double => Kind::Float(boxed),
            RawType::Boolean => Kind::Boolean,
            RawType::Timestamp => Kind::Timestamp,
            RawType::Document => Kind::Document,
        })
    }

    fn structure(&self, raw: &mut RawShape) -> Result<Structure, serde_json::Error> {
        let members = std::mem::take(&mut raw.members);
        Ok(Structure {
            members: members.into_iter().map(|m| self.member(m)).collect::<Result<_, _>>()?,
            payload: raw.payload,
            union: raw.union,
            unwrapped: raw.unwrapped,
            namespace: raw.namespace,
            error: raw.error.take().map(|e| ErrorTrait { code: e.code, status: e.status }),
        })
    }

    fn part(&self, raw: Option<RawMember>) -> Result<Member, serde_json::Error> {
        self.member(raw.ok_or_else(|| serde::de::Error::custom("a list or map does not say of what"))?)
    }

    fn member(&self, raw: RawMember) -> Result<Member, serde_json::Error> {
        Ok(Member {
            name: raw.name,
            shape: self.id(raw.shape)?,
            place: raw.place,
            required: raw.required,
            flat: raw.flat,
            attribute: raw.attribute,
            time: raw.time,
            wire: raw.wire,
            query: raw.query,
            namespace: raw.namespace,
        })
    }
}

fn text(raw: &mut RawShape, length: Bounds) -> Option<Box<Text>> {
    let values = std::mem::take(&mut raw.r#enum).into_boxed_slice();
    let pattern = raw.pattern.take().map(|p| Pattern::new(p.0));
    (!length.is_empty() || !values.is_empty() || pattern.is_some()).then(|| Box::new(Text { length, values, pattern }))
}

#[derive(Deserialize)]
struct RawService {
    name: &'static str,
    signing: &'static str,
    endpoint: &'static str,
    version: &'static str,
    protocols: Vec<Protocol>,
    json: Option<&'static str>,
    namespace: Option<&'static str>,
    validation: Option<&'static str>,
    request_id: Option<&'static str>,
    #[serde(default)]
    bare_errors: bool,
    host_member: Option<&'static str>,
    operations: Vec<RawOperation>,
    shapes: Vec<RawShape>,
}

#[derive(Deserialize)]
#[serde(default)]
struct RawOperation {
    name: &'static str,
    method: &'static str,
    uri: &'static str,
    status: Option<u16>,
    input: Option<&'static str>,
    output: Option<&'static str>,
    result: Option<&'static str>,
    unsigned: bool,
    readonly: bool,
    pages: Option<RawPages>,
}

impl Default for RawOperation {
    fn default() -> Self {
        RawOperation {
            name: "",
            method: "POST",
            uri: "/",
            status: None,
            input: None,
            output: None,
            result: None,
            unsigned: false,
            readonly: false,
            pages: None,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawPages {
    input: Vec<&'static str>,
    output: Vec<&'static str>,
    limit: Option<&'static str>,
    result: Vec<&'static str>,
}

impl From<RawPages> for Pages {
    fn from(raw: RawPages) -> Self {
        Pages { input: raw.input, output: raw.output, limit: raw.limit, result: raw.result }
    }
}

#[derive(Deserialize)]
struct RawShape {
    name: &'static str,
    r#type: RawType,
    wire: Option<&'static str>,
    #[serde(default)]
    flat: bool,
    payload: Option<&'static str>,
    #[serde(default)]
    union: bool,
    #[serde(default)]
    unwrapped: bool,
    namespace: Option<&'static str>,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<Escaped>,
    #[serde(default)]
    r#enum: Vec<&'static str>,
    time: Option<TimeFormat>,
    #[serde(default)]
    members: Vec<RawMember>,
    member: Option<RawMember>,
    key: Option<RawMember>,
    value: Option<RawMember>,
    error: Option<RawError>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawType {
    Structure,
    List,
    Map,
    String,
    Character,
    Blob,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Document,
}

#[derive(Deserialize)]
struct RawMember {
    name: &'static str,
    shape: &'static str,
    #[serde(default, rename = "in")]
    place: Place,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    flat: bool,
    #[serde(default)]
    attribute: bool,
    time: Option<TimeFormat>,
    wire: Option<&'static str>,
    query: Option<&'static str>,
    namespace: Option<&'static str>,
}

#[derive(Deserialize)]
struct RawError {
    code: Option<&'static str>,
    status: Option<u16>,
}

/// Text that may hold escapes and so may not be a slice of the file.
#[derive(Deserialize)]
struct Escaped(Cow<'static, str>);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_to_nothing_is_refused() {
        let text = r#"{"name":"x","signing":"x","endpoint":"x","version":"1","protocols":["json"],
            "operations":[{"name":"A","input":"Gone"}],"shapes":[]}"#;
        assert!(Service::parse(text).unwrap_err().to_string().contains("no shape Gone"));
    }

    #[test]
    fn a_member_stays_small() {
        assert!(size_of::<Member>() <= 80, "{}", size_of::<Member>());
        assert!(size_of::<Shape>() <= 56, "{}", size_of::<Shape>());
    }
}
