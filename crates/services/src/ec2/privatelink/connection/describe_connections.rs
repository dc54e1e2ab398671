//! DescribeVpcEndpointConnections: who connects to the caller's services.

use std::sync::Arc;

use resource::{EndpointId, EndpointService, Resource, Timestamp, VpcEndpoint};
use serde::{Deserialize, Serialize};

use super::super::dns::{self, DnsEntry};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::tags::Tag;
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_endpoint_connections: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    service_id: String,
    vpc_endpoint_id: String,
    vpc_endpoint_owner: String,
    vpc_endpoint_state: &'static str,
    creation_timestamp: Timestamp,
    dns_entries: Vec<DnsEntry>,
    network_load_balancer_arns: Vec<String>,
    ip_address_type: &'static str,
    vpc_endpoint_connection_id: String,
    tags: Vec<Tag>,
    vpc_endpoint_region: String,
}

/// A service of the caller's and an endpoint to it.
struct Connection {
    service: Arc<EndpointService>,
    endpoint: Arc<VpcEndpoint>,
}

/// Describes connections.
pub fn describe_connections(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let services = cx.world.owned::<EndpointService>(cx.owner());
    let connections = services.flat_map(|service| {
        let endpoints = cx.world.linked::<VpcEndpoint>(EndpointService::KIND, &service.id);
        endpoints.map(|endpoint| Connection { service: Arc::clone(&service), endpoint }).collect::<Vec<_>>()
    });
    let kept = filter::select(&input.filters, connections, field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |connection| connection.endpoint.id.to_string())?;
    let vpc_endpoint_connections = page.items.iter().map(|connection| view(cx, connection)).collect();
    Ok(Output { vpc_endpoint_connections, next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Connection>> {
    let of = filter::of::<Connection>();
    match filter {
        "ip-address-type" => of.one(|_| "ipv4"),
        "service-id" => of.one(|connection| connection.service.id.to_string()),
        "vpc-endpoint-owner" => of.one(|connection| connection.endpoint.owner.account.clone()),
        "vpc-endpoint-state" => of.one(|connection| connection.endpoint.state.as_str()),
        "vpc-endpoint-id" => of.one(|connection| connection.endpoint.id.to_string()),
        "vpc-endpoint-region" => of.one(|connection| connection.endpoint.owner.region.clone()),
        _ => None,
    }
}

fn view(cx: &Read<'_>, Connection { service, endpoint }: &Connection) -> View {
    View {
        service_id: service.id.to_string(),
        vpc_endpoint_id: endpoint.id.to_string(),
        vpc_endpoint_owner: endpoint.owner.account.clone(),
        vpc_endpoint_state: endpoint.state.as_str(),
        creation_timestamp: endpoint.created,
        dns_entries: dns::entries(cx.world, endpoint),
        network_load_balancer_arns: service.balancers.clone(),
        ip_address_type: "ipv4",
        vpc_endpoint_connection_id: connection_id(&endpoint.id),
        tags: Vec::new(),
        vpc_endpoint_region: endpoint.owner.region.clone(),
    }
}

/// A connection lives as long as its endpoint and is numbered like it.
fn connection_id(endpoint: &EndpointId) -> String {
    format!("vpce-con-{}", endpoint.as_str().trim_start_matches(EndpointId::PREFIX))
}
