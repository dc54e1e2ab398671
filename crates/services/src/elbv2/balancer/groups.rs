//! The security groups that a request puts on a balancer.

use resource::{GroupId, Owner, SecurityGroup, VpcId};
use store::Snapshot;

use crate::Error;
use crate::ec2::security_group;

/// The groups of `vpc` with these ids.
///
/// # Errors
/// `InvalidSecurityGroup` for one that does not exist, or belongs to another VPC.
pub fn parse(world: &Snapshot, owner: &Owner, vpc: &VpcId, ids: &[String]) -> Result<Vec<GroupId>, Error> {
    let elsewhere =
        |group: &SecurityGroup| Error::invalid_value(format!("Security group '{}' does not belong to VPC '{vpc}'", group.id));
    let groups = security_group::of_vpc(world, owner, vpc, ids, elsewhere);
    groups.map_err(|refused| Error::new("InvalidSecurityGroup", refused.message))
}
