//! VPC peering: two accounts or one, in one Region or two, and the group rules that reach across.

mod accept;
mod create;
mod delete;
mod describe;
mod describe_security_group_references;
mod describe_stale_security_groups;
mod modify_options;
mod reject;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use resource::{Owner, PEERING_ACCEPTER, PeeringConnection, PeeringId, PeeringState, Resource, Vpc, VpcId};
use store::Snapshot;

pub use create::has_asked;
pub use view::tags_of;

use crate::operation::operation;
use crate::quotas::{self, known::PEERINGS};
use crate::{Error, Operation};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AcceptVpcPeeringConnection" accept::accept),
    operation!(write "CreateVpcPeeringConnection" create::create),
    operation!(write "DeleteVpcPeeringConnection" delete::delete),
    operation!(read "DescribeSecurityGroupReferences" describe_security_group_references::describe_security_group_references),
    operation!(read "DescribeStaleSecurityGroups" describe_stale_security_groups::describe_stale_security_groups),
    operation!(read "DescribeVpcPeeringConnections" describe::describe),
    operation!(write "ModifyVpcPeeringConnectionOptions" modify_options::modify_options),
    operation!(write "RejectVpcPeeringConnection" reject::reject),
];

/// A connection that the caller's account sees in this Region: one that it asked for, or was asked for.
///
/// # Errors
/// EC2's codes for a malformed or unknown id.
pub fn find(world: &Snapshot, owner: &Owner, text: &str) -> Result<Arc<PeeringConnection>, Error> {
    let id = PeeringId::parse(text).map_err(|error| Error::new("InvalidVpcPeeringConnectionId.Malformed", error.to_string()))?;
    let found = world.find::<PeeringConnection>(id.as_str()).filter(|peering| sees(peering, owner));
    found.ok_or_else(|| {
        Error::new("InvalidVpcPeeringConnectionID.NotFound", format!("The vpcPeeringConnection ID '{text}' does not exist"))
    })
}

fn sees(peering: &PeeringConnection, owner: &Owner) -> bool {
    [&peering.requester, &peering.accepter].into_iter().any(|side| side.owner == *owner && !side.hidden)
}

/// Every connection that an account sees in a Region.
pub fn seen(world: &Snapshot, owner: &Owner) -> Vec<Arc<PeeringConnection>> {
    let asked = world.named::<PeeringConnection>(PEERING_ACCEPTER, owner.key());
    let all = world.owned::<PeeringConnection>(owner).chain(asked.filter(|peering| peering.requester.owner != *owner));
    all.filter(|peering| sees(peering, owner)).collect()
}

/// Refuses what the state of a connection does not allow.
fn wrong_state(peering: &PeeringConnection, doing: &str) -> Error {
    let message = format!("The VPC peering connection {} is {} and cannot be {doing}.", peering.id, peering.state.as_str());
    Error::new("InvalidStateTransition", message)
}

/// The connection with `id`, on which only its accepter, in its own Region, may decide.
fn decided_by_accepter(world: &Snapshot, owner: &Owner, id: &str, doing: &str) -> Result<Arc<PeeringConnection>, Error> {
    let peering = find_anywhere(world, owner, id)?;
    if peering.accepter.owner != *owner {
        let Owner { account, region } = &peering.accepter.owner;
        let message = format!("The VPC peering connection {id} can only be {doing} by account {account} in Region {region}.");
        return Err(Error::new("OperationNotPermitted", message));
    }
    match peering.state {
        PeeringState::InitiatingRequest | PeeringState::PendingAcceptance => Ok(peering),
        _ => Err(wrong_state(&peering, doing)),
    }
}

/// As [`find`], but connections of the caller's account in its other Regions are known too: that is the wrong Region, and no
/// unknown connection.
fn find_anywhere(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<PeeringConnection>, Error> {
    let elsewhere = || {
        let peering = world.find::<PeeringConnection>(id)?;
        let ours = [&peering.requester, &peering.accepter].into_iter().any(|side| side.owner.account == owner.account);
        ours.then_some(peering)
    };
    find(world, owner, id).or_else(|error| elsewhere().ok_or(error))
}

/// The live connection between two VPCs, if there is one.
fn live_between(world: &Snapshot, one: &VpcId, other: &VpcId) -> Option<Arc<PeeringConnection>> {
    let mut all = world.linked::<PeeringConnection>(Vpc::KIND, one);
    all.find(|peering| peering.state.is_live() && peering.sides_from(one).is_some_and(|(_, far)| far.vpc == *other))
}

/// The connection between two VPCs that carries packets.
pub fn carrying(world: &Snapshot, one: &VpcId, other: &VpcId) -> Option<Arc<PeeringConnection>> {
    live_between(world, one, other).filter(|peering| peering.state.carries())
}

/// Refuses one active connection too many.
fn check_active(world: &Snapshot, owner: &Owner, vpc: &VpcId) -> Result<(), Error> {
    let active = world.linked::<PeeringConnection>(Vpc::KIND, vpc).filter(|peering| peering.state.carries()).count();
    match active >= quotas::most(world, owner, &PEERINGS) {
        true => Err(Error::new(
            "VpcPeeringConnectionsPerVpcLimitExceeded",
            format!("{vpc} has {active} active VPC peering connections already, the most that a VPC may have."),
        )),
        false => Ok(()),
    }
}
