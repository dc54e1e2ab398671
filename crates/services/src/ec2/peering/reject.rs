//! RejectVpcPeeringConnection: the owner of the VPC that was asked for does not agree.

use resource::{PeeringConnection, PeeringState};
use serde::{Deserialize, Serialize};

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
    r#return: bool,
}

/// Rejects a connection, which the requester sees for two days more.
pub fn reject(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let peering = super::decided_by_accepter(cx.txn, &owner, &input.vpc_peering_connection_id, "rejected")?;
    let now = cx.now;
    cx.txn.update::<PeeringConnection>(peering.id.as_str(), |peering| {
        peering.state = PeeringState::Rejected;
        peering.accepter.ended_it = true;
        peering.ended = Some(now);
    });
    Ok(Output { r#return: true })
}
