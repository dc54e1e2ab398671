//! UpdateResolverEndpoint: what an endpoint is called.

use resource::ResolverEndpoint;
use serde::{Deserialize, Serialize};

use super::super::{find, view};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resolver_endpoint_id: String,
    #[serde(default)]
    name: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_endpoint: view::EndpointView,
}

/// Renames an endpoint.
pub fn update_resolver_endpoint(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let known = find::endpoint(cx.txn, cx.owner(), &input.resolver_endpoint_id)?;
    let mut endpoint = ResolverEndpoint::clone(&known);
    if let Some(name) = input.name {
        (endpoint.name, endpoint.modified) = (Some(name), cx.now);
    }
    let resolver_endpoint = view::endpoint(&endpoint);
    cx.txn.put(endpoint);
    Ok(Output { resolver_endpoint })
}
