//! DescribeLoadBalancers: by ARN, by name, or all.

use std::sync::Arc;

use resource::{BALANCER_NAME, LoadBalancer};
use serde::Deserialize;

use super::super::{find, paging, refusal};
use super::view::{self, Balancers};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    load_balancer_arns: Vec<String>,
    names: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// Describes balancers.
pub fn describe_load_balancers(cx: &Read<'_>, input: Input) -> Result<Balancers, Error> {
    let found = wanted(cx, &input)?;
    let page = paging::cut(input.marker.as_deref(), input.page_size, found, |balancer| balancer.arn.clone())?;
    let load_balancers = page.items.iter().map(|balancer| view::balancer(cx.world, balancer)).collect();
    Ok(Balancers { load_balancers, next_marker: page.next })
}

fn wanted(cx: &Read<'_>, input: &Input) -> Result<Vec<Arc<LoadBalancer>>, Error> {
    match (input.load_balancer_arns.is_empty(), input.names.is_empty()) {
        (false, false) => {
            Err(refusal::validation("Load balancer names and load balancer ARNs cannot be specified at the same time"))
        }
        (false, true) => input.load_balancer_arns.iter().map(|arn| find::balancer(cx.world, cx.owner(), arn)).collect(),
        (true, false) => input.names.iter().map(|name| by_name(cx, name)).collect(),
        (true, true) => Ok(cx.world.owned(cx.owner()).collect()),
    }
}

fn by_name(cx: &Read<'_>, name: &str) -> Result<Arc<LoadBalancer>, Error> {
    let found = cx.world.named(BALANCER_NAME, find::name_key(cx.owner(), name)).next();
    found.ok_or_else(|| Error::new("LoadBalancerNotFound", format!("Load balancers '[{name}]' not found")))
}
