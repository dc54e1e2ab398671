//! A route table as prefixes and next hops. The VPC's own blocks come before it and are not in it.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use resource::{
    EndpointId, Holder, Instance, InstanceState, InterfaceId, InternetGateway, NatGateway, NatState, NetworkInterface, Route,
    RouteDestination, RouteTable, RouteTableId, RouteTarget, VpcEndpoint, VpcId,
};
use store::Snapshot;

use crate::gateway::{DIRECT, realm};
use crate::group::prefix_list;
use crate::interface::table_of;

/// A route table. The longest prefix wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its id.
    pub id: RouteTableId,
    /// The VPC.
    pub vpc: VpcId,
    /// Where packets go.
    pub routes: Vec<(Ipv4Net, Hop)>,
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// To the internet, marked with the realm of the NAT gateway that rewrites the source; 0 keeps one's own public address.
    Internet(u16),
    /// To a workload that forwards: its interface and primary address.
    Interface(InterfaceId, Ipv4Addr),
    /// To a service of AWS's, by the gateway endpoint that answers for it here.
    Endpoint(EndpointId),
    /// Nowhere: to an interface that checks destinations, and so takes nothing that is not its own.
    Checked(InterfaceId),
    /// Nowhere, silently: a blackhole.
    Drop,
}

pub(crate) fn plan(world: &Snapshot, id: &RouteTableId) -> Option<Table> {
    let table = world.find::<RouteTable>(id.as_str())?;
    let mut routes: Vec<(Ipv4Net, Hop)> = Vec::new();
    for (prefix, route) in prefixes(world, &table) {
        if !routes.iter().any(|(known, _)| *known == prefix) {
            routes.push((prefix, hop(world, &table.vpc, route)));
        }
    }
    Some(Table { id: table.id.clone(), vpc: table.vpc.clone(), routes })
}

/// The prefixes of a table with their routes, those of blocks before those of prefix lists, which lose a tie.
fn prefixes<'a>(world: &Snapshot, table: &'a RouteTable) -> Vec<(Ipv4Net, &'a Route)> {
    let (mut blocks, mut lists) = (Vec::new(), Vec::new());
    for route in &table.routes {
        match &route.destination {
            RouteDestination::Cidr(net) => blocks.push((*net, route)),
            RouteDestination::PrefixList(id) => lists.extend(prefix_list(world, id).into_iter().map(|net| (net, route))),
        }
    }
    blocks.extend(lists);
    blocks
}

fn hop(world: &Snapshot, vpc: &VpcId, route: &Route) -> Hop {
    if !active_target(world, vpc, &route.target) {
        return Hop::Drop;
    }
    match &route.target {
        RouteTarget::InternetGateway(_) => Hop::Internet(DIRECT),
        RouteTarget::Interface(id) => interface_hop(world, id).unwrap_or(Hop::Drop),
        RouteTarget::NatGateway(id) => nat_hop(world, id.as_str()).unwrap_or(Hop::Drop),
        RouteTarget::Endpoint(id) => Hop::Endpoint(id.clone()),
    }
}

fn interface_hop(world: &Snapshot, id: &InterfaceId) -> Option<Hop> {
    let interface = world.find::<NetworkInterface>(id.as_str())?;
    match interface.source_dest_check {
        true => Some(Hop::Checked(id.clone())),
        false => Some(Hop::Interface(id.clone(), interface.primary()?)),
    }
}

/// Through a public NAT gateway whose own subnet leads to the internet; a private one leads nowhere from here.
fn nat_hop(world: &Snapshot, id: &str) -> Option<Hop> {
    let nat = world.find::<NatGateway>(id)?;
    let table = world.find::<RouteTable>(table_of(world, &nat.vpc, &nat.subnet)?.as_str())?;
    let leaves = table
        .routes
        .iter()
        .any(|route| matches!(&route.target, RouteTarget::InternetGateway(_)) && active_target(world, &nat.vpc, &route.target));
    (nat.public && leaves).then_some(())?;
    realm(world, &nat).map(Hop::Internet)
}

/// Whether the target of a route exists and is in a state to take packets; the route is a blackhole otherwise.
pub fn active_target(world: &Snapshot, vpc: &VpcId, target: &RouteTarget) -> bool {
    match target {
        RouteTarget::InternetGateway(id) => {
            world.find::<InternetGateway>(id.as_str()).is_some_and(|gateway| gateway.vpc.as_ref() == Some(vpc))
        }
        RouteTarget::NatGateway(id) => {
            world.find::<NatGateway>(id.as_str()).is_some_and(|nat| matches!(nat.state, NatState::Pending | NatState::Available))
        }
        RouteTarget::Interface(id) => world.find::<NetworkInterface>(id.as_str()).is_some_and(|eni| takes_packets(world, &eni)),
        RouteTarget::Endpoint(id) => world.find::<VpcEndpoint>(id.as_str()).is_some_and(|endpoint| endpoint.state.is_open()),
    }
}

fn takes_packets(world: &Snapshot, eni: &NetworkInterface) -> bool {
    match eni.attachment.as_ref().map(|attachment| &attachment.holder) {
        Some(Holder::Instance(id)) => world
            .find::<Instance>(id.as_str())
            .is_some_and(|instance| matches!(instance.state, InstanceState::Pending | InstanceState::Running)),
        Some(Holder::Process { .. }) => true,
        Some(Holder::Service) | None => false,
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "table {} in {}", self.id, self.vpc)?;
        self.routes.iter().try_for_each(|(prefix, hop)| write!(f, "\n    {prefix} {hop}"))
    }
}

impl Display for Hop {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet(DIRECT) => f.write_str("to the internet"),
            Self::Internet(realm) => write!(f, "to the internet through realm {realm}"),
            Self::Interface(id, address) => write!(f, "to {id} at {address}"),
            Self::Endpoint(id) => write!(f, "to {id}"),
            Self::Checked(id) => write!(f, "to {id}, which takes only what is its own"),
            Self::Drop => f.write_str("nowhere"),
        }
    }
}
