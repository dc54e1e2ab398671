//! UpdateHostedZoneComment: what the user says about a zone; nothing takes it away.

use resource::HostedZone;
use serde::{Deserialize, Serialize};

use super::super::find;
use super::super::view::{self, ZoneView};
use crate::{Error, Write};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    id: String,
    comment: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zone: ZoneView,
}

/// Writes another comment.
pub fn update_hosted_zone_comment(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut zone = HostedZone::clone(&*find::zone(cx.txn, cx.owner(), &input.id)?);
    zone.comment = input.comment.filter(|comment| !comment.is_empty());
    cx.txn.put(zone.clone());
    Ok(Output { hosted_zone: view::zone(cx.txn, &zone) })
}
