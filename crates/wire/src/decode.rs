//! From a request to the value of its operation's input: parsed by the protocol, checked against the model.

mod cbor;
mod form;
mod json;
mod rest;
mod scalar;
mod xml;

use serde_json::{Map, Value};

use crate::error::WireError;
use crate::identify::Identified;
use crate::model::Member;
use crate::protocol::Protocol;
use crate::request::Request;
use crate::validate;

/// Deeper nesting than this is refused by every parser.
pub(crate) const DEEPEST: usize = 64;

/// The largest JSON or CBOR document: a 50 MB function in base64 has to fit.
const LARGEST_DOCUMENT: usize = 72 << 20;

/// The largest form or XML document.
const LARGEST_TEXT: usize = 8 << 20;

/// The input of a request, by the names of the model, checked against its constraints.
///
/// A member that the model does not know is an error and never dropped; that is stricter than AWS.
///
/// # Errors
/// [`WireError`] says what is wrong; [`WireError::failure`] says it in AWS's words.
pub fn decode(identified: &Identified, request: &Request) -> Result<Value, WireError> {
    let value = match identified.protocol {
        Protocol::Ec2 | Protocol::Query => form::decode(identified, bounded(request, LARGEST_TEXT)?)?,
        Protocol::Json10 | Protocol::Json11 => {
            let document = json::parse(&bounded(request, LARGEST_DOCUMENT)?.body)?;
            document_input(identified, document, json::structure)?
        }
        Protocol::RpcV2Cbor => {
            let document = cbor::parse(&bounded(request, LARGEST_DOCUMENT)?.body)?;
            document_input(identified, document, cbor::structure)?
        }
        Protocol::RestJson | Protocol::RestXml => rest::decode(identified, request)?,
    };
    let input = identified.operation().input;
    let violations = input.map(|shape| validate::violations(&identified.service, shape, &value)).unwrap_or_default();
    if violations.is_empty() { Ok(value) } else { Err(WireError::Invalid(violations)) }
}

/// An input that is one document.
fn document_input<D>(
    identified: &Identified,
    document: D,
    read: impl Fn(&json::Reader, &validate::Path, &[&Member], D) -> Result<Value, WireError>,
) -> Result<Value, WireError> {
    let service = &identified.service;
    let input = identified.operation().input.and_then(|id| service.structure(id));
    let members: Vec<&Member> = input.map(|s| s.members.iter().collect()).unwrap_or_default();
    read(&json::Reader { service }, &validate::Path::Root, &members, document)
}

/// The request, if its parser may have it whole: not too large, and not compressed.
fn bounded(request: &Request, limit: usize) -> Result<&Request, WireError> {
    if let Some(encoding) = request.header("content-encoding").filter(|e| !matches!(e.trim(), "" | "identity")) {
        return Err(WireError::Malformed(format!("the content encoding {} is not supported", validate::cut(encoding))));
    }
    if request.body.len() > limit || request.query.len() > limit {
        return Err(WireError::TooLarge { limit });
    }
    Ok(request)
}

/// A value that came in place of another type.
fn mismatch(path: &validate::Path, expected: &'static str, found: &str) -> WireError {
    WireError::Mismatch { path: path.segments(), expected, found: validate::cut(found) }
}

/// An object without members.
fn nothing() -> Value {
    Value::Object(Map::new())
}
