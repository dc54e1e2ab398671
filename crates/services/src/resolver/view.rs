//! How answers show resolver endpoints, rules and their associations.

use std::net::SocketAddrV4;

use resource::{ResolverEndpoint, ResolverRule, RuleAssociation, RuleWay, Timestamp};
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
        direction: endpoint.direction.as_str(),
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

/// A rule.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleView {
    pub id: String,
    pub creator_request_id: String,
    pub arn: String,
    pub domain_name: String,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<&'static str>,
    pub rule_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target_ips: Vec<TargetView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver_endpoint_id: Option<String>,
    pub owner_id: String,
    pub share_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modification_time: Option<String>,
}

/// Another resolver.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetView {
    ip: String,
    port: u16,
    protocol: &'static str,
}

/// A rule as it is.
pub fn rule(rule: &ResolverRule) -> RuleView {
    let target = |at: &SocketAddrV4| TargetView { ip: at.ip().to_string(), port: at.port(), protocol: "Do53" };
    RuleView {
        id: rule.id.clone(),
        creator_request_id: rule.request.clone(),
        arn: rule.arn(),
        domain_name: rule.domain.clone(),
        status: if rule.settled { "COMPLETE" } else { "UPDATING" },
        status_message: Some(if rule.settled { "This Resolver Rule is in use." } else { "Updating the Resolver Rule" }),
        rule_type: match rule.way {
            RuleWay::Forward { .. } => "FORWARD",
            RuleWay::System => "SYSTEM",
        },
        name: rule.name.clone(),
        target_ips: rule.targets().iter().map(target).collect(),
        resolver_endpoint_id: rule.endpoint().map(str::to_owned),
        owner_id: rule.owner.account.clone(),
        share_status: "NOT_SHARED",
        creation_time: Some(text(rule.created)),
        modification_time: Some(text(rule.modified)),
    }
}

/// A rule in a VPC.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociationView {
    id: String,
    resolver_rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "VPCId")]
    vpc_id: String,
    status: &'static str,
    status_message: &'static str,
}

/// An association as it is.
pub fn association(association: &RuleAssociation) -> AssociationView {
    use resource::RuleAssociationState::{Complete, Creating, Deleting};
    AssociationView {
        id: association.id.clone(),
        resolver_rule_id: association.rule.clone(),
        name: association.name.clone(),
        vpc_id: association.vpc.to_string(),
        status: association.state.as_str(),
        status_message: match association.state {
            Creating => "Creating the association",
            Complete => "",
            Deleting => "Deleting the association",
        },
    }
}

/// A moment as this service writes it: RFC 3339, as a text.
pub fn text(at: Timestamp) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok();
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}
