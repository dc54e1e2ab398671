//! DescribeRouteTables.

use resource::Tags;
use serde::{Deserialize, Serialize};

use super::view::{RouteTableView, RouteView};
use crate::ec2::find;
use crate::filter::{self, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

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
    let tables = find::listed(cx, &input.route_table_ids, find::route_table)?;
    let shown = tables.iter().map(|table| (RouteTableView::new(cx.world, table), &table.tags));
    let kept = filter::select(&input.filters, shown, |(view, tags), name| values(view, tags, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |(view, _)| view.route_table_id.clone())?;
    Ok(Output { route_tables: page.items.into_iter().map(|(view, _)| view).collect(), next_token: page.next })
}

/// What a table has under a filter's name.
fn values(table: &RouteTableView, tags: &Tags, filter: &str) -> Option<Vec<String>> {
    if let Some(member) = filter.strip_prefix("route.") {
        return route_values(&table.routes, member);
    }
    match filter {
        "association.gateway-id" => Some(Vec::new()),
        "association.main" => Some(table.associations.iter().map(|a| a.main.to_string()).collect()),
        "association.route-table-association-id" => {
            Some(table.associations.iter().map(|a| a.route_table_association_id.clone()).collect())
        }
        "association.route-table-id" => Some(table.associations.iter().map(|_| table.route_table_id.clone()).collect()),
        "association.subnet-id" => Some(table.associations.iter().filter_map(|a| a.subnet_id.clone()).collect()),
        "owner-id" => Some(vec![table.owner_id.clone()]),
        "route-table-id" => Some(vec![table.route_table_id.clone()]),
        "vpc-id" => Some(vec![table.vpc_id.clone()]),
        other => filter::tag_values(tags, other),
    }
}

/// What the routes of a table have under the rest of a filter's name.
fn route_values(routes: &[RouteView], member: &str) -> Option<Vec<String>> {
    let value: fn(&RouteView) -> Option<String> = match member {
        "destination-cidr-block" => |route| route.destination_cidr_block.clone(),
        "destination-prefix-list-id" => |route| route.destination_prefix_list_id.clone(),
        "gateway-id" => |route| route.gateway_id.clone(),
        "instance-id" => |route| route.instance_id.clone(),
        "nat-gateway-id" => |route| route.nat_gateway_id.clone(),
        "origin" => |route| Some(route.origin.to_owned()),
        "state" => |route| Some(route.state.to_owned()),
        "destination-ipv6-cidr-block"
        | "egress-only-internet-gateway-id"
        | "transit-gateway-id"
        | "vpc-peering-connection-id" => |_| None,
        _ => return None,
    };
    Some(routes.iter().filter_map(value).collect())
}
