//! DeleteResolverEndpoint: it goes, with its interfaces, once the network has let it go, and not while a rule forwards through
//! it.

use resource::{ResolverEndpoint, ResolverEndpointState, ResolverRule, Resource};
use serde::{Deserialize, Serialize};

use super::super::refusal::request;
use super::super::{find, view};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resolver_endpoint_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_endpoint: view::EndpointView,
}

/// Deletes an endpoint.
pub fn delete_resolver_endpoint(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let known = find::endpoint(cx.txn, cx.owner(), &input.resolver_endpoint_id)?;
    let rules: Vec<String> =
        cx.txn.linked::<ResolverRule>(ResolverEndpoint::KIND, &known.id).map(|rule| format!("\"{}\"", rule.id)).collect();
    if !rules.is_empty() {
        let message = "Cannot delete resolver endpoint unless its related resolver rules are deleted. The following rules still \
                       exist for this resolver endpoint:";
        return Err(request(format!("{message} {}", rules.join(", "))));
    }
    let endpoint =
        ResolverEndpoint { state: ResolverEndpointState::Deleting, modified: cx.now, ..ResolverEndpoint::clone(&known) };
    let resolver_endpoint = view::endpoint(&endpoint);
    cx.txn.put(endpoint);
    Ok(Output { resolver_endpoint })
}
