//! DeleteRoute.

use resource::{RouteDestination, RouteTable, RouteTarget};
use serde::Deserialize;

use super::destination;
use super::replace_route::of_endpoint;
use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    route_table_id: String,
    destination_cidr_block: Option<String>,
    destination_prefix_list_id: Option<String>,
}

/// Removes a route from a table.
pub fn delete_route(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let table = find::route_table(cx.txn, cx.owner(), &input.route_table_id)?;
    let vpc = find::vpc(cx.txn, cx.owner(), table.vpc.as_str())?;
    let destination = destination::named(input.destination_cidr_block.as_deref(), input.destination_prefix_list_id.as_deref())?;
    if let RouteDestination::Cidr(block) = destination
        && destination::is_local(&vpc, block)
    {
        return Err(Error::invalid_value(format!("cannot remove local route {block} in route table {}", table.id)));
    }
    let Some(route) = table.routes.iter().find(|route| route.destination == destination) else {
        let text = input.destination_cidr_block.or(input.destination_prefix_list_id).unwrap_or_default();
        let message = format!("no route with destination {text} in route table {}", table.id);
        return Err(Error::new("InvalidRoute.NotFound", message));
    };
    if let RouteTarget::Endpoint(id) = &route.target {
        return Err(of_endpoint(id));
    }
    cx.txn.update::<RouteTable>(table.id.as_str(), |table| table.routes.retain(|route| route.destination != destination));
    Ok(())
}
