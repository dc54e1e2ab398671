//! DescribeVpcEndpoints: the caller's endpoints.

use std::sync::Arc;

use resource::{Kind, Resource, Vpc, VpcEndpoint};
use serde::{Deserialize, Serialize};

use super::view::{self, EndpointView};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] = &[("vpc-endpoint-id", VpcEndpoint::KIND), ("vpc-id", Vpc::KIND)];

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_endpoint_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_endpoints: Vec<EndpointView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes endpoints.
pub fn describe_vpc_endpoints(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let wanted: Vec<Arc<VpcEndpoint>> = match input.vpc_endpoint_ids.is_empty() {
        true => find::chosen(cx, &[], &input.filters, BY, find::endpoint)?,
        false => input.vpc_endpoint_ids.iter().map(|id| find::endpoint(cx.world, cx.owner(), id)).collect::<Result<_, _>>()?,
    };
    let kept = filter::select(&input.filters, wanted.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |endpoint| endpoint.id.to_string())?;
    let vpc_endpoints = page.items.iter().map(|endpoint| view::endpoint(cx.world, endpoint)).collect();
    Ok(Output { vpc_endpoints, next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Arc<VpcEndpoint>>> {
    let of = filter::of::<Arc<VpcEndpoint>>();
    match filter {
        "ip-address-type" => of.one(|_| "ipv4"),
        "service-name" => of.one(|endpoint| endpoint.service_name.clone()),
        "service-region" => of.one(|endpoint| endpoint.owner.region.clone()),
        "vpc-id" => of.one(|endpoint| endpoint.vpc.to_string()),
        "vpc-endpoint-id" => of.one(|endpoint| endpoint.id.to_string()),
        "vpc-endpoint-state" => of.one(|endpoint| endpoint.state.as_str()),
        "vpc-endpoint-type" => of.one(|endpoint| view::kind(endpoint)),
        _ => of.tag(filter, |endpoint| &endpoint.tags),
    }
}
