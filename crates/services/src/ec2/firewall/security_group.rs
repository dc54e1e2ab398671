//! Security groups as requests name them, what interfaces may carry, and how much a group may hold.

use std::sync::Arc;

use resource::{
    GroupId, GroupRule, LoadBalancer, NetworkInterface, Owner, PeeringConnection, PeeringId, PrefixList, Resource, RulePeer,
    SecurityGroup, Vpc, VpcEndpoint, VpcId,
};
use store::Snapshot;

use super::permission::GroupPair;
use crate::Error;
use crate::ec2::{defaults, find, peering};
use crate::quotas::{
    self,
    known::{GROUP_RULES, GROUPS_OF_INTERFACE},
};

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
/// `InvalidGroup.NotFound`, `InvalidParameter` for a group of another VPC that is not for this one, `SecurityGroupsPerInterfaceLimitExceeded`.
pub fn for_interface(world: &Snapshot, owner: &Owner, vpc: &Vpc, wanted: &[String]) -> Result<Vec<GroupId>, Error> {
    if wanted.is_empty() {
        return Ok(vec![named(world, vpc, defaults::DEFAULT_GROUP)?.id.clone()]);
    }
    let groups = of_vpc(world, owner, &vpc.id, wanted, |group| {
        let message = format!("Security group {} and subnet belong to different networks.", group.id);
        Error::new("InvalidParameter", message)
    })?;
    let most = quotas::most(world, owner, &GROUPS_OF_INTERFACE);
    match groups.len() > most {
        true => Err(Error::new(
            "SecurityGroupsPerInterfaceLimitExceeded",
            format!("The maximum number of security groups per interface ({most}) has been reached."),
        )),
        false => Ok(groups),
    }
}

/// The groups with these ids, each once, which are all for `vpc`.
///
/// # Errors
/// EC2's codes for malformed and unknown ids; `elsewhere` for a group of another VPC that is not for this one.
pub fn of_vpc(
    world: &Snapshot,
    owner: &Owner,
    vpc: &VpcId,
    wanted: &[String],
    elsewhere: impl Fn(&SecurityGroup) -> Error,
) -> Result<Vec<GroupId>, Error> {
    let mut groups = Vec::new();
    for id in wanted {
        let group = find::group(world, owner, id)?;
        if !group.is_for(vpc) {
            return Err(elsewhere(&group));
        }
        if !groups.contains(&group.id) {
            groups.push(group.id.clone());
        }
    }
    Ok(groups)
}

/// Something that uses a group: what carries it, or a group for the same VPC whose rules name it. In `vpc`, or anywhere.
pub fn user_of(world: &Snapshot, group: &SecurityGroup, vpc: Option<&VpcId>) -> Option<String> {
    let (kind, id) = (SecurityGroup::KIND, &group.id);
    let there = |place: &VpcId| vpc.is_none_or(|vpc| vpc == place);
    let interface = || world.linked::<NetworkInterface>(kind, id).find(|i| there(&i.vpc)).map(|i| i.id.to_string());
    let endpoint = || world.linked::<VpcEndpoint>(kind, id).find(|e| there(&e.vpc)).map(|e| e.id.to_string());
    let balancer = || world.linked::<LoadBalancer>(kind, id).find(|b| there(&b.vpc)).map(|b| b.arn.clone());
    let names = |other: &SecurityGroup| other.id != group.id && other.vpc == *vpc.unwrap_or(&group.vpc);
    let naming = || world.linked::<SecurityGroup>(kind, id).find(|other| names(other)).map(|other| other.id.to_string());
    interface().or_else(endpoint).or_else(balancer).or_else(naming)
}

/// What AWS says of rules that name a group of a peer when the group or the connection is gone.
pub const STALE: &str = "deleted";

/// Whether a rule still means a group of a peer: the state of the connection.
pub fn peering_status(world: &Snapshot, group: &GroupId, peering: &PeeringId) -> &'static str {
    let there = world.find::<SecurityGroup>(group.as_str()).is_some();
    let peering = world.find::<PeeringConnection>(peering.as_str()).filter(|peering| there && peering.state.carries());
    peering.map_or(STALE, |peering| peering.state.as_str())
}

/// The group that a rule of `group` names as its peer: one for the same VPC, or of one that is peered with it in the same Region.
///
/// # Errors
/// `InvalidGroup.NotFound`, `InvalidParameterValue` for a name outside the default VPC.
pub fn peer(world: &Snapshot, group: &SecurityGroup, pair: &GroupPair) -> Result<RulePeer, Error> {
    let peer = match (&pair.group_id, &pair.group_name) {
        (Some(id), _) => match find::group(world, &group.owner, id) {
            Ok(own) if own.is_for(&group.vpc) => own,
            Err(error) if error.code.ends_with("Malformed") => return Err(error),
            _ => return abroad(world, group, id, pair),
        },
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
    if !peer.is_for(&group.vpc) || !account {
        return Err(other_network());
    }
    Ok(RulePeer::Group { id: peer.id.clone(), account: peer.owner.account.clone() })
}

fn other_network() -> Error {
    Error::new("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
}

/// A group of a peered VPC; or one that a rule of `group` names already, so that stale rules can be taken away.
fn abroad(world: &Snapshot, group: &SecurityGroup, id: &str, pair: &GroupPair) -> Result<RulePeer, Error> {
    let known = group
        .rules
        .iter()
        .map(|rule| &rule.peer)
        .find(|peer| matches!(peer, RulePeer::PeerGroup { id: known, .. } if known.as_str() == id));
    let of_account = |account: &str| pair.user_id.as_deref().is_none_or(|wanted| wanted == account);
    let found = world.find::<SecurityGroup>(id).filter(|other| of_account(&other.owner.account));
    let named = found.and_then(|other| {
        let peering = peering::carrying(world, &group.vpc, &other.vpc).filter(|peering| peering.is_regional())?;
        let (vpc, over) = (other.vpc.as_str(), peering.id.as_str());
        let meant = pair.vpc_id.as_deref().is_none_or(|wanted| wanted == vpc)
            && pair.vpc_peering_connection_id.as_deref().is_none_or(|wanted| wanted == over);
        let (account, vpc) = (other.owner.account.clone(), other.vpc.clone());
        meant.then(|| RulePeer::PeerGroup { id: other.id.clone(), account, vpc, peering: peering.id.clone() })
    });
    named.or_else(|| known.cloned()).ok_or_else(other_network)
}

/// Refuses a group with more rules than AWS's quota, in which a prefix list counts as its greatest size.
///
/// # Errors
/// `RulesPerSecurityGroupLimitExceeded`.
pub fn check_size(world: &Snapshot, group: &SecurityGroup) -> Result<(), Error> {
    let most = quotas::most(world, &group.owner, &GROUP_RULES);
    for egress in [false, true] {
        let rules = || group.rules.iter().filter(|rule| rule.egress == egress);
        let v4: u32 = rules().map(|rule| weight(world, rule)).sum();
        let v6 = rules()
            .filter(|rule| matches!(rule.peer, RulePeer::Cidr6(_) | RulePeer::Group { .. } | RulePeer::PeerGroup { .. }))
            .count();
        if v4 as usize > most || v6 > most {
            let message = format!("The maximum number of rules per security group has been reached: {most} for each direction.");
            return Err(Error::new("RulesPerSecurityGroupLimitExceeded", message));
        }
    }
    Ok(())
}

fn weight(world: &Snapshot, rule: &GroupRule) -> u32 {
    match &rule.peer {
        RulePeer::Cidr(_) | RulePeer::Group { .. } | RulePeer::PeerGroup { .. } => 1,
        RulePeer::Cidr6(_) => 0,
        RulePeer::PrefixList(id) => world.find::<PrefixList>(id.as_str()).map_or(1, |list| list.max_entries),
    }
}
