//! A resolver endpoint: sockets of the daemon answer at its interfaces' addresses, or ask from them.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use resource::{DNS_PORT, InterfaceId, ResolverDirection, ResolverEndpoint, ResolverEndpointState, VpcId};
use store::Snapshot;

use crate::served::Served;

/// Where a VPC's resolver answers others, or from where resolvers ask others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    /// The endpoint's id.
    pub id: String,
    /// The VPC.
    pub vpc: VpcId,
    /// Which way questions pass.
    pub direction: ResolverDirection,
    /// Whether questions pass: its sockets are open, or can be.
    pub open: bool,
    /// Its interfaces and their addresses.
    pub addresses: Vec<(InterfaceId, Ipv4Addr)>,
}

pub(crate) fn plan(world: &Snapshot, id: &str) -> Option<Resolver> {
    let endpoint = world.find::<ResolverEndpoint>(id)?;
    let wanted = endpoint.state != ResolverEndpointState::Deleting;
    wanted.then(|| Resolver {
        id: endpoint.id.clone(),
        vpc: endpoint.vpc.clone(),
        direction: endpoint.direction,
        open: endpoint.served,
        addresses: endpoint.addresses.iter().map(|at| (at.interface.clone(), at.address)).collect(),
    })
}

impl Resolver {
    /// Where it has sockets that packets may reach.
    pub(crate) fn served(&self) -> Vec<Served> {
        let open = self.addresses.iter().filter(|_| self.open && self.direction == ResolverDirection::Inbound);
        open.flat_map(|(_, address)| [Served::udp(*address, DNS_PORT), Served::tcp(*address, DNS_PORT)]).collect()
    }
}

impl Display for Resolver {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = if self.open { "open" } else { "closed" };
        let asks = if self.direction == ResolverDirection::Outbound { ", asks others" } else { "" };
        write!(f, "resolver {} of {}: {state}{asks}", self.id, self.vpc)?;
        self.addresses.iter().try_for_each(|(id, address)| write!(f, "\n    {id} at {address}"))
    }
}
