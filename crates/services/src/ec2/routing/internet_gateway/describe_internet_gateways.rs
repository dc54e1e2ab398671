//! DescribeInternetGateways.

use std::sync::Arc;

use resource::{InternetGateway, Kind, Resource, Vpc};
use serde::{Deserialize, Serialize};

use super::view::{ATTACHED, InternetGatewayView};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] = &[("internet-gateway-id", InternetGateway::KIND), ("attachment.vpc-id", Vpc::KIND)];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    internet_gateway_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    internet_gateways: Vec<InternetGatewayView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The caller's internet gateways.
pub fn describe_internet_gateways(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let gateways = find::chosen(cx, &input.internet_gateway_ids, &input.filters, BY, find::internet_gateway)?;
    let kept = filter::select(&input.filters, gateways.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |gateway| gateway.id.to_string())?;
    let internet_gateways = page.items.iter().map(|gateway| InternetGatewayView::new(gateway)).collect();
    Ok(Output { internet_gateways, next_token: page.next })
}

/// What a gateway has under a filter's name.
fn field(filter: &str) -> Option<Field<'_, Arc<InternetGateway>>> {
    let of = filter::of::<Arc<InternetGateway>>();
    match filter {
        "attachment.state" => of.many(|gateway| gateway.vpc.iter().map(|_| ATTACHED.to_owned()).collect()),
        "attachment.vpc-id" => of.many(|gateway| gateway.vpc.iter().map(ToString::to_string).collect()),
        "internet-gateway-id" => of.one(|gateway| gateway.id.to_string()),
        "owner-id" => of.one(|gateway| gateway.owner.account.clone()),
        _ => of.tag(filter, |gateway| &gateway.tags),
    }
}
