//! What a request says about whom it is for: signature scope, target, action, path, host.

use std::borrow::Cow;

use crate::model::Service;
use crate::protocol::Protocol;
use crate::registry::{Listing, Models};
use crate::request::Request;

/// Everything in a request that points to its service and operation.
#[derive(Debug)]
pub(crate) struct Clues<'r> {
    /// The service in the credential scope of the signature.
    pub(crate) scope: Option<&'r str>,
    pub(crate) target: Option<&'r str>,
    /// Service and operation of an RPC v2 path.
    pub(crate) rpc: Option<(&'r str, &'r str)>,
    pub(crate) action: Option<String>,
    pub(crate) version: Option<String>,
    host: Option<&'r str>,
}

impl<'r> Clues<'r> {
    pub(crate) fn of(request: &'r Request) -> Self {
        let (action, version) = action(request);
        let rpc = request.headers.contains_key("smithy-protocol").then(|| rpc(&request.path)).flatten();
        let scope = scope(request);
        Clues { scope, target: request.header("x-amz-target"), rpc, action, version, host: request.host() }
    }

    /// The services that the scope means or, without one, the host. Empty when neither says anything known.
    pub(crate) fn candidates<'m>(&self, models: &'m Models) -> Vec<&'m Listing> {
        let all = models.listings.iter();
        match (self.scope, self.host) {
            (Some(scope), _) => all.filter(|l| l.signing == scope).collect(),
            (None, Some(host)) => {
                let labels = host.matches('.').count();
                let best = (0..labels).find_map(|at| {
                    let rest = host.splitn(at + 1, '.').last()?;
                    let fits = |l: &&Listing| rest.strip_prefix(l.endpoint).is_some_and(|r| r.starts_with('.'));
                    let found: Vec<_> = models.listings.iter().filter(fits).collect();
                    (!found.is_empty()).then_some(found)
                });
                best.unwrap_or_default()
            }
            (None, None) => Vec::new(),
        }
    }

    /// Whether `Action` can name the operation: a service that is known and never takes forms may have a parameter of
    /// that name.
    pub(crate) fn may_be_a_form(&self, models: &Models) -> bool {
        let candidates = self.candidates(models);
        candidates.is_empty() || candidates.iter().any(|l| l.speaks(Protocol::is_form))
    }

    /// The path as the templates have it: some services bind the first label of the host to a member.
    pub(crate) fn path_with_host(&self, service: &Service, request: &'r Request) -> Cow<'r, str> {
        let bound = service.host_member.and(self.host).and_then(|host| {
            let (label, _) = host.split_once(&format!(".{}.", service.endpoint_prefix))?;
            named_in(label)
        });
        match bound {
            Some(label) => Cow::Owned(format!("/{label}{}", request.path)),
            None => Cow::Borrowed(&request.path),
        }
    }
}

/// What the labels before a service's name bind. At a VPC endpoint they end with its own name, `bucket.vpce-…`, which binds
/// nothing.
fn named_in(label: &str) -> Option<&str> {
    let endpoint = label.match_indices("vpce-").map(|(at, _)| at).find(|at| *at == 0 || label[..*at].ends_with('.'));
    let bound = match endpoint {
        None => label,
        Some(at) => {
            let before = label[..at].trim_end_matches('.');
            if before == "bucket" { "" } else { before.strip_suffix(".bucket").unwrap_or(before) }
        }
    };
    (!bound.is_empty()).then_some(bound)
}

/// The service in `Credential=AKID/20260101/us-east-1/ec2/aws4_request`, of the header or of a presigned URL.
fn scope(request: &Request) -> Option<&str> {
    let header = request.header("authorization").and_then(|value| value.split_once("Credential="));
    if let Some((_, rest)) = header {
        let credential = rest.split([',', ' ']).next()?;
        return service_of(credential, "/");
    }
    let Some(presigned) = request.query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential=")) else {
        return old_presigned(request);
    };
    service_of(presigned, "/").or_else(|| service_of(presigned, "%2F")).or_else(|| service_of(presigned, "%2f"))
}

/// A URL that was presigned the old way, without a scope: only S3 has such.
fn old_presigned(request: &Request) -> Option<&'static str> {
    let has = |name: &str| request.query.split('&').any(|pair| pair.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')));
    let all = ["AWSAccessKeyId", "Signature", "Expires"].into_iter().all(has);
    (all && !has("Action")).then_some("s3")
}

/// The last part but one of a credential scope.
fn service_of<'c>(credential: &'c str, separator: &str) -> Option<&'c str> {
    let mut parts = credential.rsplit(separator);
    let (_terminator, service) = (parts.next()?, parts.next()?);
    parts.next().map(|_| service)
}

fn rpc(path: &str) -> Option<(&str, &str)> {
    let (before, operation) = path.rsplit_once("/operation/")?;
    let (_, service) = before.rsplit_once("/service/").or_else(|| before.split_once("service/"))?;
    Some((service, operation))
}

/// `Action` and `Version` of the query or of a form.
fn action(request: &Request) -> (Option<String>, Option<String>) {
    let (mut action, mut version) = (None, None);
    let body = if request.is_form() { &request.body[..] } else { &[] };
    let pairs = form_urlencoded::parse(request.query.as_bytes()).chain(form_urlencoded::parse(body));
    for (key, value) in pairs {
        match &*key {
            "Action" => action = action.or(Some(value.into_owned())),
            "Version" => version = version.or(Some(value.into_owned())),
            _ => {}
        }
        if action.is_some() && version.is_some() {
            break;
        }
    }
    (action, version)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn request(path: &str, query: &str, headers: &[(&str, &str)]) -> Request {
        let parsed = headers.iter().map(|(k, v)| (k.parse::<HeaderName>().unwrap(), v.parse::<HeaderValue>().unwrap()));
        Request { path: path.into(), query: query.into(), headers: parsed.collect(), ..Request::default() }
    }

    #[test]
    fn the_scope_is_the_last_part_but_one_of_the_credential() {
        let header = |value| request("/", "", &[("authorization", value)]);
        let v4 = "AWS4-HMAC-SHA256 Credential=AK/IA/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host";
        assert_eq!(scope(&header(v4)), Some("ec2"));
        let v4a = "AWS4-ECDSA-P256-SHA256 Credential=AKIA/20260101/s3/aws4_request,SignedHeaders=host";
        assert_eq!(scope(&header(v4a)), Some("s3"));
        for odd in ["Bearer x", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=a/b", "Basic Q3JlZGVudGlhbD0="] {
            assert_eq!(scope(&header(odd)), None, "{odd}");
        }
    }

    #[test]
    fn a_presigned_url_may_or_may_not_escape_its_slashes() {
        for credential in ["A/2026/r/sts/aws4_request", "A%2F2026%2Fr%2Fsts%2Faws4_request", "A%2f2026%2fr%2fsts%2faws4_request"]
        {
            let url = request("/", &format!("Action=X&X-Amz-Credential={credential}&a=b"), &[]);
            assert_eq!(scope(&url), Some("sts"), "{credential}");
        }
    }

    #[test]
    fn a_url_presigned_the_old_way_is_for_s3() {
        let old = "AWSAccessKeyId=AK&Signature=x&Expires=1";
        assert_eq!(scope(&request("/b/k", old, &[])), Some("s3"));
        assert_eq!(scope(&request("/", &format!("Action=RunInstances&{old}"), &[])), None);
        assert_eq!(scope(&request("/b/k", "AWSAccessKeyId=AK&Signature=x", &[])), None);
    }

    #[test]
    fn a_path_of_rpc_names_service_and_operation() {
        assert_eq!(rpc("/service/Logs/operation/PutLogEvents"), Some(("Logs", "PutLogEvents")));
        assert_eq!(rpc("/prefix/service/Logs/operation/PutLogEvents"), Some(("Logs", "PutLogEvents")));
        assert_eq!(rpc("/service/Logs"), None);
        assert_eq!(rpc("/operation/X"), None);
    }

    #[test]
    fn the_host_speaks_only_when_the_signature_does_not() {
        let models = Models::new();
        let names = |headers: &[(&str, &str)]| -> Vec<&str> {
            let request = request("/", "", headers);
            Clues::of(&request).candidates(&models).iter().map(|l| l.name).collect()
        };
        assert_eq!(names(&[("host", "ec2.us-east-1.amazonaws.com")]), ["ec2"]);
        assert_eq!(names(&[("host", "api.ecr.us-east-1.localhost:4566")]), ["ecr"]);
        assert_eq!(names(&[("host", "my.bucket.s3.amazonaws.com")]), ["s3"]);
        assert_eq!(names(&[("host", "localhost:4566")]), [""; 0]);
        let signed = ("authorization", "AWS4-HMAC-SHA256 Credential=A/2026/r/iam/aws4_request");
        assert_eq!(names(&[("host", "ec2.amazonaws.com"), signed]), ["iam"]);
    }

    #[test]
    fn a_bucket_in_the_host_goes_before_the_path() {
        let s3 = Models::new().service("s3").unwrap();
        let path = |host: &str| {
            let request = request("/key", "", &[("host", host)]);
            Clues::of(&request).path_with_host(&s3, &request).into_owned()
        };
        assert_eq!(path("b.s3.us-east-1.amazonaws.com"), "/b/key");
        assert_eq!(path("my.b.s3.localhost.localstack.cloud:4566"), "/my.b/key");
        assert_eq!(path("s3.us-east-1.amazonaws.com"), "/key");
        assert_eq!(path("localhost:4566"), "/key");
        let endpoint = "vpce-0123456789abcdef0-abcdefgh.s3.us-east-1.vpce.amazonaws.com";
        assert_eq!(path(endpoint), "/key");
        assert_eq!(path(&format!("bucket.{endpoint}")), "/key");
        assert_eq!(path(&format!("my.b.bucket.{endpoint}")), "/my.b/key");
    }
}
