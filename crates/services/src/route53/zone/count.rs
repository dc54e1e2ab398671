//! GetHostedZoneCount.

use resource::HostedZone;
use serde::{Deserialize, Serialize};

use super::super::find::account;
use crate::{Error, Read};

#[derive(Deserialize)]
pub struct Input {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zone_count: usize,
}

/// How many zones the caller has.
pub fn get_hosted_zone_count(cx: &Read<'_>, _: Input) -> Result<Output, Error> {
    Ok(Output { hosted_zone_count: cx.world.owned::<HostedZone>(&account(cx.owner())).count() })
}
