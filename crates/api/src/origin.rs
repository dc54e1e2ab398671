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

/// The host that a request is for, if it is one whose owner can be somebody else: a web site may give its own name our
/// address and then speaks to us as its own (DNS rebinding). Names without a dot, of AWS and of LocalStack are nobody's else.
pub(crate) fn foreign_host(request: &Request) -> Option<&str> {
    let authority = request.header("host")?;
    let host = host(authority).trim_end_matches('.').to_ascii_lowercase();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>().is_ok();
    let ours = |domain: &&str| host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let known = literal || !host.contains('.') || OURS.iter().any(ours);
    (!known).then_some(authority)
}

/// Domains in which no stranger has a name.
const OURS: [&str; 5] = ["localhost", "amazonaws.com", "localhost.localstack.cloud", "docker.internal", "api.aws"];

fn is_local(origin: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let host = host(authority);
    host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]"
}

/// An authority without its port.
fn host(authority: &str) -> &str {
    let without_port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    without_port.map_or(authority, |(host, _)| host)
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

    #[test]
    fn the_names_under_which_programs_reach_us_are_no_web_sites() {
        for host in [
            "127.0.0.1:4566",
            "[::1]:4566",
            "::1",
            "10.0.0.4",
            "localhost:4566",
            "underpass:4566",
            "host.docker.internal",
            "bucket.s3.us-east-1.amazonaws.com",
            "b.s3.localhost.localstack.cloud:4566",
            "LOCALHOST",
            "localhost.",
        ] {
            assert_eq!(foreign_host(&with("host", host)), None, "{host}");
        }
        assert_eq!(foreign_host(&Request::default()), None);
    }

    #[test]
    fn a_web_site_that_gave_its_name_our_address_is_one() {
        for host in ["evil.example", "evil.example:4566", "amazonaws.com.evil.example", "notamazonaws.com", "127.0.0.1.nip.io"] {
            assert_eq!(foreign_host(&with("host", host)), Some(host));
        }
    }
}
