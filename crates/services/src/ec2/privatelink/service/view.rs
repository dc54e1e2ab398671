//! A service as its provider sees it.

use resource::{BalancerState, EndpointService, LoadBalancer, PrivateName, zone_id};
use serde::Serialize;
use store::Snapshot;

use super::zones;
use crate::tags::{self, Tag};

/// A service's configuration.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConfigurationView {
    service_type: [ServiceType; 1],
    service_id: String,
    service_name: String,
    service_state: &'static str,
    availability_zone_ids: Vec<String>,
    availability_zones: Vec<String>,
    acceptance_required: bool,
    manages_vpc_endpoints: bool,
    network_load_balancer_arns: Vec<String>,
    supported_ip_address_types: [&'static str; 1],
    base_endpoint_dns_names: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_responsibility: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_dns_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_dns_name_configuration: Option<NameView>,
    tags: Vec<Tag>,
    supported_regions: [SupportedRegion; 1],
    remote_access_enabled: bool,
}

/// The kind of endpoints that a service takes.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceType {
    service_type: &'static str,
}

/// Interface endpoints: the only kind that services behind Network Load Balancers take.
pub const INTERFACE: [ServiceType; 1] = [ServiceType { service_type: "Interface" }];

/// Gateway endpoints, to S3 and DynamoDB.
pub const GATEWAY: [ServiceType; 1] = [ServiceType { service_type: "Gateway" }];

/// The proof that a private name is the provider's: a TXT record to publish.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NameView {
    state: &'static str,
    r#type: &'static str,
    value: String,
    name: String,
}

impl NameView {
    fn new(name: &PrivateName) -> Self {
        Self { state: name.state.as_str(), r#type: "TXT", value: name.value.clone(), name: name.label.clone() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SupportedRegion {
    region: String,
    service_state: &'static str,
}

/// Shows a service to its provider.
pub fn configuration(world: &Snapshot, service: &EndpointService) -> ConfigurationView {
    let zones = zones(world, service);
    let state = state(world, service);
    ConfigurationView {
        service_type: INTERFACE,
        service_id: service.id.to_string(),
        service_name: service.service_name(),
        service_state: state,
        availability_zone_ids: zones.iter().filter_map(|zone| zone_id(&service.owner.region, zone)).collect(),
        availability_zones: zones.into_iter().collect(),
        acceptance_required: service.acceptance_required,
        manages_vpc_endpoints: false,
        network_load_balancer_arns: service.balancers.clone(),
        supported_ip_address_types: ["ipv4"],
        base_endpoint_dns_names: [service.base_dns_name()],
        payer_responsibility: service.owner_pays.then_some("ServiceOwner"),
        private_dns_name: service.private_name.as_ref().map(|name| name.name.clone()),
        private_dns_name_configuration: service.private_name.as_ref().map(NameView::new),
        tags: tags::view(&service.tags),
        supported_regions: [SupportedRegion { region: service.owner.region.clone(), service_state: state }],
        remote_access_enabled: false,
    }
}

/// `Available` as soon as one of its balancers carries packets. Title case on the wire.
pub fn state(world: &Snapshot, service: &EndpointService) -> &'static str {
    let mut balancers = service.balancers.iter().filter_map(|arn| world.find::<LoadBalancer>(arn));
    match balancers.any(|balancer| balancer.state == BalancerState::Active) {
        true => "Available",
        false => "Pending",
    }
}
