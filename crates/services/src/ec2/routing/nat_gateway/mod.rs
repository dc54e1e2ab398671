//! NAT gateways: source NAT for subnets without public addresses.

pub mod create_nat_gateway;
pub mod delete_nat_gateway;
pub mod describe_nat_gateways;
mod view;

use std::sync::Arc;

use resource::{NatGateway, NatGatewayId, NatState, Owner, Timestamp};
use store::Snapshot;

use crate::Error;

/// How long AWS lists a NAT gateway that failed or was deleted.
const LISTED_MILLIS: u64 = 3600 * 1000;

/// A NAT gateway of the caller's.
///
/// # Errors
/// `NatGatewayMalformed`, `NatGatewayNotFound`: NAT gateways have codes of their own form.
fn find(world: &Snapshot, owner: &Owner, text: &str) -> Result<Arc<NatGateway>, Error> {
    let id =
        NatGatewayId::parse(text).map_err(|_| Error::new("NatGatewayMalformed", format!("NatGateway id {text} is malformed")))?;
    let found = world.find::<NatGateway>(id.as_str()).filter(|gateway| gateway.owner == *owner);
    found.ok_or_else(|| not_found(&id))
}

fn not_found(id: &NatGatewayId) -> Error {
    Error::new("NatGatewayNotFound", format!("NAT gateway {id} was not found"))
}

/// Whether AWS would still list it.
fn is_listed(gateway: &NatGateway, now: Timestamp) -> bool {
    let ended = match gateway.state {
        NatState::Failed => gateway.created,
        NatState::Deleted => gateway.deleted.unwrap_or(gateway.created),
        NatState::Pending | NatState::Available | NatState::Deleting => return true,
    };
    now.millis_since(ended) < LISTED_MILLIS
}
