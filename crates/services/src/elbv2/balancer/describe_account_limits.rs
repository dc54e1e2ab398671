//! DescribeAccountLimits: AWS's default quotas of Network Load Balancers. Underpass itself does not stop there.

use serde::{Deserialize, Serialize};

use super::super::paging;
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    marker: Option<String>,
    page_size: Option<usize>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    limits: Vec<Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Limit {
    name: &'static str,
    max: &'static str,
}

const LIMITS: &[(&str, &str)] = &[
    ("listeners-per-network-load-balancer", "50"),
    ("network-load-balancers", "50"),
    ("target-groups", "3000"),
    ("target-groups-per-action-on-network-load-balancer", "1"),
    ("targets-per-availability-zone-per-network-load-balancer", "500"),
    ("targets-per-network-load-balancer", "3000"),
];

/// Describes the quotas.
pub fn describe_account_limits(_: &Read<'_>, input: Input) -> Result<Output, Error> {
    let limits = LIMITS.iter().map(|(name, max)| Limit { name, max }).collect();
    let page = paging::cut(input.marker.as_deref(), input.page_size, limits, |limit| limit.name.to_owned())?;
    Ok(Output { limits: page.items, next_marker: page.next })
}
