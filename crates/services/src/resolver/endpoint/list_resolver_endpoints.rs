//! ListResolverEndpoints.

use resource::ResolverEndpoint;
use serde::Serialize;

use super::super::page::{self, Asked};
use super::super::{find, view};
use crate::{Error, Read};

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
pub fn list_resolver_endpoints(cx: &Read<'_>, asked: Asked) -> Result<Output, Error> {
    let page = page::of(&asked, find::endpoints(cx.world, cx.owner()), |endpoint, name| values(endpoint, name))?;
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
