//! Connections: the endpoints of consumers, as the provider of a service sees and decides them.

use std::sync::Arc;

use resource::{EndpointService, EndpointServiceId, EndpointState, VpcEndpoint};

use crate::ec2::find;
use crate::{Error, Write};

pub mod accept_connections;
pub mod describe_connections;
pub mod reject_connections;

/// The caller's service.
fn service(cx: &Write<'_>, id: &str) -> Result<Arc<EndpointService>, Error> {
    find::endpoint_service(cx.txn, cx.owner(), id)
}

/// The endpoint with `id`, whoever owns it, if it connects to `service`.
fn connected(cx: &Write<'_>, service: &EndpointServiceId, id: &str) -> Result<Arc<VpcEndpoint>, Error> {
    let found = cx.txn.find::<VpcEndpoint>(id).filter(|endpoint| endpoint.service.as_ref() == Some(service));
    found.ok_or_else(|| {
        Error::new("InvalidVpcEndpoint.NotFound", format!("The VpcEndpoint ID '{id}' is not connected to {service}"))
    })
}

fn wrong_state(endpoint: &VpcEndpoint) -> Error {
    Error::new("InvalidState", format!("The connection of {} is in the state {}", endpoint.id, endpoint.state.as_str()))
}

fn set_state(cx: &mut Write<'_>, endpoint: &VpcEndpoint, state: EndpointState) {
    cx.txn.update::<VpcEndpoint>(endpoint.id.as_str(), |endpoint| endpoint.state = state);
}
