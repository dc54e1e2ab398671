//! Endpoint services: a provider's offer of what stands behind its balancers.

use std::collections::BTreeSet;
use std::sync::Arc;

use resource::{EndpointService, LoadBalancer, Owner, Resource, VpcEndpoint, zone_names};
use store::Snapshot;

use super::service_name::Offer;
use crate::Error;

mod balancers;
pub mod create_configuration;
pub mod delete_configurations;
pub mod describe_configurations;
pub mod describe_permissions;
pub mod describe_vpc_endpoint_services;
pub mod modify_configuration;
pub mod modify_payer_responsibility;
pub mod modify_permissions;
mod private_name;
pub mod start_verification;
mod view;

/// The zones in which endpoints to a service can have interfaces: those of its balancers.
pub fn zones(world: &Snapshot, service: &EndpointService) -> BTreeSet<String> {
    let balancers = service.balancers.iter().filter_map(|arn| world.find::<LoadBalancer>(arn));
    balancers.flat_map(|balancer| balancer.zones.iter().map(|zone| zone.zone.clone()).collect::<Vec<_>>()).collect()
}

/// The zones in which endpoints to what is offered can have interfaces: AWS's own services are in all of them.
pub fn offered(world: &Snapshot, offer: &Offer, region: &str) -> BTreeSet<String> {
    match offer {
        Offer::Aws(_) => zone_names(region).collect(),
        Offer::Custom(service) => zones(world, service),
    }
}

/// The caller's service, for operations on its configuration.
fn own(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<EndpointService>, Error> {
    crate::ec2::find::endpoint_service(world, owner, id)
}

/// Refuses when endpoints are, or wait to be, connected to a service.
fn refuse_while_connected(world: &Snapshot, service: &EndpointService) -> Result<(), Error> {
    let mut endpoints = world.linked::<VpcEndpoint>(EndpointService::KIND, &service.id);
    match endpoints.find(|endpoint| endpoint.state.is_open() || endpoint.state == resource::EndpointState::PendingAcceptance) {
        Some(endpoint) => {
            let message = format!(
                "There are existing connections to the service {}, such as {}; reject them first",
                service.id, endpoint.id
            );
            Err(Error::new("ExistingVpcEndpointConnections", message))
        }
        None => Ok(()),
    }
}
