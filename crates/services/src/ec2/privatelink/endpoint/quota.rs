//! How many endpoints there may be: interface endpoints in a VPC, gateway endpoints in a Region and in a VPC.

use resource::{EndpointKind, EndpointState, Resource, Vpc, VpcEndpoint};
use store::Snapshot;

use crate::Error;
use crate::quotas::known::{GATEWAY_ENDPOINTS, INTERFACE_ENDPOINTS};
use crate::quotas::most;

/// The most gateway endpoints that a VPC has, whatever was asked for.
const GATEWAYS_PER_VPC: usize = 255;

/// Refuses one endpoint too many. Those that are gone or go do not count.
///
/// # Errors
/// `VpcEndpointLimitExceeded`.
pub fn check(world: &Snapshot, new: &VpcEndpoint) -> Result<(), Error> {
    let counts =
        |other: &VpcEndpoint| other.kind == new.kind && !matches!(other.state, EndpointState::Deleting | EndpointState::Deleted);
    let in_vpc = || world.linked::<VpcEndpoint>(Vpc::KIND, &new.vpc).filter(|other| counts(other)).count();
    let (known, most, place) = match new.kind {
        EndpointKind::Interface => (in_vpc(), most(world, &new.owner, &INTERFACE_ENDPOINTS), "the VPC"),
        EndpointKind::Gateway if in_vpc() >= GATEWAYS_PER_VPC => (in_vpc(), GATEWAYS_PER_VPC, "the VPC"),
        EndpointKind::Gateway => {
            let in_region = world.owned::<VpcEndpoint>(&new.owner).filter(|other| counts(other)).count();
            (in_region, most(world, &new.owner, &GATEWAY_ENDPOINTS), "the Region")
        }
    };
    match known >= most {
        true => Err(Error::new("VpcEndpointLimitExceeded", format!("The limit of {most} such endpoints in {place} is reached."))),
        false => Ok(()),
    }
}
