//! An endpoint as answers show it.

use resource::{EndpointKind, EndpointState, SecurityGroup, Timestamp, VpcEndpoint};
use serde::Serialize;
use store::Snapshot;

use super::super::dns::{self, DnsEntry};
use super::document;
use crate::tags::{self, Tag};

/// An endpoint.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EndpointView {
    vpc_endpoint_id: String,
    vpc_endpoint_type: &'static str,
    vpc_id: String,
    service_name: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_document: Option<String>,
    route_table_ids: Vec<String>,
    subnet_ids: Vec<String>,
    groups: Vec<GroupView>,
    ip_address_type: &'static str,
    dns_options: DnsOptions,
    private_dns_enabled: bool,
    requester_managed: bool,
    network_interface_ids: Vec<String>,
    dns_entries: Vec<DnsEntry>,
    creation_timestamp: Timestamp,
    tags: Vec<Tag>,
    owner_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<LastError>,
    service_region: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupView {
    group_id: String,
    group_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DnsOptions {
    dns_record_ip_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_dns_only_for_inbound_resolver_endpoint: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LastError {
    code: &'static str,
    message: &'static str,
}

/// Shows an endpoint.
pub fn endpoint(world: &Snapshot, endpoint: &VpcEndpoint) -> EndpointView {
    let group = |id: &resource::GroupId| {
        let name = world.find::<SecurityGroup>(id.as_str()).map(|group| group.name.clone());
        GroupView { group_id: id.to_string(), group_name: name.unwrap_or_default() }
    };
    EndpointView {
        vpc_endpoint_id: endpoint.id.to_string(),
        vpc_endpoint_type: kind(endpoint),
        vpc_id: endpoint.vpc.to_string(),
        service_name: endpoint.service_name.clone(),
        state: endpoint.state.as_str(),
        policy_document: policy(endpoint),
        route_table_ids: endpoint.route_tables.iter().map(ToString::to_string).collect(),
        subnet_ids: endpoint.subnets.iter().map(ToString::to_string).collect(),
        groups: endpoint.groups.iter().map(group).collect(),
        ip_address_type: "ipv4",
        dns_options: DnsOptions {
            dns_record_ip_type: if endpoint.service_defined_records { "service-defined" } else { "ipv4" },
            private_dns_only_for_inbound_resolver_endpoint: super::private_dns::inbound_only(endpoint),
        },
        private_dns_enabled: endpoint.private_dns,
        requester_managed: false,
        network_interface_ids: endpoint.interfaces.iter().map(ToString::to_string).collect(),
        dns_entries: dns::entries(world, endpoint),
        creation_timestamp: endpoint.created,
        tags: tags::view(&endpoint.tags),
        owner_id: endpoint.owner.account.clone(),
        last_error: last_error(endpoint),
        service_region: endpoint.owner.region.clone(),
    }
}

/// The policy in force, for services that take one.
fn policy(endpoint: &VpcEndpoint) -> Option<String> {
    let taken = endpoint.aws_service().is_some_and(|service| service.policy);
    taken.then(|| endpoint.policy.clone().unwrap_or_else(|| document::DEFAULT.to_owned()))
}

/// AWS's word for the kind.
pub fn kind(endpoint: &VpcEndpoint) -> &'static str {
    match endpoint.kind {
        EndpointKind::Interface => "Interface",
        EndpointKind::Gateway => "Gateway",
    }
}

fn last_error(endpoint: &VpcEndpoint) -> Option<LastError> {
    let failed = LastError { code: "ServiceNotAvailable", message: "The endpoint could not be connected to its service." };
    (endpoint.state == EndpointState::Failed).then_some(failed)
}
