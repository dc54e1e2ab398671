//! ListHostedZonesByName: the caller's zones in the order of their names, from the last label to the first.

use std::sync::Arc;

use resource::{HostedZone, canonical_name, escaped_name};
use serde::{Deserialize, Serialize};

use super::super::find::{account, bare, invalid};
use super::super::paging::{self, reversed};
use super::super::view::{self, ZoneView};
use crate::{Error, Read};

const MOST: usize = 100;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    #[serde(rename = "DNSName")]
    dns_name: Option<String>,
    hosted_zone_id: Option<String>,
    max_items: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zones: Vec<ZoneView>,
    #[serde(rename = "DNSName", skip_serializing_if = "Option::is_none")]
    dns_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hosted_zone_id: Option<String>,
    is_truncated: bool,
    #[serde(rename = "NextDNSName", skip_serializing_if = "Option::is_none")]
    next_dns_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_hosted_zone_id: Option<String>,
    max_items: String,
}

/// Lists zones from a name on.
pub fn list_hosted_zones_by_name(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let limit = paging::limit(input.max_items.as_deref(), MOST)?;
    let refused = |why: &str| Error::new("InvalidDomainName", why);
    let name = input.dns_name.as_deref().filter(|name| !name.is_empty()).map(canonical_name).transpose().map_err(refused)?;
    if name.is_none() && input.hosted_zone_id.is_some() {
        return Err(invalid("HostedZoneId can be used with DNSName only"));
    }
    let name = name.unwrap_or_default();
    let start = (if name.is_empty() { Vec::new() } else { reversed(&name) }, bare(input.hosted_zone_id.as_deref().unwrap_or("")));
    let mut zones: Vec<Arc<HostedZone>> = cx.world.owned(&account(cx.owner())).filter(|zone| place(zone) >= start).collect();
    zones.sort_by(|one, other| place(one).cmp(&place(other)));
    let next = paging::cut(&mut zones, limit);
    Ok(Output {
        hosted_zones: zones.iter().map(|zone| view::zone(cx.world, zone)).collect(),
        is_truncated: next.is_some(),
        next_dns_name: next.as_ref().map(|zone| escaped_name(&zone.name)),
        next_hosted_zone_id: next.map(|zone| zone.id.clone()),
        max_items: limit.to_string(),
        dns_name: input.dns_name,
        hosted_zone_id: input.hosted_zone_id,
    })
}

fn place(zone: &Arc<HostedZone>) -> (Vec<&str>, &str) {
    (reversed(&zone.name), zone.id.as_str())
}
