//! GetHostedZoneLimit and GetAccountLimit: AWS's limits, and how much of them a zone or an account uses.

use resource::{HostedZone, RecordSet, Resource};
use serde::{Deserialize, Serialize};

use super::super::find;
use crate::quotas::known::{HOSTED_ZONES, RECORDS, VPCS_OF_ZONE};
use crate::quotas::most;
use crate::{Error, Read};

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

/// Tells a limit of a zone.
pub fn get_hosted_zone_limit(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let zone = find::zone(cx.world, cx.owner(), &input.hosted_zone_id)?;
    let (value, count) = match input.r#type.as_str() {
        "MAX_RRSETS_BY_ZONE" => {
            (most(cx.world, cx.owner(), &RECORDS), cx.world.linked::<RecordSet>(HostedZone::KIND, &zone.id).count())
        }
        "MAX_VPCS_ASSOCIATED_BY_ZONE" if zone.private => (VPCS_OF_ZONE, zone.vpcs.len()),
        _ => return Err(Error::new("HostedZoneNotPrivate", "The specified HostedZone is not a private hosted zone.")),
    };
    Ok(Output { limit: Limit { r#type: input.r#type, value }, count })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OfAccount {
    r#type: String,
}

/// Tells a limit of the account. Of what is not here nobody has any.
pub fn get_account_limit(cx: &Read<'_>, input: OfAccount) -> Result<Output, Error> {
    let own = |zone: &HostedZone| zone.owner.account == cx.owner().account;
    let (value, count) = match input.r#type.as_str() {
        "MAX_HOSTED_ZONES_BY_OWNER" => {
            (most(cx.world, cx.owner(), &HOSTED_ZONES), cx.world.all::<HostedZone>().filter(|zone| own(zone)).count())
        }
        "MAX_HEALTH_CHECKS_BY_OWNER" => (200, 0),
        "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER" => (100, 0),
        "MAX_TRAFFIC_POLICIES_BY_OWNER" => (50, 0),
        _ => (5, 0),
    };
    Ok(Output { limit: Limit { r#type: input.r#type, value }, count })
}
