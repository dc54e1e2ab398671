//! Routes: destinations, targets, and what may lead where.

pub mod create_route;
pub mod delete_route;
mod destination;
pub mod replace_route;
pub mod target;

use resource::{PrefixList, RouteDestination, RouteTable, RouteTarget};
use serde::Deserialize;
use store::Snapshot;

use crate::Error;
use crate::quotas::{self, known::ROUTES};

/// What CreateRoute and ReplaceRoute are given. Targets that we do not have are refused by name.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Request {
    route_table_id: String,
    destination_cidr_block: Option<String>,
    destination_prefix_list_id: Option<String>,
    gateway_id: Option<String>,
    nat_gateway_id: Option<String>,
    network_interface_id: Option<String>,
    instance_id: Option<String>,
    vpc_peering_connection_id: Option<String>,
    local_target: bool,
}

/// Refuses a table with more routes than AWS's quota, in which a prefix list counts as its greatest size; those of gateway
/// endpoints come by themselves and count once.
///
/// # Errors
/// `RouteLimitExceeded`.
pub fn check_size(world: &Snapshot, table: &RouteTable) -> Result<(), Error> {
    let weights = table.routes.iter().map(|route| match (&route.destination, &route.target) {
        (RouteDestination::Cidr(_), _) | (_, RouteTarget::Endpoint(_)) => 1,
        (RouteDestination::PrefixList(id), _) => world.find::<PrefixList>(id.as_str()).map_or(1, |list| list.max_entries),
    });
    let most = quotas::most(world, &table.owner, &ROUTES);
    match weights.sum::<u32>() as usize > most {
        true => Err(Error::new("RouteLimitExceeded", format!("A route table can have at most {most} routes."))),
        false => Ok(()),
    }
}
