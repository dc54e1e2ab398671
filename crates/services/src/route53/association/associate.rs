//! AssociateVPCWithHostedZone: another VPC sees a private zone. The VPC's account asks.

use resource::{HostedZone, ZoneVpc};
use serde::Serialize;

use super::super::change::{self, ChangeInfo};
use super::super::find;
use super::{Pair, refuse_public, refuse_taken};
use crate::quotas::known::VPCS_OF_ZONE;
use crate::{Error, Write};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    change_info: ChangeInfo,
}

/// Associates a VPC; one that is associated already conflicts with itself, as on AWS.
pub fn associate_vpc(cx: &mut Write<'_>, input: Pair) -> Result<Output, Error> {
    let mut zone = HostedZone::clone(&*find::any_zone(cx.txn, &input.hosted_zone_id)?);
    refuse_public(&zone)?;
    let vpc = find::vpc(cx.txn, &input.vpc)?;
    let association = ZoneVpc { region: vpc.owner.region.clone(), vpc: vpc.id.clone() };
    let account = &cx.owner().account;
    let allowed = zone.owner.account == *account || zone.authorized.contains(&association);
    if vpc.owner.account != *account || !allowed {
        let message = format!(
            "The VPC {} has not authorized to associate with your hosted zone: the owner of {} has to create an authorization, \
             and the owner of the VPC to associate it.",
            vpc.id, zone.id
        );
        return Err(Error::new("NotAuthorizedException", message).with_status(401));
    }
    if zone.vpcs.contains(&association) {
        let message = format!("The VPC {} has already been associated with the hosted zone {}.", vpc.id, zone.id);
        return Err(Error::new("ConflictingDomainExists", message));
    }
    if zone.vpcs.len() >= VPCS_OF_ZONE {
        let message =
            format!("The hosted zone {} is associated with the {VPCS_OF_ZONE} VPCs that it may be associated with.", zone.id);
        return Err(Error::new("LimitsExceeded", message));
    }
    zone.vpcs.push(association);
    refuse_taken(cx.txn, &zone)?;
    cx.txn.put(zone);
    Ok(Output { change_info: change::submit(cx, input.comment) })
}
