//! Finding resolver endpoints of the caller's, by id or by ARN.

use std::sync::Arc;

use resource::{Owner, ResolverEndpoint};
use store::Snapshot;

use super::refusal::missing;
use crate::Error;

const WHAT: &str = "Resolver endpoint";

/// An endpoint of the caller's account and Region.
///
/// # Errors
/// `ResourceNotFoundException`.
pub fn endpoint(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<ResolverEndpoint>, Error> {
    let found = world.find::<ResolverEndpoint>(id).filter(|found| found.owner == *owner);
    found.ok_or_else(|| missing(WHAT, id))
}

/// All of them, in the order of their making.
pub fn endpoints(world: &Snapshot, owner: &Owner) -> Vec<Arc<ResolverEndpoint>> {
    let mut all: Vec<_> = world.all::<ResolverEndpoint>().filter(|found| found.owner == *owner).collect();
    all.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    all
}

/// The one with an ARN.
///
/// # Errors
/// `ResourceNotFoundException`.
pub fn by_arn(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Arc<ResolverEndpoint>, Error> {
    let found = arn.rsplit_once('/').and_then(|(_, id)| world.find::<ResolverEndpoint>(id));
    found.filter(|found| found.owner == *owner && found.arn() == arn).ok_or_else(|| missing(WHAT, arn))
}
