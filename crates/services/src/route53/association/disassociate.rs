//! DisassociateVPCFromHostedZone: a VPC sees a private zone no more; the last one stays.

use resource::HostedZone;
use serde::Serialize;

use super::super::change::{self, ChangeInfo};
use super::super::find;
use super::{Pair, refuse_public};
use crate::{Error, Write};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    change_info: ChangeInfo,
}

/// Disassociates a VPC; its owner and the zone's may.
pub fn disassociate_vpc(cx: &mut Write<'_>, input: Pair) -> Result<Output, Error> {
    let mut zone = HostedZone::clone(&*find::any_zone(cx.txn, &input.hosted_zone_id)?);
    refuse_public(&zone)?;
    let vpc = find::vpc(cx.txn, &input.vpc)?;
    let account = &cx.owner().account;
    if zone.owner.account != *account && vpc.owner.account != *account {
        return Err(find::no_such_zone(&input.hosted_zone_id));
    }
    let Some(at) = zone.vpcs.iter().position(|association| association.vpc == vpc.id) else {
        let message = format!("The VPC {} is not associated with the hosted zone {}.", vpc.id, zone.id);
        return Err(Error::new("VPCAssociationNotFound", message).with_status(404));
    };
    if zone.vpcs.len() == 1 {
        let message = format!("Cannot remove the last VPC association for the private hosted zone {}.", zone.id);
        return Err(Error::new("LastVPCAssociation", message));
    }
    zone.vpcs.remove(at);
    cx.txn.put(zone);
    Ok(Output { change_info: change::submit(cx, input.comment) })
}
