//! Finding what an ARN names: the caller's own only, with the codes of this service.

use std::sync::Arc;

use resource::{Listener, LoadBalancer, Owner, Resource, TargetGroup};
use store::Snapshot;

use crate::Error;

/// A balancer by ARN.
///
/// # Errors
/// `LoadBalancerNotFound`.
pub fn balancer(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Arc<LoadBalancer>, Error> {
    own(world, owner, arn).ok_or_else(|| Error::new("LoadBalancerNotFound", format!("Load balancer '{arn}' not found")))
}

/// A listener by ARN.
///
/// # Errors
/// `ListenerNotFound`.
pub fn listener(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Arc<Listener>, Error> {
    own(world, owner, arn).ok_or_else(|| Error::new("ListenerNotFound", format!("Listener '{arn}' not found")))
}

/// A target group by ARN.
///
/// # Errors
/// `TargetGroupNotFound`.
pub fn target_group(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Arc<TargetGroup>, Error> {
    own(world, owner, arn).ok_or_else(|| Error::new("TargetGroupNotFound", format!("Target group '{arn}' not found")))
}

/// The key under which a name of a balancer or target group is indexed.
pub fn name_key(owner: &Owner, name: &str) -> String {
    format!("{}/{}/{name}", owner.account, owner.region)
}

/// The listeners that lead to the target group with `arn`, in the order of their ARNs.
pub fn listeners_to<'a>(world: &'a Snapshot, arn: &str) -> impl Iterator<Item = Arc<Listener>> + 'a {
    world.linked::<Listener>(TargetGroup::KIND, arn)
}

/// The listeners of the balancer with `arn`, in the order of their ARNs.
pub fn listeners_of<'a>(world: &'a Snapshot, arn: &str) -> impl Iterator<Item = Arc<Listener>> + 'a {
    world.linked::<Listener>(LoadBalancer::KIND, arn)
}

fn own<R: Resource>(world: &Snapshot, owner: &Owner, arn: &str) -> Option<Arc<R>> {
    world.find::<R>(arn).filter(|found| found.owner() == Some(owner))
}
