//! Paths that begin or end at a peering connection: of a way over it, the part on one side.

use std::net::Ipv4Addr;

use explain::{Blocker, Destination, Source, Way};
use ipnet::Ipv4Net;
use resource::{
    InsightsPath, Instance, NetworkInterface, PathPoint, PeeringConnection, PeeringId, Resource, RouteDestination, RouteTable,
    RouteTarget, Subnet, Vpc, VpcEndpoint, VpcId,
};
use store::Snapshot;

/// The peering connection at which a path begins, or ends.
pub(super) fn peering(point: &PathPoint) -> Option<&PeeringId> {
    if let PathPoint::Peering(id) = point { Some(id) } else { None }
}

/// Who sends over a connection to a path's destination: a program in the VPC on its other side.
pub(super) fn beyond(world: &Snapshot, path: &InsightsPath, id: &PeeringId) -> Result<Source, String> {
    let gone = || format!("The connection {id} is gone.");
    let peering = world.find::<PeeringConnection>(id.as_str()).ok_or_else(gone)?;
    let sides = [&peering.requester.vpc, &peering.accepter.vpc];
    let near = match &path.destination {
        Some(end) => vpc_of(world, &end.point),
        None => path.destination_address.and_then(|to| sides.into_iter().find(|vpc| holds(world, vpc, to)).cloned()),
    };
    let far = near.and_then(|near| Some(peering.sides_from(&near)?.1.vpc.clone()));
    let far = far.ok_or_else(|| format!("The connection {id} does not lead to the destination."))?;
    let subnets = world.linked::<Subnet>(Vpc::KIND, &far).map(|subnet| subnet.id.clone());
    let subnet = subnets.min().ok_or_else(|| format!("Nothing comes over {id}: {far} has no subnet."))?;
    Ok(Source::Subnet(subnet, Vec::new()))
}

/// An address on the other side of a connection, as a source sends to it: one that a route leads to, where there is a route.
pub(super) fn across(world: &Snapshot, source: &PathPoint, id: &PeeringId) -> Result<Destination, String> {
    let peering = world.find::<PeeringConnection>(id.as_str()).ok_or_else(|| format!("The connection {id} is gone."))?;
    let near = vpc_of(world, source);
    let sides = near.as_ref().and_then(|near| peering.sides_from(near));
    let Some((own, other)) = sides else {
        return Err(format!("The connection {id} is none of the VPC of {}.", source.text()));
    };
    let blocks: Vec<Ipv4Net> =
        world.find::<Vpc>(other.vpc.as_str()).iter().flat_map(|vpc| vpc.cidrs.clone()).map(|block| block.cidr).collect();
    let over = |table: std::sync::Arc<RouteTable>| {
        let routes = table.routes.iter().filter(|route| route.target == RouteTarget::Peering(id.clone()));
        let prefixes = routes.filter_map(|route| match &route.destination {
            RouteDestination::Cidr(net) => Some(*net),
            RouteDestination::PrefixList(_) => None,
        });
        prefixes.collect::<Vec<_>>()
    };
    let routed = world.linked::<RouteTable>(Vpc::KIND, &own.vpc).flat_map(over);
    let routed = routed.filter(|net| blocks.iter().any(|block| block.contains(net))).min();
    let net = routed.or_else(|| blocks.first().copied());
    net.map(|net| Destination::Address(net.network())).ok_or_else(|| format!("The VPC {} is gone.", other.vpc))
}

fn holds(world: &Snapshot, vpc: &VpcId, address: Ipv4Addr) -> bool {
    world.find::<Vpc>(vpc.as_str()).is_some_and(|vpc| vpc.cidrs.iter().any(|block| block.cidr.contains(&address)))
}

fn vpc_of(world: &Snapshot, point: &PathPoint) -> Option<VpcId> {
    match point {
        PathPoint::Instance(id) => world.find::<Instance>(id.as_str()).map(|instance| instance.vpc.clone()),
        PathPoint::Interface(id) => world.find::<NetworkInterface>(id.as_str()).map(|interface| interface.vpc.clone()),
        PathPoint::Endpoint(id) => world.find::<VpcEndpoint>(id.as_str()).map(|endpoint| endpoint.vpc.clone()),
        PathPoint::Gateway(_) | PathPoint::Service(_) | PathPoint::Peering(_) | PathPoint::Address(_) => None,
    }
}

/// The part of a way that a path is about; none when the path begins at a connection that the way does not meet.
pub(super) fn part(path: &InsightsPath, way: &Way) -> Option<Way> {
    let first = match peering(&path.source.point) {
        Some(id) => way.hops.iter().position(|hop| hop.component == id.as_str())?,
        None => 0,
    };
    let last = path.destination.as_ref().and_then(|end| peering(&end.point));
    let last = last.and_then(|id| way.hops.iter().position(|hop| hop.passes && hop.component == id.as_str()));
    let end = last.map_or(way.hops.len(), |last| last + 1);
    let hops: Vec<_> = way.hops.iter().take(end).skip(first).cloned().collect();
    let is_there = |blocker: &&Blocker| {
        hops.iter().any(|hop| !hop.passes && hop.component == blocker.component && hop.does == blocker.problem)
    };
    let blockers = match (first, last) {
        (0, None) => way.blockers.clone(),
        _ => way.blockers.iter().filter(is_there).cloned().collect(),
    };
    Some(Way { hops, blockers, ..way.clone() })
}
