//! CreateVpcEndpoint: an interface endpoint to a custom service or to one of AWS's, or a gateway endpoint to S3 or DynamoDB.

use rand::Rng;
use rand::distr::slice::Choose;
use resource::{ConnectionEvent, EndpointId, EndpointKind, EndpointState, Vpc, VpcEndpoint};
use serde::{Deserialize, Serialize};

use super::super::notification;
use super::super::service;
use super::super::service_name::{self, Offer};
use super::place::{self, SubnetConfiguration};
use super::private_dns::{self, DnsOptions};
use super::view::{self, EndpointView};
use super::{document, gateway, quota, spelled};
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

/// Creates an endpoint: with an interface in each subnet, or with a route in each table.
pub fn create_vpc_endpoint(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let offer = find_offer(&cx.read(), &input)?;
    check(&input)?;
    check_details(&input, &offer)?;
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id).map_err(spelled)?;
    let mut endpoint = blank(cx, &input, &offer, &vpc)?;
    quota::check(cx.txn, &endpoint)?;
    match endpoint.kind {
        EndpointKind::Interface => stand(cx, &input, &offer, &vpc, &mut endpoint)?,
        EndpointKind::Gateway => gateway::join(cx, &mut endpoint, &input.route_table_ids)?,
    }
    cx.txn.put(endpoint.clone());
    notification::note(cx, &endpoint, ConnectionEvent::Connect);
    Ok(Output { client_token: cx.client_token(), vpc_endpoint: view::endpoint(cx.txn, &endpoint) })
}

/// The interfaces of an endpoint.
fn stand(cx: &mut Write<'_>, input: &Input, offer: &Offer, vpc: &Vpc, endpoint: &mut VpcEndpoint) -> Result<(), Error> {
    let offered = service::offered(cx.txn, offer, &endpoint.owner.region);
    let places = place::parse(&cx.read(), &vpc.id, &offered, &[], &input.subnet_ids, &input.subnet_configurations)?;
    endpoint.groups = security_group::for_interface(cx.txn, cx.owner(), vpc, &input.security_group_ids)?;
    name(cx, input, offer, vpc, endpoint)?;
    place::fill(cx, endpoint, &places)
}

/// The names that private DNS gives it.
fn name(cx: &Write<'_>, input: &Input, offer: &Offer, vpc: &Vpc, endpoint: &mut VpcEndpoint) -> Result<(), Error> {
    let custom = match offer {
        Offer::Custom(service) => Some(&**service),
        Offer::Aws(_) => None,
    };
    let names = private_dns::Offer { name: &endpoint.service_name, owner: &endpoint.owner, custom };
    if input.private_dns_enabled.unwrap_or_else(|| names.by_default()) {
        let names = private_dns::names(cx.txn, &names, vpc, endpoint.state, None)?;
        let names = private_dns::inside(cx.txn, &input.dns_options, &endpoint.service_name, vpc, names)?;
        (endpoint.private_dns, endpoint.private_names) = (true, names);
    }
    Ok(())
}

/// The endpoint before it stands anywhere.
fn blank(cx: &Write<'_>, input: &Input, offer: &Offer, vpc: &Vpc) -> Result<VpcEndpoint, Error> {
    let (kind, service, waits) = match offer {
        Offer::Aws(service) => (service.kind, None, false),
        Offer::Custom(service) => (EndpointKind::Interface, Some(service.id.clone()), service.acceptance_required),
    };
    Ok(VpcEndpoint {
        id: EndpointId::random(),
        owner: cx.owner().clone(),
        vpc: vpc.id.clone(),
        kind,
        service_name: offer.name(&cx.owner().region),
        service,
        state: if waits { EndpointState::PendingAcceptance } else { EndpointState::Pending },
        served: false,
        subnets: Vec::new(),
        groups: Vec::new(),
        interfaces: Vec::new(),
        route_tables: Vec::new(),
        private_dns: false,
        private_names: Vec::new(),
        service_defined_records: input.dns_options.service_defined().unwrap_or(false),
        policy: input.policy_document.clone(),
        dns_label: random_label(),
        created: cx.now,
        tags: tags::specified(&input.tag_specifications, "vpc-endpoint", &["vpc-endpoint"])?,
    })
}

/// The service of that name that takes endpoints of the wanted type.
fn find_offer(cx: &Read<'_>, input: &Input) -> Result<Offer, Error> {
    let name = input.service_name.as_deref().ok_or_else(|| Error::missing("ServiceName"))?;
    if let Some(region) = input.service_region.as_deref().filter(|region| *region != cx.owner().region) {
        let message = format!(
            "underpass does not support CreateVpcEndpoint.ServiceRegion {region} yet; make the endpoint in the service's Region"
        );
        return Err(Error::new("UnsupportedOperation", message));
    }
    let wanted = input.vpc_endpoint_type.as_deref().unwrap_or("Gateway");
    if !["Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"].contains(&wanted) {
        return Err(Error::new("InvalidVpcEndpointType", format!("The VPC endpoint type '{wanted}' is not valid.")));
    }
    let offers = service_name::find(cx, name)?;
    let types: Vec<&str> = offers.iter().map(Offer::kind).collect();
    let message = format!("Endpoint type ({wanted}) does not match available service types ([{}]).", types.join(", "));
    offers.into_iter().find(|offer| offer.kind() == wanted).ok_or_else(|| Error::new("InvalidParameter", message))
}

/// Everything that an endpoint of that type does not take, whatever its service.
fn check(input: &Input) -> Result<(), Error> {
    let invalid = |message: &str| Err(Error::new("InvalidParameter", message));
    if let Some(other) = input.ip_address_type.as_deref().filter(|kind| *kind != "ipv4") {
        return Err(Error::new(
            "UnsupportedOperation",
            format!("underpass does not support CreateVpcEndpoint.IpAddressType {other} yet; use ipv4"),
        ));
    }
    match input.vpc_endpoint_type.as_deref() {
        Some("Interface") if !input.route_table_ids.is_empty() => {
            invalid("Route table IDs are only supported for Gateway type VPC Endpoint.")
        }
        Some("Interface") => Ok(()),
        _ if !input.subnet_ids.is_empty() || !input.subnet_configurations.is_empty() => {
            invalid("Subnet IDs are only supported for Interface type VPC Endpoint.")
        }
        _ if !input.security_group_ids.is_empty() => {
            invalid("Security group IDs are only supported for Interface type VPC Endpoint.")
        }
        _ if input.private_dns_enabled == Some(true) => {
            invalid("Private DNS can only be enabled for Interface type VPC Endpoint.")
        }
        _ => Ok(()),
    }
}

/// What depends on the service: whether it takes policies and has names.
fn check_details(input: &Input, offer: &Offer) -> Result<(), Error> {
    if let Some(text) = &input.policy_document {
        document::check(text, offer.takes_policy(), input.service_name.as_deref().unwrap_or_default())?;
    }
    private_dns::check_options("CreateVpcEndpoint", &input.dns_options, input.service_name.as_deref().unwrap_or_default())
}

/// Eight lower-case letters and digits.
fn random_label() -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let letters = Choose::new(LETTERS).expect("there are letters");
    rand::rng().sample_iter(letters).take(8).map(|byte| char::from(*byte)).collect()
}
