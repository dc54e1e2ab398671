//! DescribeVpcEndpoints: the caller's endpoints.

use std::sync::Arc;

use resource::VpcEndpoint;
use serde::{Deserialize, Serialize};

use super::view::{self, EndpointView};
use crate::ec2::find;
use crate::filter::{self, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

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
        true => cx.world.owned(cx.owner()).collect(),
        false => input.vpc_endpoint_ids.iter().map(|id| find::endpoint(cx.world, cx.owner(), id)).collect::<Result<_, _>>()?,
    };
    let kept = filter::select(&input.filters, wanted.into_iter(), |endpoint, name| values(endpoint, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |endpoint| endpoint.id.to_string())?;
    let vpc_endpoints = page.items.iter().map(|endpoint| view::endpoint(cx.world, endpoint)).collect();
    Ok(Output { vpc_endpoints, next_token: page.next })
}

fn values(endpoint: &VpcEndpoint, filter: &str) -> Option<Vec<String>> {
    match filter {
        "ip-address-type" => Some(vec!["ipv4".into()]),
        "service-name" => Some(vec![endpoint.service_name.clone()]),
        "service-region" => Some(vec![endpoint.owner.region.clone()]),
        "vpc-id" => Some(vec![endpoint.vpc.to_string()]),
        "vpc-endpoint-id" => Some(vec![endpoint.id.to_string()]),
        "vpc-endpoint-state" => Some(vec![endpoint.state.as_str().into()]),
        "vpc-endpoint-type" => Some(vec![view::kind(endpoint).into()]),
        other => filter::tag_values(&endpoint.tags, other),
    }
}
