//! Routes: destinations, targets, and what may lead where.

pub mod create_route;
pub mod delete_route;
mod destination;
pub mod replace_route;
pub mod target;

use serde::Deserialize;

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
