//! How many targets there may be: in a group, behind a balancer, and behind a balancer in one zone.

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{Instance, LoadBalancer, Target, TargetGroup, TargetId};
use store::Snapshot;

use super::super::find;
use crate::Error;
use crate::quotas::known::{BALANCER_TARGETS, TARGETS, ZONE_TARGETS};
use crate::quotas::most;

/// Refuses a group with too many targets, of itself or together with the others behind its balancers.
///
/// # Errors
/// `TooManyTargets`.
pub fn check_group(world: &Snapshot, group: &TargetGroup) -> Result<(), Error> {
    let limit = most(world, &group.owner, &TARGETS);
    if group.targets.len() > limit {
        return Err(too_many(&format!("A target group may have at most {limit} targets")));
    }
    let balancers = find::listeners_to(world, &group.arn).filter_map(|listener| world.find::<LoadBalancer>(&listener.balancer));
    let balancers: BTreeMap<String, Arc<LoadBalancer>> = balancers.map(|balancer| (balancer.arn.clone(), balancer)).collect();
    balancers.values().try_for_each(|balancer| check(world, balancer, group))
}

/// Refuses a balancer with too many targets, once `group` is behind it as it is given.
///
/// # Errors
/// `TooManyTargets`.
pub fn check(world: &Snapshot, balancer: &LoadBalancer, group: &TargetGroup) -> Result<(), Error> {
    let others = find::listeners_of(world, &balancer.arn).map(|listener| listener.target_group.clone());
    let others = others.filter(|arn| *arn != group.arn).collect::<std::collections::BTreeSet<_>>();
    let others: Vec<_> = others.iter().filter_map(|arn| world.find::<TargetGroup>(arn)).collect();
    let targets = || others.iter().flat_map(|other| &other.targets).chain(&group.targets);
    let limit = most(world, &balancer.owner, &BALANCER_TARGETS);
    if targets().count() > limit {
        return Err(too_many(&format!("A load balancer may have at most {limit} targets")));
    }
    let mut zones: BTreeMap<String, usize> = BTreeMap::new();
    targets().filter_map(|target| zone(world, target)).for_each(|zone| *zones.entry(zone).or_default() += 1);
    let limit = most(world, &balancer.owner, &ZONE_TARGETS);
    match zones.iter().find(|(_, count)| **count > limit) {
        Some((zone, _)) => Err(too_many(&format!("A load balancer may have at most {limit} targets in the zone {zone}"))),
        None => Ok(()),
    }
}

fn zone(world: &Snapshot, target: &Target) -> Option<String> {
    match &target.id {
        TargetId::Instance(id) => world.find::<Instance>(id.as_str()).map(|instance| instance.zone.clone()),
        TargetId::Ip(_) => target.zone.clone(),
    }
}

fn too_many(message: &str) -> Error {
    Error::new("TooManyTargets", message)
}
