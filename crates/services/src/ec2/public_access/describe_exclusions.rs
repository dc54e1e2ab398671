//! DescribeVpcBlockPublicAccessExclusions: those that have gone are listed with the time of their end.

use std::sync::Arc;

use resource::PublicAccessExclusion;
use serde::{Deserialize, Serialize};

use super::view::ExclusionView;
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    exclusion_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_block_public_access_exclusions: Vec<ExclusionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The caller's exclusions.
pub fn describe_vpc_block_public_access_exclusions(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let exclusions = find::listed(cx, &input.exclusion_ids, find::public_access_exclusion)?;
    let kept = filter::select(&input.filters, exclusions.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |exclusion| exclusion.id.to_string())?;
    let views = page.items.iter().map(|exclusion| ExclusionView::new(exclusion)).collect();
    Ok(Output { vpc_block_public_access_exclusions: views, next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Arc<PublicAccessExclusion>>> {
    let of = filter::of::<Arc<PublicAccessExclusion>>();
    match filter {
        "resource-arn" => of.one(|exclusion| super::arn(&exclusion.owner, &exclusion.of)),
        "internet-gateway-exclusion-mode" => of.one(|exclusion| exclusion.mode.as_str()),
        "state" => of.one(|exclusion| exclusion.state.as_str()),
        _ => of.tag(filter, |exclusion| &exclusion.tags),
    }
}
