//! Which VPCs see a private zone; a VPC of another account needs the zone's owner's leave first.

mod associate;
mod authorize;
mod disassociate;
mod list_authorizations;
mod unauthorize;

use resource::{HostedZone, PRIVATE_DOMAIN, VpcEndpoint, private_domain_key};
use serde::Deserialize;
use store::Snapshot;

use super::find::VpcName;
use crate::operation::operation;
use crate::{Error, Operation};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "AssociateVPCWithHostedZone" associate::associate_vpc),
    operation!(write "DisassociateVPCFromHostedZone" disassociate::disassociate_vpc),
    operation!(write "CreateVPCAssociationAuthorization" authorize::create_authorization),
    operation!(write "DeleteVPCAssociationAuthorization" unauthorize::delete_authorization),
    operation!(read "ListVPCAssociationAuthorizations" list_authorizations::list_authorizations),
];

/// A zone and a VPC.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pair {
    hosted_zone_id: String,
    #[serde(rename = "VPC")]
    vpc: VpcName,
    #[serde(default)]
    comment: Option<String>,
}

/// Refuses a private zone when something else has its name in one of its VPCs.
///
/// # Errors
/// `ConflictingDomainExists`.
pub(super) fn refuse_taken(world: &Snapshot, zone: &HostedZone) -> Result<(), Error> {
    for association in &zone.vpcs {
        let key = private_domain_key(&association.vpc, &zone.name);
        let other = world.named::<HostedZone>(PRIVATE_DOMAIN, &key).find(|other| other.id != zone.id).map(|zone| zone.id.clone());
        let other =
            other.or_else(|| world.named::<VpcEndpoint>(PRIVATE_DOMAIN, &key).next().map(|endpoint| endpoint.id.to_string()));
        if let Some(other) = other {
            let message = format!(
                "The VPC {} in region {} has already been associated with the hosted zone {other} with the same domain name.",
                association.vpc, association.region
            );
            return Err(Error::new("ConflictingDomainExists", message));
        }
    }
    Ok(())
}

/// Refuses a public zone.
fn refuse_public(zone: &HostedZone) -> Result<(), Error> {
    match zone.private {
        true => Ok(()),
        false => {
            let message = format!("The hosted zone {} is public: VPCs cannot be associated with it.", zone.id);
            Err(Error::new("PublicZoneVPCAssociation", message))
        }
    }
}
