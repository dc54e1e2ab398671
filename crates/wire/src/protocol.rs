//! The protocols of AWS, and which of them a request that we could not identify most likely speaks.

use serde::Deserialize;

use crate::request::Request;

/// How a request is written and its answer expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum Protocol {
    /// Form in, XML out, with EC2's own lists and error body.
    #[serde(rename = "ec2")]
    Ec2,
    /// Form in, XML out.
    #[serde(rename = "query")]
    Query,
    /// JSON both ways, operation in `X-Amz-Target`, `application/x-amz-json-1.0`.
    #[serde(rename = "json-1.0")]
    Json10,
    /// The same with `application/x-amz-json-1.1`.
    #[serde(rename = "json")]
    Json11,
    /// Method and path name the operation, bodies are JSON.
    #[serde(rename = "rest-json")]
    RestJson,
    /// Method and path name the operation, bodies are XML.
    #[serde(rename = "rest-xml")]
    RestXml,
    /// CBOR both ways, operation in the path.
    #[serde(rename = "smithy-rpc-v2-cbor")]
    RpcV2Cbor,
}

impl Protocol {
    /// The protocol in which to answer a request of which nothing but its looks is known.
    pub fn guess(request: &Request) -> Self {
        let content_type = request.header("content-type").unwrap_or_default();
        if request.header("smithy-protocol") == Some("rpc-v2-cbor") {
            Protocol::RpcV2Cbor
        } else if content_type.starts_with("application/x-amz-json-1.0") {
            Protocol::Json10
        } else if request.header("x-amz-target").is_some() {
            Protocol::Json11
        } else if content_type.starts_with("application/x-www-form-urlencoded") || request.query.contains("Action=") {
            Protocol::Query
        } else if content_type.contains("json") {
            Protocol::RestJson
        } else {
            Protocol::RestXml
        }
    }

    /// Whether method and path name the operation.
    pub(crate) fn is_rest(self) -> bool {
        matches!(self, Protocol::RestJson | Protocol::RestXml)
    }

    /// Whether the parameters come as a form.
    pub(crate) fn is_form(self) -> bool {
        matches!(self, Protocol::Ec2 | Protocol::Query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn guessed(headers: &[(&'static str, &'static str)], query: &str) -> Protocol {
        let headers = headers.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v)));
        Protocol::guess(&Request { headers: headers.collect(), query: query.to_owned(), ..Request::default() })
    }

    #[test]
    fn looks_tell_the_protocol() {
        assert_eq!(guessed(&[("smithy-protocol", "rpc-v2-cbor")], ""), Protocol::RpcV2Cbor);
        assert_eq!(guessed(&[("content-type", "application/x-amz-json-1.0")], ""), Protocol::Json10);
        assert_eq!(guessed(&[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "A.B")], ""), Protocol::Json11);
        assert_eq!(guessed(&[("x-amz-target", "A.B")], ""), Protocol::Json11);
        assert_eq!(guessed(&[("content-type", "application/x-www-form-urlencoded; charset=utf-8")], ""), Protocol::Query);
        assert_eq!(guessed(&[], "Action=X"), Protocol::Query);
        assert_eq!(guessed(&[("content-type", "application/json")], ""), Protocol::RestJson);
        assert_eq!(guessed(&[], ""), Protocol::RestXml);
    }
}
