//! Making network interfaces: every address in a subnet, a workload's or a service's, comes from here.

use std::net::Ipv4Addr;

use rand::Rng;
use resource::{
    Attachment, CidrReservation, GroupId, InterfaceId, InterfaceKind, Link, NetworkInterface, Owner, PRIVATE_IP, Resource,
    Subnet, Tags,
};
use store::{Snapshot, Txn};

use crate::Error;

/// What a new interface shall be.
pub struct Wanted<'a> {
    /// Who owns it.
    pub owner: &'a Owner,
    /// Where it stands.
    pub subnet: &'a Subnet,
    /// The primary address; none takes a free one.
    pub address: Option<Ipv4Addr>,
    /// The groups on it.
    pub groups: Vec<GroupId>,
    /// What it serves.
    pub kind: InterfaceKind,
    /// What is said about it.
    pub description: String,
    /// The AWS service that makes it.
    pub requester: Option<&'a str>,
    /// Who uses it.
    pub attachment: Option<Attachment>,
    /// Its tags.
    pub tags: Tags,
}

/// Makes an interface and writes it.
///
/// # Errors
/// `InvalidIPAddress.InUse`, `InvalidParameterValue` for an address outside the subnet,
/// `InsufficientFreeAddressesInSubnet`.
pub fn create_interface(txn: &mut Txn, wanted: Wanted<'_>) -> Result<NetworkInterface, Error> {
    let address = match wanted.address {
        Some(address) => checked(txn, wanted.subnet, address)?,
        None => free(txn, wanted.subnet)?,
    };
    let fabric = match wanted.kind {
        InterfaceKind::Workload => None,
        InterfaceKind::Endpoint | InterfaceKind::Balancer | InterfaceKind::NatGateway | InterfaceKind::Resolver => {
            Some(txn.next_number("fabric").ok_or_else(|| Error::internal("all fabric numbers are used"))?)
        }
    };
    let interface = NetworkInterface {
        id: InterfaceId::random(),
        owner: wanted.owner.clone(),
        vpc: wanted.subnet.vpc.clone(),
        subnet: wanted.subnet.id.clone(),
        zone: wanted.subnet.zone.clone(),
        description: wanted.description,
        kind: wanted.kind,
        mac: random_mac(),
        addresses: vec![address],
        groups: wanted.groups,
        source_dest_check: wanted.kind != InterfaceKind::NatGateway,
        attachment: wanted.attachment,
        requester: wanted.requester.map(str::to_owned),
        fabric,
        ready: false,
        tags: wanted.tags,
    };
    txn.put(interface.clone());
    Ok(interface)
}

/// `address` if an interface in `subnet` may have it.
///
/// # Errors
/// `InvalidParameterValue` when it is reserved or outside, `InvalidIPAddress.InUse` when it is taken.
pub fn checked(world: &Snapshot, subnet: &Subnet, address: Ipv4Addr) -> Result<Ipv4Addr, Error> {
    if !subnet.can_assign(address) {
        let message =
            format!("Address {address} does not fall within the assignable range of subnet {} ({})", subnet.id, subnet.cidr);
        return Err(Error::invalid_value(message));
    }
    match is_taken(world, subnet, address) {
        true => Err(Error::new("InvalidIPAddress.InUse", format!("Address {address} is in use."))),
        false => Ok(address),
    }
}

/// A free address of `subnet` that nobody reserved. As long as addresses come one after the other it is the lowest; it costs the same in a full
/// subnet as in an empty one but for the last few.
///
/// # Errors
/// `InsufficientFreeAddressesInSubnet`.
pub fn free(world: &Snapshot, subnet: &Subnet) -> Result<Ipv4Addr, Error> {
    let (size, before) = (size(subnet), taken(world, subnet));
    let reserved: Vec<_> =
        world.linked::<CidrReservation>(Subnet::KIND, &subnet.id).map(|reservation| reservation.cidr).collect();
    let is_reserved = |address| reserved.iter().any(|cidr| cidr.contains(&address));
    let found = match before < size {
        true => candidates(subnet, size, before).find(|address| !is_taken(world, subnet, *address) && !is_reserved(*address)),
        false => None,
    };
    found.ok_or_else(|| {
        let message = format!("There are not enough free addresses in subnet '{}' to satisfy the requested number.", subnet.id);
        Error::new("InsufficientFreeAddressesInSubnet", message)
    })
}

/// How many addresses of `subnet` are free.
pub fn count_free(world: &Snapshot, subnet: &Subnet) -> usize {
    size(subnet).saturating_sub(taken(world, subnet))
}

fn taken(world: &Snapshot, subnet: &Subnet) -> usize {
    world.taken(Link::to(Subnet::KIND, &subnet.id))
}

/// How many addresses interfaces can have in `subnet`: five are AWS's.
fn size(subnet: &Subnet) -> usize {
    2usize.pow(32 - u32::from(subnet.cidr.prefix_len())) - 5
}

/// Every address that can be assigned in `subnet`, where to look first: when nothing was ever released, `taken` addresses
/// lie below the first free one. Then a few neighbours, and then, in case a whole range is taken there, in strides all over
/// the subnet.
fn candidates(subnet: &Subnet, size: usize, taken: usize) -> impl Iterator<Item = Ipv4Addr> {
    const NEIGHBOURS: usize = 16;
    /// A prime above the size of every subnet, so that strides come by every address.
    const STRIDE: usize = 1_000_003;
    let first = u32::from(subnet.cidr.network()) + 4;
    let near = taken..taken + NEIGHBOURS;
    let far = (0..size).map(move |n| taken + NEIGHBOURS + n * STRIDE);
    let offsets = near.chain(far).map(move |offset| offset % size);
    offsets.filter_map(|offset| u32::try_from(offset).ok()).map(move |offset| Ipv4Addr::from(first + offset))
}

fn is_taken(world: &Snapshot, subnet: &Subnet, address: Ipv4Addr) -> bool {
    world.named::<NetworkInterface>(PRIVATE_IP, NetworkInterface::address_key(&subnet.vpc, address)).next().is_some()
}

/// A locally administered Ethernet address.
fn random_mac() -> String {
    let bytes: [u8; 5] = rand::rng().random();
    std::iter::once(0x02).chain(bytes).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use resource::{SubnetId, VpcId, VpcState};
    use store::{Store, StoreError};

    use super::*;

    fn subnet(cidr: &str) -> Subnet {
        Subnet {
            id: SubnetId::random(),
            owner: Owner::new("111111111111", "us-east-1"),
            vpc: VpcId::random(),
            cidr: cidr.parse().expect("a literal"),
            zone: "us-east-1a".into(),
            state: VpcState::Available,
            map_public_ip: false,
            default_for_zone: false,
            hostname_type: "ip-name".into(),
            resource_name_a_record: false,
            tags: Tags::default(),
        }
    }

    fn create(txn: &mut Txn, subnet: &Subnet, address: Option<Ipv4Addr>) -> Result<NetworkInterface, Error> {
        let wanted = Wanted {
            owner: &subnet.owner,
            subnet,
            address,
            groups: Vec::new(),
            kind: InterfaceKind::Workload,
            description: String::new(),
            requester: None,
            attachment: None,
            tags: Tags::default(),
        };
        create_interface(txn, wanted)
    }

    /// Runs `story` in a transaction on nothing.
    async fn told(story: impl Fn(&mut Txn)) {
        let done: Result<(), StoreError> = Store::in_memory().write(|txn| Ok(story(txn))).await;
        done.expect("memory takes all writes");
    }

    #[test]
    fn candidates_come_by_every_address_of_a_subnet_wherever_they_start() {
        for length in 20..=28 {
            let subnet = subnet(&format!("10.0.0.0/{length}"));
            for taken in [0, 1, size(&subnet) / 2, size(&subnet) - 1] {
                let seen: BTreeSet<_> = candidates(&subnet, size(&subnet), taken).collect();
                assert!(seen.iter().copied().eq(subnet.assignable()), "/{length} from {taken}");
            }
        }
    }

    #[tokio::test]
    async fn addresses_come_one_after_the_other_until_there_are_none() {
        told(|txn| {
            let subnet = subnet("10.0.1.0/28");
            for (n, expected) in subnet.assignable().enumerate() {
                assert_eq!(count_free(txn, &subnet), 11 - n);
                assert_eq!(create(txn, &subnet, None).map(|interface| interface.primary()), Ok(Some(expected)));
            }
            assert_eq!(count_free(txn, &subnet), 0);
            let refused = create(txn, &subnet, None).map(|interface| interface.id);
            assert_eq!(refused.map_err(|e| e.code), Err("InsufficientFreeAddressesInSubnet".to_owned()));
        })
        .await;
    }

    #[tokio::test]
    async fn the_last_free_address_is_found_wherever_it_is() {
        told(|txn| {
            let subnet = subnet("10.0.0.0/22");
            for address in subnet.assignable() {
                create(txn, &subnet, Some(address)).expect("nobody has it");
            }
            for address in [4, 300, 1022].map(|offset| Ipv4Addr::from(u32::from(subnet.cidr.network()) + offset)) {
                let key = NetworkInterface::address_key(&subnet.vpc, address);
                let holder = txn.named::<NetworkInterface>(PRIVATE_IP, key).next().expect("all are taken");
                txn.remove::<NetworkInterface>(holder.id.as_str());
                assert_eq!(free(txn, &subnet), Ok(address));
                assert_eq!(create(txn, &subnet, None).map(|interface| interface.primary()), Ok(Some(address)));
            }
        })
        .await;
    }

    #[tokio::test]
    async fn every_address_of_an_interface_counts_and_those_of_other_subnets_do_not() {
        told(|txn| {
            let (here, there) = (subnet("10.0.1.0/24"), subnet("10.0.2.0/24"));
            let interface = create(txn, &here, None).expect("it is empty");
            create(txn, &there, None).expect("it is empty");
            let more = ["10.0.1.50", "10.0.1.51"].map(|text| text.parse().expect("a literal"));
            txn.update::<NetworkInterface>(interface.id.as_str(), |interface| interface.addresses.extend(more));
            assert_eq!((count_free(txn, &here), count_free(txn, &there)), (248, 250));
            assert_eq!(checked(txn, &here, more[0]).map_err(|e| e.code), Err("InvalidIPAddress.InUse".to_owned()));
            txn.remove::<NetworkInterface>(interface.id.as_str());
            assert_eq!(count_free(txn, &here), 251);
            assert_eq!(checked(txn, &here, more[0]), Ok(more[0]));
        })
        .await;
    }
}
