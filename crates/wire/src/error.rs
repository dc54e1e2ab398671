//! What can go wrong with a request before a handler sees it, and the failure that its caller is told.

use serde_json::{Map, Value};

use crate::identify::Identified;
use crate::protocol::Protocol;
use crate::validate::{self, Segment, Violation};

/// Why a request could not be turned into an input.
#[derive(Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// AWS may have this service; we have no model for it.
    #[error("there is no service {name} here")]
    UnknownService {
        /// The service by the name botocore knows it, or else as the request named it.
        name: String,
    },
    /// The service has no such operation.
    #[error("{service} has no operation {operation}")]
    UnknownOperation {
        /// The service.
        service: String,
        /// The operation as the request named it, or its method and path.
        operation: String,
    },
    /// The service's operations are named by a parameter, and it is not there.
    #[error("The request must contain the parameter Action")]
    MissingAction,
    /// Neither signature nor target, action, path or host say for which service the request is.
    #[error("the request says nowhere for which service it is")]
    Unidentified,
    /// The operation's model has no such parameter.
    #[error("The parameter {name} is not recognized")]
    UnknownParameter {
        /// The parameter as the request wrote it.
        name: String,
    },
    /// The bytes are not of the form that the protocol prescribes.
    #[error("{0}")]
    Malformed(String),
    /// A value has another type than the model says.
    #[error("{} is not {expected}", validate::dotted(.path))]
    Mismatch {
        /// Where.
        path: Vec<Segment>,
        /// The type of the model, with its article: `an integer`.
        expected: &'static str,
        /// What came instead, shortened.
        found: String,
    },
    /// Values break constraints of the model.
    #[error("{}", validate::sentence(.0))]
    Invalid(Vec<Violation>),
    /// The request is larger than the protocol's parser takes.
    #[error("the request is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl WireError {
    /// The failure in AWS's words: code, message and status that this service and protocol use for it.
    pub fn failure(&self, identified: Option<&Identified>, protocol: Protocol) -> Failure {
        let code = |ec2: &str, query: &str, other: &str| match protocol {
            Protocol::Ec2 => ec2.to_owned(),
            Protocol::Query => query.to_owned(),
            _ => other.to_owned(),
        };
        let invalid = identified.and_then(|i| i.service.validation_code).unwrap_or(match protocol {
            Protocol::RestXml => "InvalidInput",
            _ => "ValidationException",
        });
        match self {
            WireError::UnknownService { .. } => Failure::new("NotImplemented", self.to_string(), 501),
            WireError::UnknownOperation { operation, .. } => {
                let status = if protocol.is_rest() { 404 } else { 400 };
                let code = code("InvalidAction", "InvalidAction", "UnknownOperationException");
                Failure::new(&code, format!("The action {operation} is not valid for this web service."), status)
            }
            WireError::MissingAction => Failure::new("MissingAction", self.to_string(), 400),
            WireError::Unidentified => {
                Failure::new("MissingAuthenticationToken", "Request is missing Authentication Token".into(), 403)
            }
            WireError::UnknownParameter { .. } => {
                Failure::new(&code("UnknownParameter", "ValidationError", invalid), self.to_string(), 400)
            }
            WireError::Malformed(_) => {
                let other = if protocol == Protocol::RestXml { "MalformedXML" } else { "SerializationException" };
                Failure::new(&code("MalformedQueryString", "MalformedQueryString", other), self.to_string(), 400)
            }
            WireError::Mismatch { .. } => {
                let other = if protocol == Protocol::RestXml { invalid } else { "SerializationException" };
                let code = code("InvalidParameterValue", "ValidationError", other);
                Failure::new(&code, validate::mismatch(self, protocol), 400)
            }
            WireError::Invalid(violations) => validate::failure(violations, protocol, invalid),
            WireError::TooLarge { .. } => Failure::new("RequestEntityTooLarge", self.to_string(), 413),
        }
    }
}

/// An error as a client of AWS sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The code that programs decide by: `InvalidVpcID.NotFound`.
    pub code: String,
    /// The text for people.
    pub message: String,
    /// The HTTP status; the error's own in the model has precedence.
    pub status: u16,
    /// Further members of the error's shape, by their model names.
    pub fields: Map<String, Value>,
}

impl Failure {
    /// A failure without further members.
    pub fn new(code: &str, message: String, status: u16) -> Self {
        Failure { code: code.to_owned(), message, status, fields: Map::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROTOCOLS: [Protocol; 7] = [
        Protocol::Ec2,
        Protocol::Query,
        Protocol::Json10,
        Protocol::Json11,
        Protocol::RestJson,
        Protocol::RestXml,
        Protocol::RpcV2Cbor,
    ];

    fn codes(error: &WireError) -> Vec<String> {
        let failures = PROTOCOLS.map(|p| error.failure(None, p));
        failures.iter().map(|f| format!("{} {}", f.status, f.code)).collect()
    }

    #[test]
    fn each_family_has_its_code_for_an_unknown_operation() {
        let error = WireError::UnknownOperation { service: "x".into(), operation: "Fly".into() };
        let json = "400 UnknownOperationException";
        let rest = "404 UnknownOperationException";
        assert_eq!(codes(&error), ["400 InvalidAction", "400 InvalidAction", json, json, rest, rest, json]);
        assert!(error.failure(None, Protocol::Ec2).message.contains("Fly"));
    }

    #[test]
    fn each_family_has_its_code_for_an_unknown_parameter() {
        let error = WireError::UnknownParameter { name: "Fly".into() };
        let other = "400 ValidationException";
        let expected = ["400 UnknownParameter", "400 ValidationError", other, other, other, "400 InvalidInput", other];
        assert_eq!(codes(&error), expected);
    }

    #[test]
    fn each_family_has_its_code_for_bytes_that_make_no_sense() {
        let query = "400 MalformedQueryString";
        let json = "400 SerializationException";
        let expected = [query, query, json, json, json, "400 MalformedXML", json];
        assert_eq!(codes(&WireError::Malformed("why".into())), expected);
    }

    #[test]
    fn each_family_has_its_code_for_a_wrong_type() {
        let path = vec![Segment::Member { name: "Port", wire: "port" }];
        let error = WireError::Mismatch { path, expected: "an integer", found: "x".into() };
        let json = "400 SerializationException";
        let expected = ["400 InvalidParameterValue", "400 ValidationError", json, json, json, "400 InvalidInput", json];
        assert_eq!(codes(&error), expected);
        assert_eq!(error.to_string(), "Port is not an integer");
        assert_eq!(error.failure(None, Protocol::Ec2).message, "Value (x) for parameter Port is invalid. Expected an integer.");
    }

    #[test]
    fn what_is_not_for_us_says_so_alike_everywhere() {
        assert_eq!(codes(&WireError::UnknownService { name: "x".into() }), ["501 NotImplemented"; 7]);
        assert_eq!(codes(&WireError::Unidentified), ["403 MissingAuthenticationToken"; 7]);
        assert_eq!(codes(&WireError::TooLarge { limit: 1 }), ["413 RequestEntityTooLarge"; 7]);
    }
}
