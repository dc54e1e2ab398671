//! Elastic IP addresses: public addresses of the simulated internet that stand for private ones.

pub mod allocate_address;
pub mod associate_address;
pub mod describe_addresses;
pub mod describe_addresses_attribute;
pub mod disassociate_address;
pub mod release_address;

use std::sync::Arc;

use resource::{AddressAssociation, ElasticAddress, NetworkInterface, Owner};
use store::Snapshot;

use crate::ec2::find;
use crate::{Error, Read};

/// An Elastic IP of the caller's. Automatic addresses are none.
///
/// # Errors
/// `InvalidAllocationID.Malformed`, `InvalidAllocationID.NotFound`.
pub fn elastic(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<ElasticAddress>, Error> {
    let address = find::allocation(world, owner, id)?;
    match address.automatic {
        true => Err(Error::new("InvalidAllocationID.NotFound", format!("The allocation ID '{id}' does not exist"))),
        false => Ok(address),
    }
}

/// What an address stands for; an association ends when its interface goes.
pub fn association(world: &Snapshot, address: &ElasticAddress) -> Option<(AddressAssociation, Arc<NetworkInterface>)> {
    let association = address.association.clone()?;
    let interface = world.find::<NetworkInterface>(association.interface.as_str())?;
    Some((association, interface))
}

/// The caller's Elastic IPs: those with the ids, or all.
fn listed(cx: &Read<'_>, ids: &[String]) -> Result<Vec<Arc<ElasticAddress>>, Error> {
    let addresses = find::listed(cx, ids, elastic)?;
    Ok(addresses.into_iter().filter(|address| !address.automatic).collect())
}
