//! From a request to a reply, purely: the table of the IMDSv2 documentation.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, SERVER};
use http::{Method, Request, Response, StatusCode};

use super::token::{Life, Tokens};
use super::tree::Instance;

const TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
const TOKEN_LIFE: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const TOKEN_PATH: &str = "/latest/api/token";

/// A reply, and how far its packets may travel if that is limited.
pub(crate) struct Reply {
    pub(crate) response: Response<Bytes>,
    pub(crate) ttl: Option<u32>,
}

impl From<StatusCode> for Reply {
    fn from(status: StatusCode) -> Self {
        let mut response = Response::new(Bytes::from_static(status.canonical_reason().unwrap_or_default().as_bytes()));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        response.headers_mut().insert(SERVER, HeaderValue::from_static("EC2ws"));
        Self { response, ttl: None }
    }
}

impl Reply {
    fn ok(body: impl Into<Bytes>) -> Self {
        let mut reply = Self::from(StatusCode::OK);
        *reply.response.body_mut() = body.into();
        reply
    }
}

/// Answers `request`; `now` is on the clock of `tokens`. An address that belongs to no instance is refused.
pub(crate) fn respond<B>(instance: Option<&Instance>, tokens: &Tokens, now: Duration, request: &Request<B>) -> Reply {
    match instance {
        Some(instance) if instance.settings.enabled => match *request.method() {
            Method::PUT => put(instance, tokens, now, request),
            Method::GET | Method::HEAD => read(instance, tokens, now, request),
            _ => StatusCode::METHOD_NOT_ALLOWED.into(),
        },
        _ => StatusCode::FORBIDDEN.into(),
    }
}

/// The only thing that may be put is a wish for a token; proxies that pass requests on do not get one.
fn put<B>(instance: &Instance, tokens: &Tokens, now: Duration, request: &Request<B>) -> Reply {
    if request.uri().path() != TOKEN_PATH || request.headers().contains_key(FORWARDED_FOR) {
        return StatusCode::FORBIDDEN.into();
    }
    let asked = request.headers().get(TOKEN_LIFE).and_then(|text| Life::parse(text.as_bytes()));
    let Some(life) = asked else {
        return StatusCode::BAD_REQUEST.into();
    };
    let mut reply = Reply::ok(tokens.issue(&instance.id, now, life));
    reply.response.headers_mut().insert(TOKEN_LIFE, life.seconds().into());
    reply.ttl = Some(instance.settings.hop_limit.ttl());
    reply
}

fn read<B>(instance: &Instance, tokens: &Tokens, now: Duration, request: &Request<B>) -> Reply {
    let remaining = match request.headers().get(TOKEN) {
        None if instance.settings.token_required => return StatusCode::UNAUTHORIZED.into(),
        None => None,
        Some(token) => match tokens.remaining(&instance.id, now, token.as_bytes()) {
            None => return StatusCode::UNAUTHORIZED.into(),
            remaining => remaining,
        },
    };
    let Some(body) = item(instance, request.uri().path()) else {
        return StatusCode::NOT_FOUND.into();
    };
    let mut reply = Reply::ok(body);
    if let Some(seconds) = remaining {
        reply.response.headers_mut().insert(TOKEN_LIFE, seconds.into());
    }
    reply
}

fn item(instance: &Instance, path: &str) -> Option<Bytes> {
    let path = path.strip_prefix('/')?;
    if path.is_empty() {
        return Some(Bytes::from_static(b"latest"));
    }
    let (version, rest) = path.split_once('/').unwrap_or((path, ""));
    if is_version(version) { instance.item(rest) } else { None }
}

/// `latest`, `1.0`, or a day such as `2021-03-23`; every version shows the same tree.
fn is_version(text: &str) -> bool {
    let day = |(at, byte): (usize, u8)| {
        if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
    };
    text == "latest" || text == "1.0" || (text.len() == 10 && text.bytes().enumerate().all(day))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::super::{HopLimit, Settings};
    use super::*;

    const NOW: Duration = Duration::from_secs(9);

    fn instance(settings: Settings) -> Instance {
        Instance::new("i-1", settings, [("meta-data/instance-id", "i-1"), ("user-data", "#!/bin/sh")])
    }

    fn required() -> Instance {
        instance(Settings { token_required: true, hop_limit: HopLimit::try_from(2).unwrap(), ..Settings::default() })
    }

    fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<()> {
        let with = |builder: http::request::Builder, (name, value): &(&str, &str)| builder.header(*name, *value);
        headers.iter().fold(Request::builder().method(method).uri(path), with).body(()).unwrap()
    }

    fn status(instance: &Instance, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
        let tokens = Tokens::with_random_key().unwrap();
        respond(Some(instance), &tokens, NOW, &request(method, path, headers)).response.status().as_u16()
    }

    #[test]
    fn a_token_lets_its_instance_read_and_may_travel_as_far_as_it_says() {
        let tokens = Tokens::with_random_key().unwrap();
        let wish = request("PUT", TOKEN_PATH, &[("X-aws-ec2-metadata-token-ttl-seconds", "60")]);
        let granted = respond(Some(&required()), &tokens, NOW, &wish);
        assert_eq!((granted.ttl, &granted.response.headers()[TOKEN_LIFE]), (Some(2), &HeaderValue::from(60)));
        let token = String::from_utf8(granted.response.body().to_vec()).unwrap();
        let read = request("GET", "/latest/meta-data/instance-id", &[("X-aws-ec2-metadata-token", &token)]);
        let reply = respond(Some(&required()), &tokens, NOW, &read);
        assert_eq!((reply.response.body().as_ref(), reply.ttl), (&b"i-1"[..], None));
        let later = respond(Some(&required()), &tokens, NOW + Duration::from_secs(60), &read);
        assert_eq!(later.response.status(), StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn a_request_without_a_token_depends_on_the_setting() {
        let path = "/latest/meta-data/instance-id";
        assert_eq!(status(&required(), "GET", path, &[]), 401);
        assert_eq!(status(&instance(Settings::default()), "GET", path, &[]), 200);
        let wrong = [("X-aws-ec2-metadata-token", "AAAA")];
        assert_eq!(status(&instance(Settings::default()), "GET", path, &wrong), 401);
    }

    #[test]
    fn a_token_is_refused_for_a_bad_life_a_proxy_and_another_path() {
        let life = ("X-aws-ec2-metadata-token-ttl-seconds", "60");
        assert_eq!(status(&required(), "PUT", TOKEN_PATH, &[]), 400);
        assert_eq!(status(&required(), "PUT", TOKEN_PATH, &[(life.0, "0")]), 400);
        assert_eq!(status(&required(), "PUT", TOKEN_PATH, &[life, ("X-Forwarded-For", "10.0.0.9")]), 403);
        assert_eq!(status(&required(), "PUT", "/2021-03-23/api/token", &[life]), 403);
    }

    #[test]
    fn a_disabled_endpoint_and_a_stranger_are_forbidden() {
        let off = instance(Settings { enabled: false, ..Settings::default() });
        assert_eq!(status(&off, "GET", "/latest/", &[]), 403);
        let tokens = Tokens::with_random_key().unwrap();
        let reply = respond(None, &tokens, NOW, &request("GET", "/", &[]));
        assert_eq!(reply.response.status(), StatusCode::FORBIDDEN);
    }

    #[test]
    fn every_version_shows_the_same_tree_and_nothing_else_exists() {
        let open = instance(Settings::default());
        for path in ["/", "/latest", "/latest/", "/latest/meta-data", "/2021-03-23/user-data", "/1.0/meta-data/"] {
            assert_eq!(status(&open, "GET", path, &[]), 200, "{path}");
        }
        for path in ["/latest/nothing", "/newest/", "/2021-3-23/", "//", "/latest//meta-data"] {
            assert_eq!(status(&open, "GET", path, &[]), 404, "{path}");
        }
        assert_eq!(status(&open, "POST", "/latest/", &[]), 405);
    }

    proptest! {
        #[test]
        fn no_path_and_no_token_make_it_panic(path in "/[!-~&&[^#<>\\\\\"^`{|}?]]{0,80}", token in "[!-~]{0,80}", put in any::<bool>()) {
            let method = if put { "PUT" } else { "GET" };
            let headers = [("X-aws-ec2-metadata-token", token.as_str())];
            if let Ok(request) = Request::builder().method(method).uri(path).header(headers[0].0, headers[0].1).body(()) {
                let tokens = Tokens::with_random_key().unwrap();
                let reply = respond(Some(&required()), &tokens, NOW, &request);
                prop_assert!(!reply.response.status().is_success(), "nobody guesses a token");
            }
        }
    }
}
