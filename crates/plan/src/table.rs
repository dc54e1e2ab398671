//! A route table as prefixes and next hops. The VPC's own blocks come before it, but for its routes to them or to parts of them.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use resource::{
    EndpointId, Holder, Instance, InstanceState, InterfaceId, InternetGateway, NatGateway, NatState, NetworkInterface,
    PeeringConnection, PeeringId, Resource, Route, RouteDestination, RouteTable, RouteTableId, RouteTarget, Subnet, Vpc,
    VpcEndpoint, VpcId,
};
use store::Snapshot;

use crate::gateway::{DIRECT, realm};
use crate::group::prefix_list;
use crate::interface::table_of;
use crate::peering;
use crate::router::listed;

/// A route table. The longest prefix wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its id.
    pub id: RouteTableId,
    /// The VPC.
    pub vpc: VpcId,
    /// Where packets go.
    pub routes: Vec<(Ipv4Net, Hop)>,
    /// Where packets for the VPC's own blocks or parts of them go, before the VPC delivers them itself.
    pub within: Vec<(Ipv4Net, Hop)>,
    /// The subnets that use the table, where it leads anything of the VPC elsewhere: what stays in one of them asks no table.
    pub subnets: Vec<Ipv4Net>,
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// To the internet, marked with the realm of the NAT gateway that rewrites the source; 0 keeps one's own public address.
    Internet(u16),
    /// To a peered VPC's router, known by its number and fabric address, marked with the realm of a NAT gateway as well.
    Peer(u32, Ipv4Addr, u16),
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
    let own = prefixes(world, &table);
    let blocks = world.find::<Vpc>(table.vpc.as_str()).map(|vpc| vpc.cidrs.clone()).unwrap_or_default();
    let is_local = |prefix: &Ipv4Net| blocks.iter().any(|block| block.cidr.contains(prefix));
    let (mut routes, mut within) = (Vec::new(), Vec::new());
    for (prefix, route) in &own {
        match &route.target {
            _ if is_local(prefix) => within.push((*prefix, hop(world, &table.vpc, route, DIRECT))),
            RouteTarget::NatGateway(nat) => routes.extend(through(world, nat.as_str(), *prefix, &own)),
            _ => routes.push((*prefix, hop(world, &table.vpc, route, DIRECT))),
        }
    }
    let subnets = if within.is_empty() { Vec::new() } else { users(world, &table) };
    Some(Table { id: table.id.clone(), vpc: table.vpc.clone(), routes, within, subnets })
}

fn users(world: &Snapshot, table: &RouteTable) -> Vec<Ipv4Net> {
    let uses = |subnet: &Arc<Subnet>| table_of(world, &table.vpc, &subnet.id).as_ref() == Some(&table.id);
    world.linked::<Subnet>(Vpc::KIND, &table.vpc).filter(uses).map(|subnet| subnet.cidr).collect()
}

/// The prefixes of a table with their routes, each once: those of blocks come before those of prefix lists, which lose a tie.
fn prefixes<'a>(world: &Snapshot, table: &'a RouteTable) -> Vec<(Ipv4Net, &'a Route)> {
    let (mut blocks, mut lists) = (Vec::new(), Vec::new());
    for route in &table.routes {
        match &route.destination {
            RouteDestination::Cidr(net) => blocks.push((*net, route)),
            RouteDestination::PrefixList(id) => lists.extend(prefix_list(world, id).into_iter().map(|net| (net, route))),
        }
    }
    let mut all: Vec<(Ipv4Net, &Route)> = Vec::new();
    for (prefix, route) in blocks.into_iter().chain(lists) {
        if !all.iter().any(|(known, _)| *known == prefix) {
            all.push((prefix, route));
        }
    }
    all
}

/// The route of `own` by which a packet to `net` goes.
fn longest<'a>(own: &[(Ipv4Net, &'a Route)], net: Ipv4Net) -> Option<(Ipv4Net, &'a Route)> {
    own.iter().filter(|(prefix, _)| prefix.contains(&net)).max_by_key(|(prefix, _)| prefix.prefix_len()).copied()
}

/// What a route to a NAT gateway comes to: the gateway's own subnet's table decides from there. Where that has more specific
/// routes, so has this table, unless it has an own answer for them.
fn through(world: &Snapshot, nat: &str, prefix: Ipv4Net, own: &[(Ipv4Net, &Route)]) -> Vec<(Ipv4Net, Hop)> {
    let nowhere = || vec![(prefix, Hop::Drop)];
    let Some(nat) = world.find::<NatGateway>(nat).filter(|nat| is_on(nat)) else { return nowhere() };
    let Some(realm) = realm(world, &nat) else { return nowhere() };
    let behind = table_of(world, &nat.vpc, &nat.subnet).and_then(|id| world.find::<RouteTable>(id.as_str()));
    let Some(behind) = behind else { return nowhere() };
    let behind = prefixes(world, &behind);
    let onward = |route: &Route| match &route.target {
        RouteTarget::InternetGateway(_) if !nat.public => Hop::Drop,
        RouteTarget::InternetGateway(_) | RouteTarget::Peering(_) | RouteTarget::Endpoint(_) => {
            hop(world, &nat.vpc, route, realm)
        }
        _ => Hop::Drop,
    };
    let first = longest(&behind, prefix).map_or(Hop::Drop, |(_, route)| onward(route));
    let within = behind.iter().filter(|(net, _)| prefix.contains(net) && *net != prefix);
    let mine = within.filter(|(net, _)| longest(own, *net).is_some_and(|(winner, _)| winner == prefix));
    std::iter::once((prefix, first)).chain(mine.map(|(net, route)| (*net, onward(route)))).collect()
}

fn hop(world: &Snapshot, vpc: &VpcId, route: &Route, realm: u16) -> Hop {
    if !active_target(world, vpc, &route.target) {
        return Hop::Drop;
    }
    match &route.target {
        RouteTarget::InternetGateway(_) => Hop::Internet(realm),
        RouteTarget::Interface(id) => interface_hop(world, id).unwrap_or(Hop::Drop),
        RouteTarget::Peering(id) => peer_hop(world, vpc, id, realm).unwrap_or(Hop::Drop),
        RouteTarget::Endpoint(id) => Hop::Endpoint(id.clone()),
        RouteTarget::NatGateway(_) => Hop::Drop,
    }
}

fn interface_hop(world: &Snapshot, id: &InterfaceId) -> Option<Hop> {
    let interface = world.find::<NetworkInterface>(id.as_str())?;
    match interface.source_dest_check {
        true => Some(Hop::Checked(id.clone())),
        false => Some(Hop::Interface(id.clone(), interface.primary()?)),
    }
}

fn peer_hop(world: &Snapshot, vpc: &VpcId, id: &PeeringId, realm: u16) -> Option<Hop> {
    let peering = peering::plan(world, id)?;
    let far = if peering.requester.vpc == *vpc { peering.accepter } else { peering.requester };
    Some(Hop::Peer(far.router.0, far.router.1, realm))
}

fn is_on(nat: &NatGateway) -> bool {
    matches!(nat.state, NatState::Pending | NatState::Available)
}

/// Whether the target of a route exists and is in a state to take packets; the route is a blackhole otherwise.
pub fn active_target(world: &Snapshot, vpc: &VpcId, target: &RouteTarget) -> bool {
    match target {
        RouteTarget::InternetGateway(id) => {
            world.find::<InternetGateway>(id.as_str()).is_some_and(|gateway| gateway.vpc.as_ref() == Some(vpc))
        }
        RouteTarget::NatGateway(id) => world.find::<NatGateway>(id.as_str()).is_some_and(|nat| is_on(&nat)),
        RouteTarget::Peering(id) => world
            .find::<PeeringConnection>(id.as_str())
            .is_some_and(|peering| peering.state.carries() && peering.sides_from(vpc).is_some()),
        RouteTarget::Interface(id) => world.find::<NetworkInterface>(id.as_str()).is_some_and(|eni| takes_packets(world, &eni)),
        RouteTarget::Endpoint(id) => world.find::<VpcEndpoint>(id.as_str()).is_some_and(|endpoint| endpoint.state.is_open()),
    }
}

fn takes_packets(world: &Snapshot, eni: &NetworkInterface) -> bool {
    match eni.holder() {
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
        if !self.subnets.is_empty() {
            write!(f, ", but not within {}", listed(&self.subnets))?;
        }
        self.within.iter().chain(&self.routes).try_for_each(|(prefix, hop)| write!(f, "\n    {prefix} {hop}"))
    }
}

impl Display for Hop {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet(DIRECT) => f.write_str("to the internet"),
            Self::Internet(realm) => write!(f, "to the internet through realm {realm}"),
            Self::Peer(router, _, DIRECT) => write!(f, "to router {router}"),
            Self::Peer(router, _, realm) => write!(f, "to router {router} through realm {realm}"),
            Self::Interface(id, address) => write!(f, "to {id} at {address}"),
            Self::Endpoint(id) => write!(f, "to {id}"),
            Self::Checked(id) => write!(f, "to {id}, which takes only what is its own"),
            Self::Drop => f.write_str("nowhere"),
        }
    }
}
