//! ListHostedZones: the caller's zones, in the order of their ids.

use resource::HostedZone;
use serde::{Deserialize, Serialize};

use super::super::find::{account, bare, invalid};
use super::super::paging;
use super::super::view::{self, ZoneView};
use crate::{Error, Read};

const MOST: usize = 100;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    marker: Option<String>,
    max_items: Option<String>,
    hosted_zone_type: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zones: Vec<ZoneView>,
    marker: String,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    max_items: String,
}

/// Lists zones.
pub fn list_hosted_zones(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let limit = paging::limit(input.max_items.as_deref(), MOST)?;
    let private_only = match input.hosted_zone_type.as_deref() {
        None => false,
        Some("PrivateHostedZone") => true,
        Some(other) => return Err(invalid(format!("{other} is not a type of hosted zones"))),
    };
    let marker = input.marker.unwrap_or_default();
    let zones = cx.world.owned::<HostedZone>(&account(cx.owner())).filter(|zone| zone.private || !private_only);
    let mut zones: Vec<_> = zones.filter(|zone| zone.id.as_str() >= bare(&marker)).collect();
    zones.sort_by(|one, other| one.id.cmp(&other.id));
    let next = paging::cut(&mut zones, limit);
    Ok(Output {
        hosted_zones: zones.iter().map(|zone| view::zone(cx.world, zone)).collect(),
        marker,
        is_truncated: next.is_some(),
        next_marker: next.map(|zone| zone.id.clone()),
        max_items: limit.to_string(),
    })
}
