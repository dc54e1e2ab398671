//! ModifyVpcEndpoint: other subnets, other groups, other route tables, another policy, private DNS on and off.

use std::collections::BTreeSet;

use resource::{EndpointKind, EndpointService, EndpointState, NetworkInterface, SubnetId, VpcEndpoint};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::super::service;
use super::super::service_name::Offer;
use super::place::SubnetConfiguration;
use super::private_dns::{self, DnsOptions};
use super::{document, gateway, place, spelled};
use crate::ec2::find;
use crate::ec2::firewall::security_group;
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_endpoint_id: String,
    reset_policy: bool,
    policy_document: Option<String>,
    add_route_table_ids: Vec<String>,
    remove_route_table_ids: Vec<String>,
    add_subnet_ids: Vec<String>,
    remove_subnet_ids: Vec<String>,
    add_security_group_ids: Vec<String>,
    remove_security_group_ids: Vec<String>,
    ip_address_type: Option<String>,
    dns_options: DnsOptions,
    private_dns_enabled: Option<bool>,
    subnet_configurations: Vec<SubnetConfiguration>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
}

/// Changes an endpoint; one that carried packets is `pending` until the change is in the network.
pub fn modify_vpc_endpoint(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let before = find::endpoint(cx.txn, cx.owner(), &input.vpc_endpoint_id)?;
    check(&input, &before)?;
    check_policy(&input, &before)?;
    let mut endpoint = VpcEndpoint::clone(&before);
    match endpoint.kind {
        EndpointKind::Interface => {
            change_subnets(cx, &input, &mut endpoint)?;
            change_groups(cx, &input, &mut endpoint)?;
            change_names(cx, &input, &mut endpoint)?;
        }
        EndpointKind::Gateway => {
            gateway::leave(cx, &mut endpoint, &input.remove_route_table_ids)?;
            gateway::join(cx, &mut endpoint, &input.add_route_table_ids)?;
        }
    }
    if endpoint != *before && endpoint.state == EndpointState::Available {
        endpoint.state = EndpointState::Pending;
    }
    // A policy counts from the next request on and is no matter of the network.
    if input.reset_policy || input.policy_document.is_some() {
        endpoint.policy = input.policy_document;
    }
    cx.txn.put(endpoint);
    Ok(Output { r#return: true })
}

/// Everything that an endpoint of its kind does not take.
fn check(input: &Input, endpoint: &VpcEndpoint) -> Result<(), Error> {
    let invalid = |message: &str| Err(Error::new("InvalidParameter", message));
    if matches!(endpoint.state, EndpointState::Deleting | EndpointState::Deleted | EndpointState::Failed) {
        let message =
            format!("The VPC endpoint {} is in the state {} and cannot be modified", endpoint.id, endpoint.state.as_str());
        return Err(Error::new("IncorrectState", message));
    }
    if let Some(other) = input.ip_address_type.as_deref().filter(|kind| *kind != "ipv4") {
        return Err(Error::new(
            "UnsupportedOperation",
            format!("underpass does not support ModifyVpcEndpoint.IpAddressType {other} yet; use ipv4"),
        ));
    }
    let tables = !input.add_route_table_ids.is_empty() || !input.remove_route_table_ids.is_empty();
    let subnets = [&input.add_subnet_ids, &input.remove_subnet_ids].iter().any(|ids| !ids.is_empty());
    let subnets = subnets || !input.subnet_configurations.is_empty();
    let groups = !input.add_security_group_ids.is_empty() || !input.remove_security_group_ids.is_empty();
    match endpoint.kind {
        EndpointKind::Interface if tables => invalid("Route table IDs are only supported for Gateway type VPC Endpoint."),
        EndpointKind::Gateway if subnets => invalid("Subnet IDs are only supported for Interface type VPC Endpoint."),
        EndpointKind::Gateway if groups => invalid("Security group IDs are only supported for Interface type VPC Endpoint."),
        EndpointKind::Gateway if input.private_dns_enabled == Some(true) => {
            invalid("Private DNS can only be enabled for Interface type VPC Endpoint.")
        }
        EndpointKind::Interface | EndpointKind::Gateway => {
            private_dns::check_options("ModifyVpcEndpoint", &input.dns_options, &endpoint.service_name)
        }
    }
}

fn check_policy(input: &Input, endpoint: &VpcEndpoint) -> Result<(), Error> {
    if input.reset_policy && input.policy_document.is_some() {
        return Err(Error::combination("Only one of ResetPolicy and PolicyDocument can be given."));
    }
    let taken = endpoint.aws_service().is_some_and(|service| service.policy);
    match &input.policy_document {
        Some(text) => document::check(text, taken, &endpoint.service_name),
        None if input.reset_policy => document::check(document::DEFAULT, taken, &endpoint.service_name),
        None => Ok(()),
    }
}

/// The zones in which an endpoint can have interfaces.
fn offered(world: &Snapshot, endpoint: &VpcEndpoint) -> BTreeSet<String> {
    let custom = endpoint.service.as_ref().and_then(|id| world.find::<EndpointService>(id.as_str()));
    let offer = custom.map(Offer::Custom).or_else(|| endpoint.aws_service().map(Offer::Aws));
    offer.map(|offer| service::offered(world, &offer, &endpoint.owner.region)).unwrap_or_default()
}

/// Private DNS that is on already keeps its names, whatever the service is called now.
fn change_names(cx: &Write<'_>, input: &Input, endpoint: &mut VpcEndpoint) -> Result<(), Error> {
    endpoint.service_defined_records = input.dns_options.service_defined().unwrap_or(endpoint.service_defined_records);
    match input.private_dns_enabled {
        Some(false) => (endpoint.private_dns, endpoint.private_names) = (false, Vec::new()),
        Some(true) | None if changes_names(input, endpoint) => {
            let vpc = find::vpc(cx.txn, cx.owner(), endpoint.vpc.as_str()).map_err(spelled)?;
            let service = endpoint.service.as_ref().and_then(|id| cx.txn.find::<EndpointService>(id.as_str()));
            let offer = private_dns::Offer { name: &endpoint.service_name, owner: &endpoint.owner, custom: service.as_deref() };
            let names = private_dns::names(cx.txn, &offer, &vpc, endpoint.state, Some(&endpoint.id))?;
            endpoint.private_names = private_dns::inside(cx.txn, &input.dns_options, &endpoint.service_name, &vpc, names)?;
            endpoint.private_dns = true;
        }
        _ => {}
    }
    Ok(())
}

/// Whether private DNS is switched on, or for whom it is changes.
fn changes_names(input: &Input, endpoint: &VpcEndpoint) -> bool {
    let wanted = input.dns_options.only_for_inbound();
    let other = wanted.is_some_and(|wanted| private_dns::inbound_only(endpoint).is_some_and(|known| known != wanted));
    other || input.private_dns_enabled == Some(true) && !endpoint.private_dns
}

/// Subnets go, then others come; an interface whose address is to be another one is made anew.
fn change_subnets(cx: &mut Write<'_>, input: &Input, endpoint: &mut VpcEndpoint) -> Result<(), Error> {
    for text in &input.remove_subnet_ids {
        let id = SubnetId::parse(text).ok().filter(|id| endpoint.subnets.contains(id));
        let id = id.ok_or_else(|| {
            Error::new("InvalidParameter", format!("The subnet {text} is not one of the endpoint {}", endpoint.id))
        })?;
        place::leave(cx, endpoint, &id);
    }
    let moved = place::moved(cx.txn, endpoint, &input.subnet_configurations)?;
    moved.iter().for_each(|subnet| place::leave(cx, endpoint, subnet));
    let offered = offered(cx.txn, endpoint);
    let wanted = moved.iter().map(ToString::to_string).chain(input.add_subnet_ids.iter().cloned()).collect::<Vec<_>>();
    let stays = |c: &&SubnetConfiguration| wanted.contains(&c.subnet_id) || !endpoint.subnets.iter().any(|id| c.is_for(id));
    let configurations: Vec<_> = input.subnet_configurations.iter().filter(stays).cloned().collect();
    let places = place::parse(&cx.read(), &endpoint.vpc, &offered, &endpoint.subnets, &wanted, &configurations)?;
    place::fill(cx, endpoint, &places)
}

fn change_groups(cx: &mut Write<'_>, input: &Input, endpoint: &mut VpcEndpoint) -> Result<(), Error> {
    if input.add_security_group_ids.is_empty() && input.remove_security_group_ids.is_empty() {
        return Ok(());
    }
    let mut wanted: Vec<String> = endpoint.groups.iter().map(ToString::to_string).collect();
    wanted.extend(input.add_security_group_ids.iter().cloned());
    if let Some(absent) = input.remove_security_group_ids.iter().find(|id| !wanted.contains(id)) {
        return Err(Error::new(
            "InvalidParameter",
            format!("The security group {absent} is not one of the endpoint {}", endpoint.id),
        ));
    }
    wanted.retain(|id| !input.remove_security_group_ids.contains(id));
    if wanted.is_empty() {
        return Err(Error::new("InvalidParameter", "An interface endpoint must have at least one security group"));
    }
    let vpc = find::vpc(cx.txn, cx.owner(), endpoint.vpc.as_str()).map_err(spelled)?;
    endpoint.groups = security_group::for_interface(cx.txn, cx.owner(), &vpc, &wanted)?;
    for interface in &endpoint.interfaces {
        cx.txn.update::<NetworkInterface>(interface.as_str(), |interface| interface.groups = endpoint.groups.clone());
    }
    Ok(())
}
