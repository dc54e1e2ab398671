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

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn with(name: &'static str, value: &[u8]) -> Request {
        let mut request = Request::default();
        request.headers.extend(HeaderValue::from_bytes(value).ok().map(|v| (http::HeaderName::from_static(name), v)));
        request
    }

    #[test]
    fn the_host_comes_without_its_port() {
        assert_eq!(with("host", b"localhost:4566").host(), Some("localhost"));
        assert_eq!(with("host", b"localhost").host(), Some("localhost"));
        assert_eq!(with("host", b"[::1]").host(), Some("[::1]"));
        assert_eq!(with("host", b"[::1]:80").host(), Some("[::1]"));
        assert_eq!(Request::default().host(), None);
    }

    #[test]
    fn a_header_that_is_not_text_is_as_good_as_absent() {
        assert_eq!(with("x-a", b"\xff").header("x-a"), None);
        assert_eq!(with("x-a", b"b").header("X-A"), Some("b"));
    }

    #[test]
    fn query_values_are_decoded() {
        let request = Request { query: "a=1%2F2&b=x+y&a=3&c".into(), ..Request::default() };
        assert_eq!(request.query_value("a").as_deref(), Some("1/2"));
        assert_eq!(request.query_value("b").as_deref(), Some("x y"));
        assert_eq!(request.query_value("c").as_deref(), Some(""));
        assert_eq!(request.query_value("d"), None);
    }
}
