//! How answers show resolver endpoints.

use resource::{ResolverEndpoint, Timestamp};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An endpoint.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EndpointView {
    id: String,
    creator_request_id: String,
    arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    security_group_ids: Vec<String>,
    direction: &'static str,
    ip_address_count: usize,
    #[serde(rename = "HostVPCId")]
    host_vpc_id: String,
    status: &'static str,
    status_message: &'static str,
    creation_time: String,
    modification_time: String,
    resolver_endpoint_type: &'static str,
    protocols: [&'static str; 1],
}

/// An endpoint as it is.
pub fn endpoint(endpoint: &ResolverEndpoint) -> EndpointView {
    use resource::ResolverEndpointState::{Creating, Deleting, Operational};
    EndpointView {
        id: endpoint.id.clone(),
        creator_request_id: endpoint.request.clone(),
        arn: endpoint.arn(),
        name: endpoint.name.clone(),
        security_group_ids: endpoint.groups.iter().map(ToString::to_string).collect(),
        direction: "INBOUND",
        ip_address_count: endpoint.addresses.len(),
        host_vpc_id: endpoint.vpc.to_string(),
        status: endpoint.state.as_str(),
        status_message: match endpoint.state {
            Creating => "Creating the Resolver Endpoint",
            Operational => "This Resolver Endpoint is operational.",
            Deleting => "Deleting this Resolver Endpoint",
        },
        creation_time: text(endpoint.created),
        modification_time: text(endpoint.modified),
        resolver_endpoint_type: "IPV4",
        protocols: ["Do53"],
    }
}

/// A moment as this service writes it: RFC 3339, as a text.
pub fn text(at: Timestamp) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok();
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}
