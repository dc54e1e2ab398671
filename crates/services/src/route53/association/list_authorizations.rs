//! ListVPCAssociationAuthorizations.

use resource::ZoneVpc;
use serde::{Deserialize, Serialize};

use super::super::find::{self, VpcName};
use super::super::paging;
use crate::page::{self, Ask};
use crate::{Error, Read};

const MOST: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    hosted_zone_id: String,
    #[serde(default)]
    next_token: Option<String>,
    #[serde(default)]
    max_results: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zone_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(rename = "VPCs")]
    vpcs: Vec<VpcName>,
}

/// Lists the VPCs that may be associated with a zone.
pub fn list_authorizations(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let zone = find::zone(cx.world, cx.owner(), &input.hosted_zone_id)?;
    let limit = paging::limit(input.max_results.as_deref(), MOST)?;
    let ask = Ask { max_results: Some(limit), token: input.next_token.as_deref() };
    let page = page::cut(ask, zone.authorized.iter().collect(), |association: &&ZoneVpc| association.vpc.to_string())
        .map_err(|error| Error::new("InvalidPaginationToken", error.message))?;
    Ok(Output {
        hosted_zone_id: zone.id.clone(),
        next_token: page.next,
        vpcs: page.items.into_iter().map(VpcName::from).collect(),
    })
}
