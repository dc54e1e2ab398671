//! ListHostedZonesByVPC: every private zone that a VPC sees, those that its endpoints hold for it included.

use resource::{EndpointKind, HostedZone, Resource, Vpc, VpcEndpoint, escaped_name, private_zone_id};
use serde::{Deserialize, Serialize};

use super::super::find::{self, VpcName};
use super::super::paging;
use crate::page::{self, Ask};
use crate::{Error, Read};

const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "VPCId")]
    vpc_id: String,
    #[serde(rename = "VPCRegion")]
    vpc_region: String,
    #[serde(default)]
    max_items: Option<String>,
    #[serde(default)]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zone_summaries: Vec<Summary>,
    max_items: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    hosted_zone_id: String,
    name: String,
    owner: Holder,
}

#[derive(Serialize)]
enum Holder {
    OwningAccount(String),
    OwningService(&'static str),
}

/// Lists the zones of a VPC.
pub fn list_hosted_zones_by_vpc(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let vpc = find::vpc(cx.world, &VpcName { region: Some(input.vpc_region), id: input.vpc_id })?;
    if vpc.owner.account != cx.owner().account {
        return Err(Error::new("InvalidVPCId", format!("The VPC: {} is not owned by you.", vpc.id)));
    }
    let zones = cx.world.linked::<HostedZone>(Vpc::KIND, &vpc.id).map(|zone| Summary {
        hosted_zone_id: zone.id.clone(),
        name: escaped_name(&zone.name),
        owner: Holder::OwningAccount(zone.owner.account.clone()),
    });
    let endpoints = cx.world.linked::<VpcEndpoint>(Vpc::KIND, &vpc.id).filter(|e| e.kind == EndpointKind::Interface);
    let hidden = endpoints.flat_map(|endpoint| {
        let summary = |zone: &str| Summary {
            hosted_zone_id: private_zone_id(&endpoint.id),
            name: escaped_name(&format!("{zone}.")),
            owner: Holder::OwningService("vpce.amazonaws.com"),
        };
        endpoint.private_zones().map(summary).collect::<Vec<_>>()
    });
    let limit = paging::limit(input.max_items.as_deref(), MOST)?;
    let ask = Ask { max_results: Some(limit), token: input.next_token.as_deref() };
    let page = page::cut(ask, zones.chain(hidden).collect(), |summary| format!("{}/{}", summary.hosted_zone_id, summary.name))
        .map_err(|error| Error::new("InvalidPaginationToken", error.message))?;
    Ok(Output { hosted_zone_summaries: page.items, max_items: limit.to_string(), next_token: page.next })
}
