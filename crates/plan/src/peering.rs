//! A peering connection: a link between two routers, over which each VPC's own packets pass and nobody else's.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use resource::{PeeringConnection, PeeringId, Resource, Vpc, VpcId, router_address};
use store::Snapshot;

use crate::router::listed;

/// A connection that carries packets. Each end takes only what comes from the other's blocks and goes to its own: nothing
/// passes through a VPC to a third, or out by its gateways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peering {
    /// Its id.
    pub id: PeeringId,
    /// Who asked for it.
    pub requester: PeeringEnd,
    /// Who accepted it.
    pub accepter: PeeringEnd,
    /// Whether both are in one Region: jumbo frames pass only there.
    pub regional: bool,
}

/// One of the two VPCs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeeringEnd {
    /// The VPC.
    pub vpc: VpcId,
    /// Its router: its number and its address on the fabric.
    pub router: (u32, Ipv4Addr),
    /// Its blocks.
    pub cidrs: Vec<Ipv4Net>,
}

pub(crate) fn plan(world: &Snapshot, id: &PeeringId) -> Option<Peering> {
    let peering = world.find::<PeeringConnection>(id.as_str()).filter(|peering| peering.state.carries())?;
    Some(Peering {
        id: peering.id.clone(),
        requester: end(world, &peering.requester.vpc)?,
        accepter: end(world, &peering.accepter.vpc)?,
        regional: peering.is_regional(),
    })
}

fn end(world: &Snapshot, id: &VpcId) -> Option<PeeringEnd> {
    let vpc = world.find::<Vpc>(id.as_str())?;
    let cidrs = vpc.cidrs.iter().map(|association| association.cidr).collect();
    Some(PeeringEnd { vpc: vpc.id.clone(), router: (vpc.router, router_address(vpc.router)?), cidrs })
}

/// The connection between two VPCs that carries packets.
pub fn peering_between(world: &Snapshot, one: &VpcId, other: &VpcId) -> Option<Arc<PeeringConnection>> {
    world.linked::<PeeringConnection>(Vpc::KIND, one).find(|peering| {
        peering.state.carries() && peering.sides_from(one).is_some_and(|(_, far)| far.vpc == *other && one != other)
    })
}

/// Whether rules of groups in one VPC may mean groups in the other.
pub(crate) fn shares_groups(world: &Snapshot, one: &VpcId, other: &VpcId) -> bool {
    sharing_groups(world, one).contains(other)
}

/// The VPCs whose groups rules of groups in `vpc` may mean.
pub(crate) fn sharing_groups(world: &Snapshot, vpc: &VpcId) -> Vec<VpcId> {
    let carrying = world.linked::<PeeringConnection>(Vpc::KIND, vpc).filter(|peering| peering.state.carries());
    let regional = carrying.filter(|peering| peering.is_regional());
    let others = regional.filter_map(|peering| Some(peering.sides_from(vpc)?.1.vpc.clone()));
    others.filter(|other| other != vpc).collect()
}

impl Display for Peering {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "peering {}", self.id)?;
        if !self.regional {
            f.write_str(" across Regions")?;
        }
        [&self.requester, &self.accepter].into_iter().try_for_each(|end| {
            write!(f, "\n    {} by router {} at {} with {}", end.vpc, end.router.0, end.router.1, listed(&end.cidrs))
        })
    }
}
