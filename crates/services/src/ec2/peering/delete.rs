//! DeleteVpcPeeringConnection: either side ends a connection; a request that waits is ended by who made it.

use resource::{PeeringConnection, PeeringState};
use serde::{Deserialize, Serialize};

use super::wrong_state;
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

/// Ends a connection. Its routes become blackholes and the rules that name groups of the other side stale.
pub fn delete(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let peering = super::find(cx.txn, &owner, &input.vpc_peering_connection_id)?;
    match peering.state {
        PeeringState::Provisioning | PeeringState::Active => {}
        state if state.is_pending() && peering.requester.owner == owner => {}
        state if state.is_pending() => {
            let message = format!("{} waits for your acceptance: reject it instead.", peering.id);
            return Err(Error::new("OperationNotPermitted", message));
        }
        _ => return Err(wrong_state(&peering, "deleted")),
    }
    cx.txn.update::<PeeringConnection>(peering.id.as_str(), |peering| {
        peering.state = PeeringState::Deleting;
        for side in [&mut peering.requester, &mut peering.accepter] {
            side.ended_it = side.owner.account == owner.account;
        }
    });
    Ok(Output { r#return: true })
}
