//! GetResolverEndpoint.

use serde::{Deserialize, Serialize};

use super::super::{find, view};
use crate::{Error, Read};

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

/// Shows an endpoint.
pub fn get_resolver_endpoint(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let endpoint = find::endpoint(cx.world, cx.owner(), &input.resolver_endpoint_id)?;
    Ok(Output { resolver_endpoint: view::endpoint(&endpoint) })
}
