//! Finding resolver endpoints, rules and associations of the caller's, by id or by ARN.

use std::sync::Arc;

use resource::{Owner, ResolverEndpoint, ResolverRule, Resource, RuleAssociation, Timestamp};
use store::Snapshot;

use super::refusal::missing;
use crate::Error;

const ENDPOINT: &str = "Resolver endpoint";
const RULE: &str = "Resolver rule";

/// An endpoint of the caller's account and Region.
///
/// # Errors
/// `ResourceNotFoundException`.
pub fn endpoint(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<ResolverEndpoint>, Error> {
    one(world, owner, ENDPOINT, id)
}

/// A rule of the caller's account and Region.
///
/// # Errors
/// `ResourceNotFoundException`.
pub fn rule(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<ResolverRule>, Error> {
    one(world, owner, RULE, id)
}

/// An association of the caller's account and Region.
///
/// # Errors
/// `ResourceNotFoundException`.
pub fn association(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<RuleAssociation>, Error> {
    one(world, owner, "Resolver rule association", id)
}

/// All endpoints, in the order of their making.
pub fn endpoints(world: &Snapshot, owner: &Owner) -> Vec<Arc<ResolverEndpoint>> {
    all(world, owner, |endpoint: &ResolverEndpoint| endpoint.created)
}

/// All rules, in the order of their making.
pub fn rules(world: &Snapshot, owner: &Owner) -> Vec<Arc<ResolverRule>> {
    all(world, owner, |rule: &ResolverRule| rule.created)
}

/// All associations, in the order of their making.
pub fn associations(world: &Snapshot, owner: &Owner) -> Vec<Arc<RuleAssociation>> {
    all(world, owner, |association: &RuleAssociation| association.created)
}

/// Something that has tags.
pub enum Tagged {
    /// An endpoint.
    Endpoint(Arc<ResolverEndpoint>),
    /// A rule.
    Rule(Arc<ResolverRule>),
}

/// What has an ARN.
///
/// # Errors
/// `ResourceNotFoundException`.
pub fn by_arn(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Tagged, Error> {
    let id = arn.rsplit_once('/').map_or(arn, |(_, id)| id);
    let found = endpoint(world, owner, id).ok().filter(|found| found.arn() == arn).map(Tagged::Endpoint);
    let found = found.or_else(|| rule(world, owner, id).ok().filter(|found| found.arn() == arn).map(Tagged::Rule));
    found.ok_or_else(|| missing("Resource", arn))
}

fn one<R: Resource>(world: &Snapshot, owner: &Owner, what: &str, id: &str) -> Result<Arc<R>, Error> {
    let found = world.find::<R>(id).filter(|found| found.owner() == Some(owner));
    found.ok_or_else(|| missing(what, id))
}

fn all<R: Resource>(world: &Snapshot, owner: &Owner, created: impl Fn(&R) -> Timestamp) -> Vec<Arc<R>> {
    let mut all: Vec<_> = world.all::<R>().filter(|found| found.owner() == Some(owner)).collect();
    all.sort_by_key(|found| (created(found), found.key()));
    all
}
