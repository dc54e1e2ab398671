//! AcceptVpcPeeringConnection: the owner of the VPC that was asked for agrees.

use resource::{PeeringConnection, PeeringState, Vpc};
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    vpc_peering_connection_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_peering_connection: View,
}

/// Accepts a connection, which carries packets as soon as the kernel has it.
pub fn accept(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let peering = super::decided_by_accepter(cx.txn, &owner, &input.vpc_peering_connection_id, "accepted")?;
    let accepter = cx.txn.find::<Vpc>(peering.accepter.vpc.as_str());
    let requester = cx.txn.find::<Vpc>(peering.requester.vpc.as_str());
    if !peering.fits(requester.as_deref(), accepter.as_deref()) {
        return Err(super::wrong_state(&peering, "accepted: the two VPCs overlap, or one of them is gone"));
    }
    super::check_active(cx.txn, &peering.accepter.owner, &peering.accepter.vpc)?;
    super::check_active(cx.txn, &peering.requester.owner, &peering.requester.vpc)?;
    let blocks = |vpc: &Vpc| vpc.cidrs.iter().map(|association| association.cidr).collect();
    let mut accepted = (*peering).clone();
    accepted.state = PeeringState::Provisioning;
    accepted.accepter.cidrs = accepter.as_deref().map(blocks).unwrap_or_default();
    accepted.requester.cidrs = requester.as_deref().map(blocks).unwrap_or_default();
    cx.txn.put::<PeeringConnection>(accepted.clone());
    Ok(Output { vpc_peering_connection: view::view(&cx.read(), &accepted) })
}
