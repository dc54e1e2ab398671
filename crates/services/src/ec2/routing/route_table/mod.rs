//! Route tables and which subnets and gateways use them.

pub mod associate_route_table;
pub mod create_route_table;
pub mod delete_route_table;
pub mod describe_route_tables;
pub mod disassociate_route_table;
pub mod edge;
pub mod replace_route_table_association;
mod view;

use std::sync::Arc;

use resource::{Owner, RouteTable, RouteTableAssociation};
use serde::Serialize;
use store::Snapshot;

use crate::Error;

/// How an association is: always complete once it is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociationState {
    state: &'static str,
}

/// The state of every association.
pub const ASSOCIATED: AssociationState = AssociationState { state: "associated" };

/// An association of the caller's and the table that has it.
///
/// # Errors
/// `InvalidAssociationID.NotFound`.
fn association(world: &Snapshot, owner: &Owner, id: &str) -> Result<(Arc<RouteTable>, RouteTableAssociation), Error> {
    let table = world.named::<RouteTable>("route-table-association", id).find(|table| table.owner == *owner);
    let found = table.and_then(|table| {
        let association = table.associations.iter().find(|association| association.id == id)?.clone();
        Some((table, association))
    });
    found.ok_or_else(|| Error::new("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist")))
}
