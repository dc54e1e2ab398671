//! What can be tagged: found by its ARN, whichever kind it is of.

use resource::{Listener, LoadBalancer, Owner, Tags, TargetGroup};
use store::{Snapshot, Txn};

use super::super::find;
use crate::Error;

/// The tags of the resource with `arn`.
///
/// # Errors
/// The kind's `…NotFound`.
pub fn tags(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Tags, Error> {
    match Kind::of(arn) {
        Kind::Listener => Ok(find::listener(world, owner, arn)?.tags.clone()),
        Kind::TargetGroup => Ok(find::target_group(world, owner, arn)?.tags.clone()),
        Kind::Balancer => Ok(find::balancer(world, owner, arn)?.tags.clone()),
    }
}

/// Gives the resource with `arn` other tags.
pub fn replace(txn: &mut Txn, arn: &str, tags: Tags) {
    match Kind::of(arn) {
        Kind::Listener => txn.update::<Listener>(arn, |listener| listener.tags = tags),
        Kind::TargetGroup => txn.update::<TargetGroup>(arn, |group| group.tags = tags),
        Kind::Balancer => txn.update::<LoadBalancer>(arn, |balancer| balancer.tags = tags),
    };
}

enum Kind {
    Balancer,
    Listener,
    TargetGroup,
}

impl Kind {
    fn of(arn: &str) -> Self {
        match arn.split(':').nth(5).and_then(|path| path.split('/').next()) {
            Some("listener") => Self::Listener,
            Some("targetgroup") => Self::TargetGroup,
            _ => Self::Balancer,
        }
    }
}
