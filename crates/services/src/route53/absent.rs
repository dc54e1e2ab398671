//! ListHealthChecks and ListReusableDelegationSets: there are none of either here, and these say so.

use serde::{Deserialize, Serialize};

use super::paging;
use crate::operation::operation;
use crate::{Error, Operation, Read};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(read "ListHealthChecks" list_health_checks),
    operation!(read "ListReusableDelegationSets" list_reusable_delegation_sets),
];

const MOST: usize = 100;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    marker: Option<String>,
    max_items: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HealthChecks {
    health_checks: [(); 0],
    #[serde(flatten)]
    page: Page,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DelegationSets {
    delegation_sets: [(); 0],
    #[serde(flatten)]
    page: Page,
}

/// The last page, as every page of nothing is.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    marker: String,
    is_truncated: bool,
    max_items: String,
}

/// The health checks of an account.
pub fn list_health_checks(_: &Read<'_>, input: Input) -> Result<HealthChecks, Error> {
    Ok(HealthChecks { health_checks: [], page: page(input)? })
}

/// The sets of name servers that several zones of an account share.
pub fn list_reusable_delegation_sets(_: &Read<'_>, input: Input) -> Result<DelegationSets, Error> {
    Ok(DelegationSets { delegation_sets: [], page: page(input)? })
}

fn page(input: Input) -> Result<Page, Error> {
    let max_items = paging::limit(input.max_items.as_deref(), MOST)?.to_string();
    Ok(Page { marker: input.marker.unwrap_or_default(), is_truncated: false, max_items })
}
