//! CreateRoute.

use resource::{Route, RouteDestination, RouteTable, RouteTarget, Vpc};
use serde::Serialize;

use super::target::Named;
use super::{Request, destination};
use crate::ec2::{find, firewall};
use crate::{Error, Write};

/// AWS's quota of routes per table.
const MAX_ROUTES: usize = 50;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
}

/// Adds a route to a table.
pub fn create_route(cx: &mut Write<'_>, input: Request) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let table = find::route_table(cx.txn, &owner, &input.route_table_id)?;
    let vpc = find::vpc(cx.txn, &owner, table.vpc.as_str())?;
    let destination = destination::named(input.destination_cidr_block.as_deref(), input.destination_prefix_list_id.as_deref())?;
    let target = target(cx, &vpc, &input)?;
    match &destination {
        RouteDestination::Cidr(block) => destination::check(cx.txn, &vpc, *block, &target)?,
        RouteDestination::PrefixList(id) => drop(firewall::prefix_list::refer(cx.txn, &owner, id.as_str())?),
    }
    if table.routes.iter().any(|route| route.destination == destination) {
        let text = input.destination_cidr_block.or(input.destination_prefix_list_id).unwrap_or_default();
        return Err(Error::new("RouteAlreadyExists", format!("The route identified by {text} already exists in {}.", table.id)));
    }
    if table.routes.len() >= MAX_ROUTES {
        return Err(Error::new("RouteLimitExceeded", format!("A route table can have at most {MAX_ROUTES} routes.")));
    }
    cx.txn.update::<RouteTable>(table.id.as_str(), |table| table.routes.push(Route { destination, target }));
    Ok(Output { r#return: true })
}

fn target(cx: &Write<'_>, vpc: &Vpc, input: &Request) -> Result<RouteTarget, Error> {
    match input.target(cx.txn, cx.owner(), &vpc.id)? {
        Named::Target(target) => Ok(target),
        Named::Local => Err(Error::invalid_value("Local routes come with the blocks of the VPC and cannot be created.")),
    }
}
