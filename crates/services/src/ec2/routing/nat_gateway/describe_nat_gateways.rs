//! DescribeNatGateways: failed and deleted ones are listed for an hour.

use std::sync::Arc;

use resource::{Kind, NatGateway, Resource, Subnet, Vpc};
use serde::{Deserialize, Serialize};

use super::view::{self, NatGatewayView};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] = &[("nat-gateway-id", NatGateway::KIND), ("subnet-id", Subnet::KIND), ("vpc-id", Vpc::KIND)];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    nat_gateway_ids: Vec<String>,
    #[serde(rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    nat_gateways: Vec<NatGatewayView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The caller's NAT gateways.
pub fn describe_nat_gateways(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let gateways = find::chosen(cx, &input.nat_gateway_ids, &input.filters, BY, super::find)?;
    let is_listed = |gateway: &Arc<NatGateway>| super::is_listed(gateway, cx.now);
    if let Some(gone) = gateways.iter().find(|gateway| !input.nat_gateway_ids.is_empty() && !is_listed(gateway)) {
        return Err(super::not_found(&gone.id));
    }
    let listed = gateways.into_iter().filter(is_listed);
    let kept = filter::select(&input.filters, listed, field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |gateway| gateway.id.to_string())?;
    let nat_gateways = page.items.iter().map(|gateway| NatGatewayView::new(cx.world, gateway)).collect();
    Ok(Output { nat_gateways, next_token: page.next })
}

/// What a NAT gateway has under a filter's name.
fn field(filter: &str) -> Option<Field<'_, Arc<NatGateway>>> {
    let of = filter::of::<Arc<NatGateway>>();
    match filter {
        "nat-gateway-id" => of.one(|gateway| gateway.id.to_string()),
        "state" => of.one(|gateway| gateway.state.as_str()),
        "subnet-id" => of.one(|gateway| gateway.subnet.to_string()),
        "vpc-id" => of.one(|gateway| gateway.vpc.to_string()),
        "connectivity-type" => of.one(|gateway| view::connectivity(gateway)),
        _ => of.tag(filter, |gateway| &gateway.tags),
    }
}
