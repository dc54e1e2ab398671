//! GetHostedZone: a zone with its servers or its VPCs.

use serde::{Deserialize, Serialize};

use super::super::find::{self, VpcName};
use super::super::view::{self, DelegationSet, ZoneView};
use crate::{Error, Read};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zone: ZoneView,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegation_set: Option<DelegationSet>,
    #[serde(rename = "VPCs", skip_serializing_if = "Vec::is_empty")]
    vpcs: Vec<VpcName>,
}

/// Shows a zone.
pub fn get_hosted_zone(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let zone = find::zone(cx.world, cx.owner(), &input.id)?;
    Ok(Output {
        hosted_zone: view::zone(cx.world, &zone),
        delegation_set: view::delegation(&zone),
        vpcs: zone.vpcs.iter().map(VpcName::from).collect(),
    })
}
