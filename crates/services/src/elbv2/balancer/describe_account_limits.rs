//! DescribeAccountLimits: the caller's quotas of Network Load Balancers.

use serde::{Deserialize, Serialize};

use super::super::paging;
use crate::quotas::known::{BALANCER_TARGETS, BALANCERS, LISTENERS, Quota, TARGET_GROUPS, ZONE_TARGETS};
use crate::quotas::most;
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
    max: String,
}

/// The quotas by the names that this operation has for them.
static LIMITS: [(&str, &Quota); 5] = [
    ("listeners-per-network-load-balancer", &LISTENERS),
    ("network-load-balancers", &BALANCERS),
    ("target-groups", &TARGET_GROUPS),
    ("targets-per-availability-zone-per-network-load-balancer", &ZONE_TARGETS),
    ("targets-per-network-load-balancer", &BALANCER_TARGETS),
];
/// The action of a listener leads to one group.
const GROUPS_OF_ACTION: (&str, usize) = ("target-groups-per-action-on-network-load-balancer", 1);

/// Describes the quotas.
pub fn describe_account_limits(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let known = LIMITS.iter().map(|(name, quota)| (*name, most(cx.world, cx.owner(), quota)));
    let limits = known.chain([GROUPS_OF_ACTION]).map(|(name, max)| Limit { name, max: max.to_string() }).collect();
    let page = paging::cut(input.marker.as_deref(), input.page_size, limits, |limit| limit.name.to_owned())?;
    Ok(Output { limits: page.items, next_marker: page.next })
}
