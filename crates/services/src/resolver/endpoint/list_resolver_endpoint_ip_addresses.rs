//! ListResolverEndpointIpAddresses.

use resource::ResolverEndpointState;
use serde::{Deserialize, Serialize};

use super::super::{find, page, view};
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resolver_endpoint_id: String,
    #[serde(default)]
    max_results: Option<usize>,
    #[serde(default)]
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    max_results: usize,
    ip_addresses: Vec<AddressView>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AddressView {
    ip_id: String,
    subnet_id: String,
    ip: String,
    status: &'static str,
    status_message: &'static str,
    creation_time: String,
    modification_time: String,
}

/// Lists where an endpoint answers, or asks from.
pub fn list_resolver_endpoint_ip_addresses(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let endpoint = find::endpoint(cx.world, cx.owner(), &input.resolver_endpoint_id)?;
    let (status, status_message) = match endpoint.state {
        ResolverEndpointState::Creating => ("CREATING", "Creating the IP address"),
        ResolverEndpointState::Operational => ("ATTACHED", "This IP address is operational."),
        ResolverEndpointState::Deleting => ("DELETING", "Deleting the IP address"),
    };
    let page = page::cut(input.max_results, input.next_token.as_deref(), endpoint.addresses.clone())?;
    let shown = page.items.into_iter().map(|at| AddressView {
        ip_id: at.id,
        subnet_id: at.subnet.to_string(),
        ip: at.address.to_string(),
        status,
        status_message,
        creation_time: view::text(endpoint.created),
        modification_time: view::text(endpoint.modified),
    });
    let ip_addresses: Vec<_> = shown.collect();
    Ok(Output { next_token: page.next, max_results: ip_addresses.len(), ip_addresses })
}
