//! The HTTP request and response as the wire sees them: whole, already read, nothing of a connection.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

/// An HTTP request whose body has been read.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path as it came, percent-encoded, without the query.
    pub path: String,
    /// What follows `?`, percent-encoded; empty when nothing does.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body. The caller bounds its size.
    pub body: Bytes,
}

impl Request {
    /// The first value of a header, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The host the client believes to speak to, without the port.
    pub fn host(&self) -> Option<&str> {
        let host = self.header("host")?;
        Some(host.rsplit_once(':').map_or(host, |(name, port)| if port.parse::<u16>().is_ok() { name } else { host }))
    }

    /// Whether the body is a form.
    pub(crate) fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|t| t.trim_start().starts_with("application/x-www-form-urlencoded"))
    }

    /// The first decoded value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// An HTTP response, ready to be sent.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers, without Content-Length.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}
