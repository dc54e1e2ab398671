//! Making network interfaces: every address in a subnet, a workload's or a service's, comes from here.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use rand::Rng;
use resource::{
    Attachment, GroupId, InterfaceId, InterfaceKind, NetworkInterface, Owner, PRIVATE_IP, Subnet, Tags,
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
        InterfaceKind::Endpoint | InterfaceKind::Balancer | InterfaceKind::NatGateway => {
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
        source_dest_check: true,
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
        let message = format!("Address {address} does not fall within the assignable range of subnet {} ({})", subnet.id, subnet.cidr);
        return Err(Error::invalid_value(message));
    }
    match is_taken(world, subnet, address) {
        true => Err(Error::new("InvalidIPAddress.InUse", format!("Address {address} is in use."))),
        false => Ok(address),
    }
}

/// A free address of `subnet`: the lowest.
///
/// # Errors
/// `InsufficientFreeAddressesInSubnet`.
pub fn free(world: &Snapshot, subnet: &Subnet) -> Result<Ipv4Addr, Error> {
    let taken = taken(world, subnet);
    subnet.assignable().find(|address| !taken.contains(address)).ok_or_else(|| {
        let message = format!("There are not enough free addresses in subnet '{}' to satisfy the requested number.", subnet.id);
        Error::new("InsufficientFreeAddressesInSubnet", message)
    })
}

/// How many addresses of `subnet` are free.
pub fn count_free(world: &Snapshot, subnet: &Subnet) -> usize {
    let size = 2usize.pow(32 - u32::from(subnet.cidr.prefix_len()));
    size.saturating_sub(5 + taken(world, subnet).len())
}

fn taken(world: &Snapshot, subnet: &Subnet) -> HashSet<Ipv4Addr> {
    let interfaces = world.linked::<NetworkInterface>(<Subnet as resource::Resource>::KIND, &subnet.id);
    interfaces.flat_map(|interface| interface.addresses.clone()).collect()
}

fn is_taken(world: &Snapshot, subnet: &Subnet, address: Ipv4Addr) -> bool {
    world.named::<NetworkInterface>(PRIVATE_IP, NetworkInterface::address_key(&subnet.vpc, address)).next().is_some()
}

/// A locally administered Ethernet address.
fn random_mac() -> String {
    let bytes: [u8; 5] = rand::rng().random();
    std::iter::once(0x02).chain(bytes).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
