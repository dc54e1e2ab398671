//! DeleteNatGateway: it is `deleting` until the kernel has let go of it; its Elastic IP stays with the account.

use resource::{NatGateway, NatState};
use serde::{Deserialize, Serialize};

use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    nat_gateway_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    nat_gateway_id: String,
}

/// Wishes a NAT gateway away. A failed one, which the kernel never had, is deleted at once.
pub fn delete_nat_gateway(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let gateway = super::find(cx.txn, cx.owner(), &input.nat_gateway_id)?;
    let now = cx.now;
    cx.txn.update::<NatGateway>(gateway.id.as_str(), |gateway| match gateway.state {
        NatState::Pending | NatState::Available => gateway.state = NatState::Deleting,
        NatState::Failed => (gateway.state, gateway.deleted) = (NatState::Deleted, Some(now)),
        NatState::Deleting | NatState::Deleted => {}
    });
    Ok(Output { nat_gateway_id: gateway.id.to_string() })
}
