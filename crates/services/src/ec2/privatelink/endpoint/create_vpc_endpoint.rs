//! CreateVpcEndpoint: an interface endpoint to a custom service. Endpoints to AWS's own services are refused by name.

use std::sync::Arc;

use rand::Rng;
use rand::distr::slice::Choose;
use resource::{EndpointId, EndpointKind, EndpointService, EndpointState, Vpc, VpcEndpoint};
use serde::{Deserialize, Serialize};

use super::super::{service, service_name};
use super::place::{self, SubnetConfiguration};
use super::private_dns::{self, DnsOptions, Offer};
use super::spelled;
use super::view::{self, EndpointView};
use crate::ec2::find;
use crate::ec2::firewall::security_group;
use crate::tags::{self, TagSpecification};
use crate::{Error, Read, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_endpoint_type: Option<String>,
    vpc_id: String,
    service_name: Option<String>,
    policy_document: Option<String>,
    route_table_ids: Vec<String>,
    subnet_ids: Vec<String>,
    security_group_ids: Vec<String>,
    ip_address_type: Option<String>,
    dns_options: DnsOptions,
    private_dns_enabled: Option<bool>,
    tag_specifications: Vec<TagSpecification>,
    subnet_configurations: Vec<SubnetConfiguration>,
    service_region: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_endpoint: EndpointView,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

/// Creates an endpoint with an interface in each subnet.
pub fn create_vpc_endpoint(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let service = find_service(&cx.read(), &input)?;
    check(&input, &service)?;
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id).map_err(spelled)?;
    let offered = service::zones(cx.txn, &service);
    let places = place::parse(&cx.read(), &vpc.id, &offered, &[], &input.subnet_ids, &input.subnet_configurations)?;
    let groups = security_group::for_interface(cx.txn, cx.owner(), &vpc, &input.security_group_ids)?;
    let tags = tags::specified(&input.tag_specifications, "vpc-endpoint", &["vpc-endpoint"])?;
    let state = if service.acceptance_required { EndpointState::PendingAcceptance } else { EndpointState::Pending };
    let name = service.service_name();
    let offer = Offer { name: &name, owner: cx.owner(), custom: Some(&service) };
    let private_names = match input.private_dns_enabled.unwrap_or_else(|| offer.by_default()) {
        true => private_dns::names(cx.txn, &offer, &vpc, state, None)?,
        false => Vec::new(),
    };
    let mut endpoint = new(cx, &service, &vpc, state);
    (endpoint.groups, endpoint.tags) = (groups, tags);
    (endpoint.private_dns, endpoint.private_names) = (!private_names.is_empty(), private_names);
    place::fill(cx, &mut endpoint, &places)?;
    cx.txn.put(endpoint.clone());
    Ok(Output { client_token: cx.client_token(), vpc_endpoint: view::endpoint(cx.txn, &endpoint) })
}

/// An endpoint without interfaces, groups and names.
fn new(cx: &Write<'_>, service: &EndpointService, vpc: &Vpc, state: EndpointState) -> VpcEndpoint {
    VpcEndpoint {
        id: EndpointId::random(),
        owner: cx.owner().clone(),
        vpc: vpc.id.clone(),
        kind: EndpointKind::Interface,
        service_name: service.service_name(),
        service: Some(service.id.clone()),
        state,
        subnets: Vec::new(),
        groups: Vec::new(),
        interfaces: Vec::new(),
        route_tables: Vec::new(),
        private_dns: false,
        private_names: Vec::new(),
        policy: None,
        dns_label: random_label(),
        created: cx.now,
        tags: resource::Tags::default(),
    }
}

fn find_service(cx: &Read<'_>, input: &Input) -> Result<Arc<EndpointService>, Error> {
    let name = input.service_name.as_deref().ok_or_else(|| Error::missing("ServiceName"))?;
    match input.service_region.as_deref() {
        Some(region) if region != cx.owner().region => Err(Error::new(
            "UnsupportedOperation",
            format!(
                "underpass does not support CreateVpcEndpoint.ServiceRegion {region} yet; make the endpoint in the service's Region"
            ),
        )),
        _ => service_name::find(cx, name),
    }
}

/// Everything that a custom service does not take.
fn check(input: &Input, service: &EndpointService) -> Result<(), Error> {
    let invalid = |message: String| Err(Error::new("InvalidParameter", message));
    match input.vpc_endpoint_type.as_deref().unwrap_or("Gateway") {
        "Interface" => {}
        other => return invalid(format!("Endpoint type ({other}) does not match available service types ([Interface]).")),
    }
    if let Some(other) = input.ip_address_type.as_deref().filter(|kind| *kind != "ipv4") {
        return Err(Error::new(
            "UnsupportedOperation",
            format!("underpass does not support CreateVpcEndpoint.IpAddressType {other} yet; use ipv4"),
        ));
    }
    if !input.route_table_ids.is_empty() {
        return invalid("Route table IDs are only supported for Gateway type VPC Endpoint.".into());
    }
    if input.policy_document.is_some() {
        return invalid(format!("The service {} does not support endpoint policies.", service.service_name()));
    }
    private_dns::check_options("CreateVpcEndpoint", &input.dns_options, &service.service_name())
}

/// Eight lower-case letters and digits.
fn random_label() -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let letters = Choose::new(LETTERS).expect("there are letters");
    rand::rng().sample_iter(letters).take(8).map(|byte| char::from(*byte)).collect()
}
