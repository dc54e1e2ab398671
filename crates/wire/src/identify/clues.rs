//! What a request says about whom it is for: signature scope, target, action, path, host.

use std::borrow::Cow;

use crate::model::Service;
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

    /// The path as the templates have it: some services bind the first label of the host to a member.
    pub(crate) fn path_with_host(&self, service: &Service, request: &'r Request) -> Cow<'r, str> {
        let bound = service.host_member.and(self.host).and_then(|host| {
            let (label, _) = host.split_once(&format!(".{}.", service.endpoint_prefix))?;
            (!label.is_empty()).then_some(label)
        });
        match bound {
            Some(label) => Cow::Owned(format!("/{label}{}", request.path)),
            None => Cow::Borrowed(&request.path),
        }
    }
}

/// The service in `Credential=AKID/20260101/us-east-1/ec2/aws4_request`, of the header or of a presigned URL.
fn scope(request: &Request) -> Option<&str> {
    let header = request.header("authorization").and_then(|value| value.split_once("Credential="));
    if let Some((_, rest)) = header {
        let credential = rest.split([',', ' ']).next()?;
        return service_of(credential, "/");
    }
    let presigned = request.query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
    service_of(presigned, "/").or_else(|| service_of(presigned, "%2F")).or_else(|| service_of(presigned, "%2f"))
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
