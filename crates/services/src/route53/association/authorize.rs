//! CreateVPCAssociationAuthorization: lets the owner of a VPC associate it with the caller's zone.

use resource::{HostedZone, ZoneVpc};
use serde::Serialize;

use super::super::find::{self, VpcName, invalid};
use super::{Pair, refuse_public};
use crate::{Error, Write};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    hosted_zone_id: String,
    #[serde(rename = "VPC")]
    vpc: VpcName,
}

/// Allows a VPC; again is no error.
pub fn create_authorization(cx: &mut Write<'_>, input: Pair) -> Result<Output, Error> {
    if input.comment.is_some() {
        return Err(invalid("An authorization has no comment"));
    }
    let mut zone = HostedZone::clone(&*find::zone(cx.txn, cx.owner(), &input.hosted_zone_id)?);
    refuse_public(&zone)?;
    let vpc = find::vpc(cx.txn, &input.vpc)?;
    let association = ZoneVpc { region: vpc.owner.region.clone(), vpc: vpc.id.clone() };
    let answer = Output { hosted_zone_id: zone.id.clone(), vpc: VpcName::from(&association) };
    if !zone.authorized.contains(&association) {
        zone.authorized.push(association);
        cx.txn.put(zone);
    }
    Ok(answer)
}
