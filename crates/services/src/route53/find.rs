//! What requests name: zones by their ids, with or without `/hostedzone/`, and VPCs; Route 53's codes for what is not there.

use std::sync::Arc;

use resource::{GLOBAL, HostedZone, Owner, Vpc, VpcId, ZoneVpc};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use crate::Error;

/// A VPC as requests and answers name it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct VpcName {
    #[serde(rename = "VPCRegion", default, skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<String>,
    #[serde(rename = "VPCId", default)]
    pub(super) id: String,
}

impl From<&ZoneVpc> for VpcName {
    fn from(association: &ZoneVpc) -> Self {
        Self { region: Some(association.region.clone()), id: association.vpc.to_string() }
    }
}

/// The owner of what an account has in no Region.
pub(super) fn account(owner: &Owner) -> Owner {
    Owner::new(owner.account.clone(), GLOBAL)
}

/// The caller's zone.
///
/// # Errors
/// `NoSuchHostedZone`.
pub(super) fn zone(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<HostedZone>, Error> {
    any_zone(world, id).and_then(|zone| match zone.owner.account == owner.account {
        true => Ok(zone),
        false => Err(no_such_zone(id)),
    })
}

/// A zone, whoever owns it.
///
/// # Errors
/// `NoSuchHostedZone`.
pub(super) fn any_zone(world: &Snapshot, id: &str) -> Result<Arc<HostedZone>, Error> {
    world.find::<HostedZone>(bare(id)).ok_or_else(|| no_such_zone(id))
}

/// An id without the folder that answers put before it.
pub(super) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// The VPC that a request names.
///
/// # Errors
/// `InvalidVPCId` when there is none in that Region; `InvalidInput` when a part of the name is missing.
pub(super) fn vpc(world: &Snapshot, name: &VpcName) -> Result<Arc<Vpc>, Error> {
    let region = name.region.as_deref().ok_or_else(|| invalid("VPCRegion is required to name a VPC"))?;
    let found = VpcId::parse(&name.id).ok().and_then(|id| world.find::<Vpc>(id.as_str()));
    found.filter(|vpc| vpc.owner.region == region).ok_or_else(|| {
        Error::new("InvalidVPCId", format!("The VPC: {} in region {region} was not found or is not owned by you.", name.id))
    })
}

/// `InvalidInput`.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new("InvalidInput", message)
}

/// `NoSuchHostedZone`: there is none, or it is not the caller's to see.
pub(super) fn no_such_zone(id: &str) -> Error {
    Error::new("NoSuchHostedZone", format!("No hosted zone found with ID: {}", bare(id))).with_status(404)
}
