//! DescribeRouteTables.

use resource::{Kind, Resource, RouteTable, Subnet, Tags, Vpc};
use serde::{Deserialize, Serialize};

use super::view::{AssociationView, RouteTableView, RouteView};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] =
    &[("route-table-id", RouteTable::KIND), ("association.subnet-id", Subnet::KIND), ("vpc-id", Vpc::KIND)];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    route_table_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    route_tables: Vec<RouteTableView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The caller's route tables.
pub fn describe_route_tables(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let tables = find::chosen(cx, &input.route_table_ids, &input.filters, BY, find::route_table)?;
    let shown = tables.iter().map(|table| (RouteTableView::new(cx.world, table), &table.tags));
    let kept = filter::select(&input.filters, shown, field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |(view, _)| view.route_table_id.clone())?;
    Ok(Output { route_tables: page.items.into_iter().map(|(view, _)| view).collect(), next_token: page.next })
}

/// What a table has under a filter's name.
fn field(filter: &str) -> Option<Field<'_, (RouteTableView, &Tags)>> {
    let of = filter::of::<(RouteTableView, &Tags)>();
    if let Some(member) = filter.strip_prefix("route.") {
        return route_field(member);
    }
    let associations: fn(&AssociationView) -> Option<String> = match filter {
        "association.gateway-id" => |association| association.gateway_id.clone(),
        "association.main" => |association| Some(association.main.to_string()),
        "association.route-table-association-id" => |association| Some(association.route_table_association_id.clone()),
        "association.route-table-id" => |association| Some(association.route_table_id.clone()),
        "association.subnet-id" => |association| association.subnet_id.clone(),
        "owner-id" => return of.one(|(table, _): &(RouteTableView, _)| table.owner_id.clone()),
        "route-table-id" => return of.one(|(table, _): &(RouteTableView, _)| table.route_table_id.clone()),
        "vpc-id" => return of.one(|(table, _): &(RouteTableView, _)| table.vpc_id.clone()),
        _ => return of.tag(filter, |(_, tags): &(RouteTableView, &Tags)| tags),
    };
    of.many(move |(table, _)| table.associations.iter().filter_map(associations).collect())
}

/// What the routes of a table have under the rest of a filter's name.
fn route_field<'a>(member: &str) -> Option<Field<'a, (RouteTableView, &'a Tags)>> {
    let of = filter::of::<(RouteTableView, &Tags)>();
    let value: fn(&RouteView) -> Option<String> = match member {
        "destination-cidr-block" => |route| route.destination_cidr_block.clone(),
        "destination-prefix-list-id" => |route| route.destination_prefix_list_id.clone(),
        "gateway-id" => |route| route.gateway_id.clone(),
        "instance-id" => |route| route.instance_id.clone(),
        "nat-gateway-id" => |route| route.nat_gateway_id.clone(),
        "origin" => |route| Some(route.origin.to_owned()),
        "state" => |route| Some(route.state.to_owned()),
        "vpc-peering-connection-id" => |route| route.vpc_peering_connection_id.clone(),
        "destination-ipv6-cidr-block" | "egress-only-internet-gateway-id" | "transit-gateway-id" => |_| None,
        _ => return None,
    };
    of.many(move |(table, _)| table.routes.iter().filter_map(value).collect())
}
