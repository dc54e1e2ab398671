//! Which operation of which service a request means, found as AWS finds it.

mod clues;

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::error::WireError;
use crate::model::{Operation, Service, matched};
use crate::protocol::Protocol;
use crate::registry::{Listing, Models};
use crate::request::Request;
use clues::Clues;

/// A request whose service, operation and protocol are known.
#[derive(Clone, Debug)]
pub struct Identified {
    /// The service.
    pub service: Arc<Service>,
    /// The protocol in which the request came and the answer is expected.
    pub protocol: Protocol,
    pub(crate) operation: usize,
    pub(crate) labels: Vec<(&'static str, String)>,
}

impl Identified {
    /// An operation called by name, as from inside the daemon. `None` when the service has no such operation.
    pub fn of(service: Arc<Service>, operation: &str) -> Option<Self> {
        let operation = service.operation_index(operation)?;
        let protocol = *service.protocols.first()?;
        Some(Identified { service, protocol, operation, labels: Vec::new() })
    }

    /// The operation.
    pub fn operation(&self) -> &Operation {
        &self.service.operations()[self.operation]
    }
}

pub(crate) fn identify(models: &Models, request: &Request) -> Result<Identified, WireError> {
    let clues = Clues::of(request);
    if let Some(target) = clues.target {
        by_target(models, request, &clues, target)
    } else if let Some((service, operation)) = clues.rpc {
        by_rpc(models, &clues, service, operation)
    } else if let Some(action) = clues.action.as_deref().filter(|_| clues.may_be_a_form(models)) {
        by_action(models, &clues, action)
    } else {
        by_route(models, request, &clues)
    }
}

/// `X-Amz-Target: Prefix.Operation`. The prefix is the service, signed or not.
fn by_target(models: &Models, request: &Request, clues: &Clues, target: &str) -> Result<Identified, WireError> {
    let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", target));
    let named = || models.listings.iter().filter(|l| l.target == Some(prefix));
    let listing = match clues.scope {
        Some(scope) => named().find(|l| l.signing == scope).or_else(|| named().next()),
        None => named().next(),
    };
    let Some(listing) = listing else {
        let listing = clues.candidates(models).into_iter().find(|l| l.modelled);
        let name = listing.map_or(clues.scope.unwrap_or(prefix), |l| l.name);
        return Err(match listing {
            Some(_) => WireError::UnknownOperation { service: name.into(), operation: target.into() },
            None => WireError::UnknownService { name: name.into() },
        });
    };
    let service = modelled(models, listing)?;
    let content_type = request.header("content-type").unwrap_or_default();
    let protocol = match content_type {
        t if t.starts_with("application/x-amz-json-1.0") => Protocol::Json10,
        t if t.starts_with("application/x-amz-json-1.1") => Protocol::Json11,
        _ if service.json_10 => Protocol::Json10,
        _ => Protocol::Json11,
    };
    operation_of(service, protocol, operation)
}

/// `/service/X/operation/Y`, the Smithy RPC v2 protocol, where X is the Smithy name of the service.
fn by_rpc(models: &Models, clues: &Clues, name: &str, operation: &str) -> Result<Identified, WireError> {
    let candidates = clues.candidates(models);
    let is_named = |l: &&Listing| l.target == Some(name) || l.name == name;
    let scoped = candidates.iter().copied().find(is_named).or_else(|| candidates.iter().copied().find(|l| l.modelled));
    let listing = scoped.or_else(|| models.listings.iter().find(is_named));
    let listing = listing.ok_or_else(|| WireError::UnknownService { name: clues.scope.unwrap_or(name).into() })?;
    operation_of(modelled(models, listing)?, Protocol::RpcV2Cbor, operation)
}

/// `Action` and `Version`. The version tells apart services that share a signing name; an old version of a lone one is fine.
fn by_action(models: &Models, clues: &Clues, action: &str) -> Result<Identified, WireError> {
    let mut candidates = clues.candidates(models);
    candidates.retain(|l| l.speaks(Protocol::is_form));
    if candidates.is_empty() {
        if let Some(name) = clues.scope {
            return Err(WireError::UnknownService { name: name.into() });
        }
        let fits = |l: &&Listing| l.modelled && l.speaks(Protocol::is_form) && clues.version.as_deref() == Some(l.version);
        candidates = models.listings.iter().filter(fits).collect();
        candidates.retain(|l| models.service(l.name).is_some_and(|s| s.operation(action).is_some()));
    }
    let exact = candidates.iter().find(|l| clues.version.as_deref() == Some(l.version));
    let listing = exact.or_else(|| candidates.iter().find(|l| l.modelled)).or(candidates.first());
    let service = modelled(models, listing.ok_or(WireError::Unidentified)?)?;
    let protocol = service.protocols.iter().copied().find(|p| p.is_form()).unwrap_or(Protocol::Query);
    operation_of(service, protocol, action)
}

/// Method and URI template.
fn by_route(models: &Models, request: &Request, clues: &Clues) -> Result<Identified, WireError> {
    let candidates = clues.candidates(models);
    let Some(first) = candidates.first() else {
        return Err(clues.scope.map_or(WireError::Unidentified, |name| WireError::UnknownService { name: name.into() }));
    };
    let query: Vec<(String, String)> = form_urlencoded::parse(request.query.as_bytes()).into_owned().collect();
    for listing in candidates.iter().filter(|l| l.modelled && l.speaks(Protocol::is_rest)) {
        let service = modelled(models, listing)?;
        let path = clues.path_with_host(&service, request);
        let header = |name: &str| request.headers.contains_key(name);
        let Some(found) = matched(&service, &request.method, &path, &query, header) else { continue };
        let labels = found.labels.into_iter().map(|(name, raw)| Ok((name, decoded(raw)?))).collect::<Result<_, _>>()?;
        let (operation, protocol) = (found.operation, service.protocols.iter().copied().find(|p| p.is_rest()));
        return Ok(Identified { protocol: protocol.unwrap_or(Protocol::RestJson), operation, labels, service });
    }
    let known = candidates.iter().find(|l| l.modelled).unwrap_or(first);
    let service = modelled(models, known)?;
    if service.protocols.iter().any(|protocol| protocol.is_form()) {
        return Err(WireError::MissingAction);
    }
    Err(WireError::UnknownOperation { service: service.name.into(), operation: format!("{} {}", request.method, request.path) })
}

fn modelled(models: &Models, listing: &Listing) -> Result<Arc<Service>, WireError> {
    models.service(listing.name).ok_or_else(|| WireError::UnknownService { name: listing.name.into() })
}

fn operation_of(service: Arc<Service>, protocol: Protocol, name: &str) -> Result<Identified, WireError> {
    match service.operation_index(name) {
        Some(operation) => Ok(Identified { service, protocol, operation, labels: Vec::new() }),
        None => Err(WireError::UnknownOperation { service: service.name.into(), operation: name.into() }),
    }
}

fn decoded(raw: &str) -> Result<String, WireError> {
    let text = percent_decode_str(raw).decode_utf8();
    Ok(text.map_err(|_| WireError::Malformed("the path is not UTF-8".into()))?.into_owned())
}
