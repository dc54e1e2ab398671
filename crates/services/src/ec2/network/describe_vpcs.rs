//! DescribeVpcs.

use resource::Vpc;
use serde::{Deserialize, Serialize};

use super::view::{self, VpcView};
use crate::ec2::find;
use crate::filter::{self, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    filters: Vec<Filter>,
    vpc_ids: Vec<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpcs: Vec<VpcView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The caller's VPCs.
pub fn describe_vpcs(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let vpcs = find::listed(cx, &input.vpc_ids, find::vpc)?;
    let kept = filter::select(&input.filters, vpcs.into_iter(), |vpc, name| values(vpc, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |vpc| vpc.id.to_string())?;
    Ok(Output { vpcs: page.items.iter().map(|vpc| VpcView::new(vpc)).collect(), next_token: page.next })
}

/// What a VPC has under a filter's name.
fn values(vpc: &Vpc, filter: &str) -> Option<Vec<String>> {
    let one = |value: String| Some(vec![value]);
    match filter {
        "vpc-id" => one(vpc.id.to_string()),
        "cidr" => Some(vpc.primary().iter().map(ToString::to_string).collect()),
        "cidr-block-association.cidr-block" => Some(vpc.cidrs.iter().map(|c| c.cidr.to_string()).collect()),
        "cidr-block-association.association-id" => Some(vpc.cidrs.iter().map(|c| c.id.clone()).collect()),
        "cidr-block-association.state" => one("associated".to_owned()),
        "ipv6-cidr-block-association.association-id"
        | "ipv6-cidr-block-association.ipv6-cidr-block"
        | "ipv6-cidr-block-association.ipv6-pool"
        | "ipv6-cidr-block-association.state" => Some(Vec::new()),
        "dhcp-options-id" => one(view::dhcp_options_id(vpc)),
        "is-default" | "isDefault" => one(vpc.is_default.to_string()),
        "owner-id" => one(vpc.owner.account.clone()),
        "state" => one(vpc.state.as_str().to_owned()),
        other => filter::tag_values(&vpc.tags, other),
    }
}
