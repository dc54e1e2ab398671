//! Which requests a web page of another site made a browser send. A trusted listener believes every key, so it must
//! not believe those (Fetch Metadata Request Headers; RFC 6454, section 7).

use wire::Request;

/// The foreign site behind a request, if there is one. Only browsers say so; other clients send neither header.
pub(crate) fn foreign_site(request: &Request) -> Option<&str> {
    match request.header("origin") {
        Some(origin) => (!is_local(origin)).then_some(origin),
        None => request.header("sec-fetch-site").filter(|site| *site == "cross-site").map(|_| "another site"),
    }
}

fn is_local(origin: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let without_port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let host = without_port.map_or(authority, |(host, _)| host);
    host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn with(header: &'static str, value: &'static str) -> Request {
        let mut request = Request::default();
        request.headers.insert(header, HeaderValue::from_static(value));
        request
    }

    #[test]
    fn pages_of_this_machine_and_programs_are_no_strangers() {
        for origin in ["http://localhost:3000", "http://127.0.0.1", "https://app.localhost:8443", "http://[::1]:80"] {
            assert_eq!(foreign_site(&with("origin", origin)), None, "{origin}");
        }
        assert_eq!(foreign_site(&Request::default()), None);
        assert_eq!(foreign_site(&with("sec-fetch-site", "same-origin")), None);
    }

    #[test]
    fn pages_of_other_sites_are() {
        for origin in ["https://example.com", "null", "http://localhost.example.com", "http://127.0.0.1.example.com:80"] {
            assert_eq!(foreign_site(&with("origin", origin)), Some(origin));
        }
        assert!(foreign_site(&with("sec-fetch-site", "cross-site")).is_some());
    }
}
