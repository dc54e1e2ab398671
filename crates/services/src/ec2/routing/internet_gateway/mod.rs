//! Internet gateways: a VPC's link to the simulated internet.

pub mod attach_internet_gateway;
pub mod create_internet_gateway;
pub mod delete_internet_gateway;
pub mod describe_internet_gateways;
pub mod detach_internet_gateway;
mod view;

use std::sync::Arc;

use resource::{InternetGateway, Resource, Vpc, VpcId};
use store::Snapshot;

/// The gateway that is attached to a VPC.
pub fn of_vpc(world: &Snapshot, vpc: &VpcId) -> Option<Arc<InternetGateway>> {
    world.linked::<InternetGateway>(Vpc::KIND, vpc).next()
}
