//! GetHostedZoneLimit: AWS's limits, and how much of them a zone uses.

use resource::{HostedZone, RecordSet, Resource};
use serde::{Deserialize, Serialize};

use super::super::find;
use crate::{Error, Read};

/// How many record sets a zone may have.
const RECORDS: usize = 10_000;
/// How many VPCs may see a zone.
const VPCS: usize = 300;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    r#type: String,
    hosted_zone_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    limit: Limit,
    count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Limit {
    r#type: String,
    value: usize,
}

/// Tells a limit.
pub fn get_hosted_zone_limit(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let zone = find::zone(cx.world, cx.owner(), &input.hosted_zone_id)?;
    let (value, count) = match input.r#type.as_str() {
        "MAX_RRSETS_BY_ZONE" => (RECORDS, cx.world.linked::<RecordSet>(HostedZone::KIND, &zone.id).count()),
        "MAX_VPCS_ASSOCIATED_BY_ZONE" if zone.private => (VPCS, zone.vpcs.len()),
        _ => return Err(Error::new("HostedZoneNotPrivate", "The specified HostedZone is not a private hosted zone.")),
    };
    Ok(Output { limit: Limit { r#type: input.r#type, value }, count })
}
