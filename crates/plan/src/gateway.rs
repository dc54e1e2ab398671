//! The ways to the internet: the link of an internet gateway, public addresses, NAT gateways.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use resource::{
    AllocationId, ElasticAddress, InternetGateway, InternetGatewayId, NatGateway, NatGatewayId, NatState, NetworkInterface,
    Resource, RouteTable, RouteTableId, Vpc, VpcId, router_address,
};
use store::Snapshot;

use crate::{Passage, passage};

/// The link of a VPC's router to the internet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Its id.
    pub id: InternetGatewayId,
    /// The VPC.
    pub vpc: VpcId,
    /// The router's number, which names the link on the internet's side.
    pub router: u32,
    /// The router's address on the link.
    pub fabric: Ipv4Addr,
}

/// A public address that stands for a private one, both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicAddress {
    /// Its id.
    pub id: AllocationId,
    /// The VPC.
    pub vpc: VpcId,
    /// The router's number.
    pub router: u32,
    /// The router's address on its link to the internet.
    pub fabric: Ipv4Addr,
    /// The public address.
    pub public: Ipv4Addr,
    /// The private one.
    pub private: Ipv4Addr,
    /// Whether the private one is an address that the router holds, a balancer's or a NAT gateway's.
    pub held: bool,
    /// What passes between it and the internet.
    pub passage: Passage,
    /// The table by which packets for it go when they have come in: the gateway's, where it has one.
    pub table: Option<RouteTableId>,
}

/// A NAT gateway: packets routed to it leave for the internet with its public address, for elsewhere with its private one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nat {
    /// Its id.
    pub id: NatGatewayId,
    /// The VPC.
    pub vpc: VpcId,
    /// What its routes carry, so that its packets are known.
    pub realm: u16,
    /// The address that its packets have on the internet; private ones have none and do not get there.
    pub public: Option<Ipv4Addr>,
    /// The address that its packets have elsewhere.
    pub private: Ipv4Addr,
}

pub(crate) fn plan(world: &Snapshot, id: &InternetGatewayId) -> Option<Gateway> {
    let gateway = world.find::<InternetGateway>(id.as_str())?;
    let vpc = world.find::<Vpc>(gateway.vpc.as_ref()?.as_str())?;
    Some(Gateway { id: gateway.id.clone(), vpc: vpc.id.clone(), router: vpc.router, fabric: router_address(vpc.router)? })
}

pub(crate) fn plan_address(world: &Snapshot, id: &AllocationId) -> Option<PublicAddress> {
    let address = world.find::<ElasticAddress>(id.as_str())?;
    let association = address.association.as_ref()?;
    let interface = world.find::<NetworkInterface>(association.interface.as_str())?;
    let vpc = world.find::<Vpc>(interface.vpc.as_str())?;
    gateway_of(world, &vpc.id)?;
    Some(PublicAddress {
        id: address.id.clone(),
        vpc: vpc.id.clone(),
        router: vpc.router,
        fabric: router_address(vpc.router)?,
        public: address.public,
        private: association.private,
        held: interface.kind.is_managed(),
        passage: passage(world, &interface),
        table: edge_table(world, &interface),
    })
}

/// The table of the gateway by which packets for an interface come in. What a balancer sends on has not come in by a gateway.
fn edge_table(world: &Snapshot, interface: &NetworkInterface) -> Option<RouteTableId> {
    let gateway = gateway_of(world, &interface.vpc).filter(|_| !interface.kind.is_managed())?;
    let mut linked = world.linked::<RouteTable>(InternetGateway::KIND, &gateway);
    let used = |table: &RouteTable| table.vpc == interface.vpc && table.gateways().any(|id| *id == gateway);
    linked.find(|table| used(table)).map(|table| table.id.clone())
}

pub(crate) fn plan_nat(world: &Snapshot, id: &NatGatewayId) -> Option<Nat> {
    let nat = world.find::<NatGateway>(id.as_str())?;
    if !matches!(nat.state, NatState::Pending | NatState::Available) {
        return None;
    }
    let private = world.find::<NetworkInterface>(nat.interface.as_ref()?.as_str())?.primary()?;
    let public = match nat.public {
        true => Some(public_of(world, &nat)?),
        false => None,
    };
    Some(Nat { id: nat.id.clone(), vpc: nat.vpc.clone(), realm: realm(world, &nat)?, public, private })
}

fn public_of(world: &Snapshot, nat: &NatGateway) -> Option<Ipv4Addr> {
    gateway_of(world, &nat.vpc)?;
    Some(world.find::<ElasticAddress>(nat.allocation.as_ref()?.as_str())?.public)
}

/// The internet gateway attached to a VPC.
pub(crate) fn gateway_of(world: &Snapshot, vpc: &VpcId) -> Option<InternetGatewayId> {
    world.linked::<InternetGateway>(Vpc::KIND, vpc).next().map(|gateway| gateway.id.clone())
}

/// The realm of routes to the internet gateway itself: none, because realms make the kernel's look-ups dearer.
pub(crate) const DIRECT: u16 = 0;

/// The realm of routes to a NAT gateway: from 1 on, by the number of its interface.
pub(crate) fn realm(world: &Snapshot, nat: &NatGateway) -> Option<u16> {
    let interface = world.find::<NetworkInterface>(nat.interface.as_ref()?.as_str())?;
    u16::try_from(interface.fabric? % 65_000 + 1).ok()
}

impl Display for Gateway {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "gateway {} of {} at {}", self.id, self.vpc, self.fabric)
    }
}

impl Display for PublicAddress {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "address {} in {}: {} stands for {}", self.id, self.vpc, self.public, self.private)?;
        match self.passage {
            Passage::Open => {}
            Passage::Out => f.write_str(", outwards only")?,
            Passage::Shut => f.write_str(", and nothing passes")?,
        }
        self.table.iter().try_for_each(|table| write!(f, ", by {table}"))
    }
}

impl Display for Nat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "nat {} in {}: realm {} leaves as {}", self.id, self.vpc, self.realm, self.private)?;
        self.public.map_or(Ok(()), |public| write!(f, ", on the internet as {public}"))
    }
}
