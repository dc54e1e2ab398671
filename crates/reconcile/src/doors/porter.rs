//! Tells which endpoint a connection came through. Only the socket and the router's mark count, never what the client says.

use std::pin::Pin;
use std::sync::Arc;

use dataplane::door::{Guest, Host};
use resource::{EndpointId, Resource, RouteTable, RouteTarget, Subnet, Vpc, VpcEndpoint, VpcId};
use store::{Snapshot, Store};

use super::{Front, Visit};
use crate::network::subnet_mark;

/// What a door is.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// A front door on the internet.
    Internet,
    /// An interface of an endpoint.
    Endpoint(EndpointId, VpcId),
    /// The door of a VPC's gateway endpoints: the route table says which of them.
    Routes(VpcId),
}

/// Receives those who come to one door.
pub(super) struct Porter {
    front: Arc<dyn Front>,
    store: Store,
    service: &'static str,
    way: Way,
}

impl Porter {
    pub(super) fn new(front: Arc<dyn Front>, store: Store, service: &'static str, way: Way) -> Self {
        Self { front, store, service, way }
    }

    /// The endpoint that a guest came through; an error when it is none any more.
    fn endpoint(&self, guest: &Guest) -> Result<Option<(EndpointId, VpcId)>, ()> {
        match &self.way {
            Way::Internet => Ok(None),
            Way::Endpoint(id, vpc) => Ok(Some((id.clone(), vpc.clone()))),
            Way::Routes(vpc) => {
                let found = by_mark(&self.store.snapshot(), vpc, guest.mark, self.service).ok_or(())?;
                Ok(Some((found, vpc.clone())))
            }
        }
    }
}

impl Host for Porter {
    fn receive(&self, guest: Guest) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let Ok(endpoint) = self.endpoint(&guest) else {
            tracing::debug!(from = %guest.from, service = self.service, "no endpoint leads a connection here any more");
            return Box::pin(async {});
        };
        let visit = Visit { from: guest.from, secure: guest.secure, service: self.service, endpoint };
        self.front.welcome(guest.stream, visit)
    }
}

/// The gateway endpoint to which the route table of the subnet with a mark leads for a service.
pub(super) fn by_mark(world: &Snapshot, vpc: &VpcId, mark: u32, service: &str) -> Option<EndpointId> {
    let subnet = world.linked::<Subnet>(Vpc::KIND, vpc).find(|subnet| subnet_mark(subnet.cidr) == mark)?;
    let table = plan::table_of(world, vpc, &subnet.id).and_then(|id| world.find::<RouteTable>(id.as_str()))?;
    let endpoints = table.routes.iter().filter_map(|route| match &route.target {
        RouteTarget::Endpoint(id) => world.find::<VpcEndpoint>(id.as_str()),
        _ => None,
    });
    let mut leading = endpoints.filter(|endpoint| endpoint.aws_service().is_some_and(|own| own.signing_name == service));
    leading.next().map(|endpoint| endpoint.id.clone())
}
