//! ReplaceRoute: another target for a destination that a table has a route to; also for the local route, which can be restored.

use resource::{Route, RouteDestination, RouteTable, RouteTarget};

use super::target::Named;
use super::{Request, destination};
use crate::ec2::find;
use crate::ec2::routing::route_table::edge;
use crate::{Error, Write};

/// Changes the target of a route.
pub fn replace_route(cx: &mut Write<'_>, input: Request) -> Result<(), Error> {
    let table = find::route_table(cx.txn, cx.owner(), &input.route_table_id)?;
    let vpc = find::vpc(cx.txn, cx.owner(), table.vpc.as_str())?;
    let destination = destination::named(input.destination_cidr_block.as_deref(), input.destination_prefix_list_id.as_deref())?;
    let local = matches!(destination, RouteDestination::Cidr(block) if destination::is_local(&vpc, block));
    let target = match input.target(cx.txn, cx.owner(), &vpc.id)? {
        Named::Target(target) => Some(target),
        Named::Local if local => None,
        Named::Local => return Err(Error::invalid_value("Only the route to a block of the VPC can have the target local.")),
    };
    if let (RouteDestination::Cidr(block), Some(target)) = (&destination, &target) {
        destination::check(cx.txn, &vpc, *block, target)?;
    }
    let mut table = (*table).clone();
    if !local {
        changeable(&table, &destination)?;
    }
    let known = table.routes.iter().position(|route| route.destination == destination);
    match (known, target) {
        (Some(at), Some(target)) => table.routes[at].target = target,
        (Some(at), None) => drop(table.routes.remove(at)),
        (None, Some(target)) => table.routes.push(Route { destination, target }),
        (None, None) => {}
    }
    if table.gateways().next().is_some() {
        edge::check(cx.txn, &table)?;
    }
    cx.txn.put::<RouteTable>(table);
    Ok(())
}

/// Refuses what is no route of the table, and those of gateway endpoints.
fn changeable(table: &RouteTable, destination: &RouteDestination) -> Result<(), Error> {
    let route = table.routes.iter().find(|route| route.destination == *destination);
    let route =
        route.ok_or_else(|| Error::invalid_value(format!("There is no such route in {}. CreateRoute adds one.", table.id)))?;
    match &route.target {
        RouteTarget::Endpoint(id) => Err(of_endpoint(id)),
        _ => Ok(()),
    }
}

/// Routes to gateway endpoints are not for route operations.
pub fn of_endpoint(endpoint: &resource::EndpointId) -> Error {
    Error::invalid_value(format!("The route is managed by {endpoint}; ModifyVpcEndpoint adds and removes it."))
}
