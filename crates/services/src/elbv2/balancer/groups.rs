//! The security groups that a request puts on a balancer.

use resource::{GroupId, Owner, VpcId};
use store::Snapshot;

use crate::Error;
use crate::ec2;

/// The groups of `vpc` with these ids.
///
/// # Errors
/// `InvalidSecurityGroup` for one that does not exist, or belongs to another VPC.
pub fn parse(world: &Snapshot, owner: &Owner, vpc: &VpcId, ids: &[String]) -> Result<Vec<GroupId>, Error> {
    let mut groups = Vec::new();
    for id in ids {
        let group = ec2::find::group(world, owner, id).map_err(|refused| Error::new("InvalidSecurityGroup", refused.message))?;
        if !group.is_for(vpc) {
            return Err(Error::new("InvalidSecurityGroup", format!("Security group '{id}' does not belong to VPC '{vpc}'")));
        }
        if !groups.contains(&group.id) {
            groups.push(group.id.clone());
        }
    }
    Ok(groups)
}
