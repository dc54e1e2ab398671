//! DeleteVPCAssociationAuthorization: takes the leave back; what is associated stays so.

use resource::HostedZone;
use serde::Serialize;

use super::super::find::{self, invalid};
use super::Pair;
use crate::{Error, Write};

#[derive(Serialize)]
pub struct Output {}

/// Forbids what was allowed.
pub fn delete_authorization(cx: &mut Write<'_>, input: Pair) -> Result<Output, Error> {
    if input.comment.is_some() {
        return Err(invalid("An authorization has no comment"));
    }
    let mut zone = HostedZone::clone(&*find::zone(cx.txn, cx.owner(), &input.hosted_zone_id)?);
    let Some(at) = zone.authorized.iter().position(|association| association.vpc.as_str() == input.vpc.id) else {
        let message = format!("The VPC {} is not authorized to be associated with {}.", input.vpc.id, zone.id);
        return Err(Error::new("VPCAssociationAuthorizationNotFound", message).with_status(404));
    };
    zone.authorized.remove(at);
    cx.txn.put(zone);
    Ok(Output {})
}
