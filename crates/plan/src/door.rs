//! A way to one of AWS's own services, which sockets of the daemon answer: an interface endpoint's addresses in a VPC's
//! subnets, or the service's public addresses behind a gateway endpoint's routes.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use resource::{
    EndpointId, EndpointKind, EndpointState, FrontDoor, InterfaceId, NetworkInterface, VpcEndpoint, VpcId, service_ports,
};
use store::Snapshot;

use crate::served::Served;

/// An endpoint to one of AWS's services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The endpoint's id.
    pub id: EndpointId,
    /// The VPC.
    pub vpc: VpcId,
    /// The name for which requests to the service are signed.
    pub service: &'static str,
    /// Whether packets pass: its sockets are open.
    pub open: bool,
    /// The TCP ports that it answers at.
    pub ports: Vec<u16>,
    /// Where it answers.
    pub at: At,
}

/// Where an endpoint to one of AWS's services answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// At its interfaces' addresses.
    Interfaces(Vec<(InterfaceId, Ipv4Addr)>),
    /// At the service's public address, for the subnets whose route tables lead there.
    Routes(Ipv4Addr),
}

pub(crate) fn plan(world: &Snapshot, id: &EndpointId) -> Option<Door> {
    let endpoint = world.find::<VpcEndpoint>(id.as_str())?;
    if matches!(endpoint.state, EndpointState::Deleting | EndpointState::Deleted) {
        return None;
    }
    let service = endpoint.aws_service()?;
    let at = match endpoint.kind {
        EndpointKind::Interface => At::Interfaces(endpoint.interfaces.iter().filter_map(|id| leg(world, id)).collect()),
        EndpointKind::Gateway => At::Routes(FrontDoor::of(service.signing_name)?.address()),
    };
    Some(Door {
        id: endpoint.id.clone(),
        vpc: endpoint.vpc.clone(),
        service: service.signing_name,
        open: endpoint.served && endpoint.state.is_open(),
        ports: service_ports(service.signing_name).to_vec(),
        at,
    })
}

fn leg(world: &Snapshot, id: &InterfaceId) -> Option<(InterfaceId, Ipv4Addr)> {
    let interface = world.find::<NetworkInterface>(id.as_str())?;
    Some((interface.id.clone(), interface.primary()?))
}

impl Door {
    /// The addresses at which it answers.
    pub fn addresses(&self) -> Vec<Ipv4Addr> {
        match &self.at {
            At::Interfaces(legs) => legs.iter().map(|(_, address)| *address).collect(),
            At::Routes(address) => vec![*address],
        }
    }

    /// Where it has sockets that packets may reach.
    pub(crate) fn served(&self) -> Vec<Served> {
        let addresses = if self.open { self.addresses() } else { Vec::new() };
        addresses.into_iter().flat_map(|address| self.ports.iter().map(move |port| Served::tcp(address, *port))).collect()
    }
}

impl Display for Door {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = if self.open { "open" } else { "closed" };
        let ports: Vec<String> = self.ports.iter().map(u16::to_string).collect();
        write!(f, "door {} in {} to {}: {state}, tcp {}", self.id, self.vpc, self.service, ports.join(" "))?;
        match &self.at {
            At::Interfaces(legs) => legs.iter().try_for_each(|(id, address)| write!(f, "\n    {id} at {address}")),
            At::Routes(address) => write!(f, "\n    routes to {address}"),
        }
    }
}
