//! ListResolverEndpoints.

use resource::ResolverEndpoint;
use serde::{Deserialize, Serialize};

use super::super::page::{self, Filter};
use super::super::{find, view};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    max_results: Option<usize>,
    next_token: Option<String>,
    filters: Vec<Filter>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    max_results: usize,
    resolver_endpoints: Vec<view::EndpointView>,
}

/// Lists endpoints.
pub fn list_resolver_endpoints(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let mut found = Vec::new();
    for endpoint in find::endpoints(cx.world, cx.owner()) {
        if page::passes(&input.filters, |name| values(&endpoint, name))? {
            found.push(endpoint);
        }
    }
    let page = page::cut(input.max_results, input.next_token.as_deref(), found)?;
    let resolver_endpoints: Vec<_> = page.items.iter().map(|endpoint| view::endpoint(endpoint)).collect();
    Ok(Output { next_token: page.next, max_results: resolver_endpoints.len(), resolver_endpoints })
}

fn values(endpoint: &ResolverEndpoint, filter: &str) -> Option<Vec<String>> {
    Some(match filter {
        "creatorrequestid" => vec![endpoint.request.clone()],
        "direction" => vec![endpoint.direction.as_str().to_owned()],
        "hostvpcid" => vec![endpoint.vpc.to_string()],
        "ipaddresscount" => vec![endpoint.addresses.len().to_string()],
        "name" => endpoint.name.iter().cloned().collect(),
        "securitygroupids" => endpoint.groups.iter().map(ToString::to_string).collect(),
        "status" => vec![endpoint.state.as_str().to_owned()],
        _ => return None,
    })
}
