//! The targets that a route may have, and whether packets still reach them.

use std::sync::Arc;

use resource::{
    EndpointState, Holder, Instance, InstanceState, InternetGateway, NatGateway, NatState, NetworkInterface, Owner, Resource,
    RouteTarget, VpcEndpoint, VpcId,
};
use store::Snapshot;

use super::Request;
use crate::Error;
use crate::ec2::find;

/// What a request names as its target.
pub enum Named {
    /// The VPC itself.
    Local,
    /// Something in it.
    Target(RouteTarget),
}

impl Request {
    /// The one target that the request names, which is in `vpc`.
    ///
    /// # Errors
    /// Codes for none, several, unknown ones, and ones of another network.
    pub fn target(&self, world: &Snapshot, owner: &Owner, vpc: &VpcId) -> Result<Named, Error> {
        let ids = [&self.gateway_id, &self.nat_gateway_id, &self.network_interface_id, &self.instance_id];
        match ids.into_iter().flatten().count() + usize::from(self.local_target) {
            0 => return Err(Error::new("MissingParameter", "The request must contain exactly one target: GatewayId, NatGatewayId, NetworkInterfaceId or InstanceId.")),
            1 => {}
            _ => return Err(Error::combination("The request must contain exactly one target.")),
        }
        let target = match ids.map(Option::as_deref) {
            [Some("local"), ..] | [None, None, None, None] => return Ok(Named::Local),
            [Some(id), ..] => internet_gateway(world, owner, vpc, id)?,
            [_, Some(id), ..] => nat_gateway(world, owner, vpc, id)?,
            [_, _, Some(id), _] => interface(find::interface(world, owner, id)?.as_ref(), vpc)?,
            [_, _, _, Some(id)] => interface(interface_of(world, owner, id)?.as_ref(), vpc)?,
        };
        Ok(Named::Target(target))
    }
}

fn internet_gateway(world: &Snapshot, owner: &Owner, vpc: &VpcId, id: &str) -> Result<RouteTarget, Error> {
    if let Some((prefix, _)) = id.split_once('-').filter(|(prefix, _)| *prefix != "igw") {
        return Err(Error::new("UnsupportedOperation", format!("underpass does not support routes to gateways of the form {prefix}-… yet")));
    }
    let gateway = find::internet_gateway(world, owner, id)?;
    match gateway.vpc.as_ref() == Some(vpc) {
        true => Ok(RouteTarget::InternetGateway(gateway.id.clone())),
        false => Err(other_network(gateway.id.as_str(), vpc)),
    }
}

fn nat_gateway(world: &Snapshot, owner: &Owner, vpc: &VpcId, id: &str) -> Result<RouteTarget, Error> {
    let gateway = find::nat_gateway(world, owner, id)?;
    if gateway.vpc != *vpc {
        return Err(other_network(gateway.id.as_str(), vpc));
    }
    match gateway.state {
        NatState::Pending | NatState::Available => Ok(RouteTarget::NatGateway(gateway.id.clone())),
        state => {
            let message = format!("The natGateway ID '{id}' does not exist: it is {}", state.as_str());
            Err(Error::new("InvalidNatGatewayID.NotFound", message))
        }
    }
}

fn interface(interface: &NetworkInterface, vpc: &VpcId) -> Result<RouteTarget, Error> {
    match interface.vpc == *vpc {
        true => Ok(RouteTarget::Interface(interface.id.clone())),
        false => Err(other_network(interface.id.as_str(), vpc)),
    }
}

/// The only interface of an instance.
fn interface_of(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<NetworkInterface>, Error> {
    let instance = find::instance(world, owner, id)?;
    let mut interfaces = world.linked::<NetworkInterface>(Instance::KIND, &instance.id);
    match (interfaces.next(), interfaces.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Error::invalid_value(format!("The instance {id} has no network interface any more."))),
        _ => Err(Error::new("InvalidInstanceID", format!("There are multiple interfaces attached to instance '{id}'. Please specify an interface ID for the operation instead."))),
    }
}

fn other_network(target: &str, vpc: &VpcId) -> Error {
    Error::invalid_value(format!("The route table belongs to {vpc} and the target {target} does not; they must be in the same network."))
}

/// Whether packets that a table of `vpc` sends to `target` arrive somewhere; if not, the route is a blackhole.
pub fn is_reachable(world: &Snapshot, vpc: &VpcId, target: &RouteTarget) -> bool {
    match target {
        RouteTarget::InternetGateway(id) => {
            world.find::<InternetGateway>(id.as_str()).is_some_and(|gateway| gateway.vpc.as_ref() == Some(vpc))
        }
        RouteTarget::NatGateway(id) => {
            let gateway = world.find::<NatGateway>(id.as_str());
            gateway.is_some_and(|gateway| matches!(gateway.state, NatState::Pending | NatState::Available))
        }
        RouteTarget::Interface(id) => world.find::<NetworkInterface>(id.as_str()).is_some_and(|interface| is_in_use(world, &interface)),
        RouteTarget::Endpoint(id) => {
            world.find::<VpcEndpoint>(id.as_str()).is_some_and(|endpoint| endpoint.state != EndpointState::Deleted)
        }
    }
}

/// Whether somebody takes the packets that come to an interface.
fn is_in_use(world: &Snapshot, interface: &NetworkInterface) -> bool {
    match interface.attachment.as_ref().map(|attachment| &attachment.holder) {
        Some(Holder::Instance(id)) => {
            let instance = world.find::<Instance>(id.as_str());
            instance.is_some_and(|instance| matches!(instance.state, InstanceState::Pending | InstanceState::Running))
        }
        Some(Holder::Process { .. } | Holder::Service) => true,
        None => false,
    }
}
