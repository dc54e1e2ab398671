//! Security groups as requests name them, what interfaces may carry, and how much a group may hold.

use std::sync::Arc;

use resource::{GroupId, GroupRule, Owner, PrefixList, Resource, RulePeer, SecurityGroup, Vpc};
use store::Snapshot;

use super::permission::GroupPair;
use crate::Error;
use crate::ec2::{defaults, find};

const RULES_PER_DIRECTION: u32 = 60;
const GROUPS_PER_INTERFACE: usize = 5;

/// The group of a request that names it by id, or by name in the default VPC.
///
/// # Errors
/// `MissingParameter` when neither is given, AWS's codes for malformed and unknown ones.
pub fn requested(world: &Snapshot, owner: &Owner, id: Option<&str>, name: Option<&str>) -> Result<Arc<SecurityGroup>, Error> {
    match (id, name) {
        (Some(id), _) => find::group(world, owner, id),
        (None, Some(name)) => named(world, &*default_vpc(world, owner)?, name),
        (None, None) => Err(Error::missing("GroupId")),
    }
}

/// The group of a VPC with a name.
///
/// # Errors
/// `InvalidGroup.NotFound`.
pub fn named(world: &Snapshot, vpc: &Vpc, name: &str) -> Result<Arc<SecurityGroup>, Error> {
    let found = world.linked::<SecurityGroup>(Vpc::KIND, &vpc.id).find(|group| group.name == name);
    found.ok_or_else(|| {
        Error::new("InvalidGroup.NotFound", format!("The security group '{name}' does not exist in VPC '{}'", vpc.id))
    })
}

/// The caller's default VPC.
///
/// # Errors
/// `VPCIdNotSpecified` when there is none.
pub fn default_vpc(world: &Snapshot, owner: &Owner) -> Result<Arc<Vpc>, Error> {
    defaults::vpc(world, owner).ok_or_else(|| Error::new("VPCIdNotSpecified", "No default VPC for this user"))
}

/// The groups that a new interface in `vpc` carries: those wanted, or the VPC's default group.
///
/// # Errors
/// `InvalidGroup.NotFound`, `InvalidParameter` for a group of another VPC, `SecurityGroupsPerInterfaceLimitExceeded`.
pub fn for_interface(world: &Snapshot, owner: &Owner, vpc: &Vpc, wanted: &[String]) -> Result<Vec<GroupId>, Error> {
    if wanted.is_empty() {
        return Ok(vec![named(world, vpc, defaults::DEFAULT_GROUP)?.id.clone()]);
    }
    let mut groups = Vec::new();
    for text in wanted {
        let group = find::group(world, owner, text)?;
        if group.vpc != vpc.id {
            let message = format!("Security group {} and subnet belong to different networks.", group.id);
            return Err(Error::new("InvalidParameter", message));
        }
        if !groups.contains(&group.id) {
            groups.push(group.id.clone());
        }
    }
    match groups.len() > GROUPS_PER_INTERFACE {
        true => Err(Error::new(
            "SecurityGroupsPerInterfaceLimitExceeded",
            format!("The maximum number of security groups per interface ({GROUPS_PER_INTERFACE}) has been reached."),
        )),
        false => Ok(groups),
    }
}

/// The group that a rule of `group` names as its peer: of the same VPC, for there is no peering.
///
/// # Errors
/// `InvalidGroup.NotFound`, `InvalidParameterValue` for a name outside the default VPC.
pub fn peer(world: &Snapshot, group: &SecurityGroup, pair: &GroupPair) -> Result<RulePeer, Error> {
    let peer = match (&pair.group_id, &pair.group_name) {
        (Some(id), _) => find::group(world, &group.owner, id)?,
        (None, Some(name)) => {
            let vpc = find::vpc(world, &group.owner, group.vpc.as_str())?;
            if !vpc.is_default {
                let message =
                    format!("Invalid value '{name}' for groupName. Use the id of a group in a VPC that is not the default one.");
                return Err(Error::invalid_value(message));
            }
            named(world, &vpc, name)?
        }
        (None, None) => return Err(Error::missing("GroupId")),
    };
    let account = pair.user_id.as_ref().is_none_or(|account| *account == peer.owner.account);
    if peer.vpc != group.vpc || !account {
        let message = "You have specified two resources that belong to different networks.";
        return Err(Error::new("InvalidGroup.NotFound", message));
    }
    Ok(RulePeer::Group { id: peer.id.clone(), account: peer.owner.account.clone() })
}

/// Refuses a group with more rules than AWS's quota, in which a prefix list counts as its greatest size.
///
/// # Errors
/// `RulesPerSecurityGroupLimitExceeded`.
pub fn check_size(world: &Snapshot, group: &SecurityGroup) -> Result<(), Error> {
    for egress in [false, true] {
        let rules = || group.rules.iter().filter(|rule| rule.egress == egress);
        let v4: u32 = rules().map(|rule| weight(world, rule)).sum();
        let v6 = rules().filter(|rule| matches!(rule.peer, RulePeer::Cidr6(_) | RulePeer::Group { .. })).count();
        if v4 > RULES_PER_DIRECTION || v6 > RULES_PER_DIRECTION as usize {
            let message = format!(
                "The maximum number of rules per security group has been reached: {RULES_PER_DIRECTION} for each direction."
            );
            return Err(Error::new("RulesPerSecurityGroupLimitExceeded", message));
        }
    }
    Ok(())
}

fn weight(world: &Snapshot, rule: &GroupRule) -> u32 {
    match &rule.peer {
        RulePeer::Cidr(_) | RulePeer::Group { .. } => 1,
        RulePeer::Cidr6(_) => 0,
        RulePeer::PrefixList(id) => world.find::<PrefixList>(id.as_str()).map_or(1, |list| list.max_entries),
    }
}
