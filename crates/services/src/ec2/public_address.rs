//! Public addresses of the simulated internet: every Elastic IP and every automatic address comes from here.

use std::net::Ipv4Addr;

use resource::{AddressAssociation, AllocationId, ElasticAddress, NetworkInterface, Owner, PUBLIC_IP, Tags, random_id};
use store::Txn;

use crate::Error;

/// 198.18.1.0/24 is the first block of which addresses are given out; the block 198.18.0.0/24 is for the internet's own hosts.
const FIRST: u32 = u32::from_be_bytes([198, 18, 1, 0]);
/// How many there are up to the end of 198.18.0.0/15: 254 in each block of 256, none that looks like a network's or a broadcast's.
const COUNT: u32 = (u32::from_be_bytes([198, 20, 0, 0]) - FIRST) / 256 * 254;

/// Takes a public address that nobody has. Addresses are handed out in turn, so one that was released rests before it comes again.
///
/// `automatic` ones go with what they serve and are not listed as Elastic IPs.
///
/// # Errors
/// `AddressLimitExceeded` when all are taken.
pub fn allocate(txn: &mut Txn, owner: &Owner, automatic: bool, tags: Tags) -> Result<ElasticAddress, Error> {
    let turn = txn.next_number("public-address").unwrap_or(0);
    let mut candidates = (0..COUNT).map(|i| nth(turn.wrapping_add(i).wrapping_sub(1) % COUNT));
    let free = candidates.find(|address| txn.named::<ElasticAddress>(PUBLIC_IP, address).next().is_none());
    let public =
        free.ok_or_else(|| Error::new("AddressLimitExceeded", "All public addresses of this installation are in use."))?;
    let address = ElasticAddress { id: AllocationId::random(), owner: owner.clone(), public, association: None, automatic, tags };
    txn.put(address.clone());
    Ok(address)
}

/// Makes `address` stand for the primary private address of `interface`; returns the association as it was written.
///
/// # Errors
/// A failure of ours when the interface has no address.
pub fn associate(txn: &mut Txn, address: &ElasticAddress, interface: &NetworkInterface) -> Result<AddressAssociation, Error> {
    let private = interface.primary().ok_or_else(|| Error::internal(format!("{} has no address", interface.id)))?;
    let association = AddressAssociation { id: random_id("eipassoc-"), interface: interface.id.clone(), private };
    txn.put(ElasticAddress { association: Some(association.clone()), ..address.clone() });
    Ok(association)
}

/// The `n`-th address, counting from 0.
fn nth(n: u32) -> Ipv4Addr {
    Ipv4Addr::from(FIRST + n / 254 * 256 + n % 254 + 1)
}

#[cfg(test)]
mod tests {
    use store::{Store, StoreError};

    use super::*;

    #[test]
    fn addresses_run_from_the_first_block_to_the_last() {
        assert_eq!(
            [0, 253, 254, COUNT - 1].map(|n| nth(n).to_string()),
            ["198.18.1.1", "198.18.1.254", "198.18.2.1", "198.19.255.254"]
        );
    }

    #[tokio::test]
    async fn no_two_have_the_same_address_and_a_released_one_rests() {
        let store = Store::in_memory();
        let owner = Owner::new("111111111111", "us-east-1");
        let seen = store
            .write(|txn| {
                let first = allocate(txn, &owner, false, Tags::default()).expect("there are free ones");
                txn.remove::<ElasticAddress>(first.id.as_str());
                let second = allocate(txn, &owner, true, Tags::default()).expect("there are free ones");
                Ok::<_, StoreError>([first.public, second.public])
            })
            .await
            .expect("memory takes all writes");
        assert_eq!(seen.map(|a| a.to_string()), ["198.18.1.1", "198.18.1.2"]);
    }
}
