//! Where a launch puts its instances: which subnet, which groups, which interfaces; checked before anything is made.

use std::sync::Arc;

use resource::{
    Attachment, AttachmentId, GroupId, Holder, InstanceId, InterfaceId, InterfaceKind, NetworkInterface, Owner, Subnet, Tags,
    Timestamp, zone_names,
};
use store::{Snapshot, Txn};

use super::super::instance_type::InstanceType;
use super::super::interface::address_list::{self, AddressList};
use super::launch::{InterfaceSpecification, Launch};
use crate::Error;
use crate::ec2::address::{self, Wanted};
use crate::ec2::firewall::security_group;
use crate::ec2::{defaults, find, public_address};

/// The interfaces of each instance of a launch; the first is the primary one.
pub struct Network {
    /// The subnet of the primary interface.
    pub subnet: Arc<Subnet>,
    interfaces: Vec<Interface>,
}

struct Interface {
    device_index: u32,
    delete_on_termination: bool,
    source: Source,
}

enum Source {
    Existing(InterfaceId),
    New { subnet: Arc<Subnet>, groups: Vec<GroupId>, addresses: AddressList, description: String, public: bool },
}

impl Network {
    /// Reads and checks what a launch says about its network.
    ///
    /// # Errors
    /// AWS's codes for what does not exist or does not go together.
    pub fn read(world: &Snapshot, owner: &Owner, launch: &Launch, kind: &InstanceType) -> Result<Self, Error> {
        let specifications = specifications(launch)?;
        let single = specifications.len() == 1;
        let mut interfaces =
            specifications.iter().map(|s| Interface::read(world, owner, launch, s, single)).collect::<Result<Vec<_>, _>>()?;
        interfaces.sort_by_key(|interface| interface.device_index);
        check(&interfaces, launch, kind)?;
        let primary = interfaces.first().ok_or_else(|| Error::missing("NetworkInterfaces"))?;
        let subnet = match &primary.source {
            Source::New { subnet, .. } => Arc::clone(subnet),
            Source::Existing(id) => {
                let interface = find::interface(world, owner, id.as_str())?;
                find::subnet(world, owner, interface.subnet.as_str())?
            }
        };
        check_zone(launch, &subnet)?;
        Ok(Self { subnet, interfaces })
    }

    /// Makes or takes the interfaces for one instance.
    ///
    /// # Errors
    /// `InsufficientFreeAddressesInSubnet`, `InvalidIPAddress.InUse`, `InvalidNetworkInterface.InUse`.
    pub fn attach(&self, txn: &mut Txn, owner: &Owner, instance: &InstanceId, tags: &Tags, now: Timestamp) -> Result<(), Error> {
        for Interface { device_index, delete_on_termination, source } in &self.interfaces {
            let attachment = Attachment {
                id: AttachmentId::random(),
                holder: Holder::Instance(instance.clone()),
                device_index: *device_index,
                delete_on_termination: *delete_on_termination,
                since: now,
                leaving: false,
            };
            match source {
                Source::Existing(id) => take(txn, owner, id, attachment)?,
                Source::New { .. } => make(txn, owner, source, attachment, tags)?,
            }
        }
        Ok(())
    }
}

impl Interface {
    fn read(
        world: &Snapshot,
        owner: &Owner,
        launch: &Launch,
        wanted: &InterfaceSpecification,
        single: bool,
    ) -> Result<Self, Error> {
        let device_index = wanted.device_index.unwrap_or(0);
        if let Some(id) = &wanted.network_interface_id {
            let interface = find::interface(world, owner, id)?;
            let source = Source::Existing(interface.id.clone());
            return Ok(Self { device_index, delete_on_termination: wanted.delete_on_termination.unwrap_or(false), source });
        }
        if wanted.interface_type.as_deref().is_some_and(|kind| kind != "interface")
            || wanted.network_card_index.is_some_and(|n| n > 0)
        {
            let message = "underpass does not support network interfaces of other types or on other network cards yet";
            return Err(Error::new("UnsupportedOperation", message));
        }
        if wanted.associate_public_ip_address == Some(true) && !single {
            return Err(Error::combination(
                "AssociatePublicIpAddress cannot be used when launching with multiple network interfaces.",
            ));
        }
        let subnet = subnet(world, owner, launch, wanted.subnet_id.as_deref())?;
        let groups = groups(world, owner, launch, &subnet, wanted)?;
        let addresses = AddressList::read(
            wanted.private_ip_address.as_deref(),
            &wanted.private_ip_addresses,
            wanted.secondary_private_ip_address_count,
        )?;
        let public = single && wanted.associate_public_ip_address.unwrap_or(subnet.map_public_ip);
        let description = wanted.description.clone().unwrap_or_default();
        let source = Source::New { subnet, groups, addresses, description, public };
        Ok(Self { device_index, delete_on_termination: wanted.delete_on_termination.unwrap_or(true), source })
    }

    fn addresses(&self) -> usize {
        match &self.source {
            Source::New { addresses, .. } => addresses.len(),
            Source::Existing(_) => 1,
        }
    }

    fn is_exclusive(&self) -> bool {
        match &self.source {
            Source::Existing(_) => true,
            Source::New { addresses, .. } => addresses.primary.is_some() || !addresses.secondary.is_empty(),
        }
    }
}

/// The interfaces that a launch names, or the one that its own members describe.
fn specifications(launch: &Launch) -> Result<Vec<InterfaceSpecification>, Error> {
    let own = launch.subnet_id.is_some() || launch.private_ip_address.is_some();
    let groups = !launch.security_group_ids.is_empty() || !launch.security_groups.is_empty();
    if launch.network_interfaces.is_empty() {
        return Ok(vec![InterfaceSpecification {
            subnet_id: launch.subnet_id.clone(),
            private_ip_address: launch.private_ip_address.clone(),
            ..InterfaceSpecification::default()
        }]);
    }
    match own || groups {
        true => Err(Error::combination(
            "Network interfaces and an instance-level subnet ID, private IP address or security groups may not be specified on the same request",
        )),
        false => Ok(launch.network_interfaces.clone()),
    }
}

fn check(interfaces: &[Interface], launch: &Launch, kind: &InstanceType) -> Result<(), Error> {
    let indexes: Vec<u32> = interfaces.iter().map(|interface| interface.device_index).collect();
    if indexes.first() != Some(&0) || indexes.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::invalid_value("Each network interface needs a device index of its own, beginning with 0."));
    }
    if interfaces.len() > kind.interfaces {
        let message = format!("Interface count {} exceeds the limit for {}", interfaces.len(), kind.name);
        return Err(Error::new("AttachmentLimitExceeded", message));
    }
    if interfaces.iter().any(|interface| interface.addresses() > kind.addresses) {
        let message = format!("An interface of {} may have at most {} private addresses.", kind.name, kind.addresses);
        return Err(Error::new("PrivateIpAddressLimitExceeded", message));
    }
    match launch.max_count.unwrap_or(1) > 1 && interfaces.iter().any(Interface::is_exclusive) {
        true => Err(Error::combination("A chosen private IP address or network interface is for one instance only.")),
        false => Ok(()),
    }
}

fn check_zone(launch: &Launch, subnet: &Subnet) -> Result<(), Error> {
    let wanted = launch.placement.as_ref().and_then(|placement| placement.availability_zone.as_deref());
    match wanted.filter(|zone| *zone != subnet.zone) {
        Some(zone) => Err(Error::invalid_value(format!(
            "The subnet {} is in {}, not in the Availability Zone {zone}",
            subnet.id, subnet.zone
        ))),
        None => Ok(()),
    }
}

/// The subnet of a new interface: the one named, or the default subnet of the zone.
fn subnet(world: &Snapshot, owner: &Owner, launch: &Launch, named: Option<&str>) -> Result<Arc<Subnet>, Error> {
    if let Some(id) = named {
        return find::subnet(world, owner, id);
    }
    security_group::default_vpc(world, owner)?;
    let found = match launch.placement.as_ref().and_then(|placement| placement.availability_zone.as_deref()) {
        Some(zone) => defaults::subnet(world, owner, zone),
        None => zone_names(&owner.region).find_map(|zone| defaults::subnet(world, owner, &zone)),
    };
    found.ok_or_else(|| Error::new("MissingInput", "No default subnet for this zone; name a subnet with SubnetId."))
}

fn groups(
    world: &Snapshot,
    owner: &Owner,
    launch: &Launch,
    subnet: &Subnet,
    wanted: &InterfaceSpecification,
) -> Result<Vec<GroupId>, Error> {
    let vpc = find::vpc(world, owner, subnet.vpc.as_str())?;
    let mut ids: Vec<String> = wanted.groups.iter().chain(&launch.security_group_ids).cloned().collect();
    if !launch.security_groups.is_empty() && !vpc.is_default {
        return Err(Error::combination("The parameter groupName cannot be used with the parameter subnet"));
    }
    for name in &launch.security_groups {
        ids.push(security_group::named(world, &vpc, name)?.id.to_string());
    }
    security_group::for_interface(world, owner, &vpc, &ids)
}

fn take(txn: &mut Txn, owner: &Owner, id: &InterfaceId, attachment: Attachment) -> Result<(), Error> {
    let interface = find::interface(txn, owner, id.as_str())?;
    if interface.attachment.is_some() {
        return Err(Error::new("InvalidNetworkInterface.InUse", format!("Interface: [{id}] in use.")));
    }
    txn.put(NetworkInterface { attachment: Some(attachment), ready: false, ..(*interface).clone() });
    Ok(())
}

fn make(txn: &mut Txn, owner: &Owner, source: &Source, attachment: Attachment, tags: &Tags) -> Result<(), Error> {
    let Source::New { subnet, groups, addresses, description, public } = source else { return Ok(()) };
    let wanted = Wanted {
        owner,
        subnet,
        address: addresses.primary,
        groups: groups.clone(),
        kind: InterfaceKind::Workload,
        description: description.clone(),
        requester: None,
        attachment: Some(attachment),
        tags: tags.clone(),
    };
    let mut interface = address::create_interface(txn, wanted)?;
    address_list::extend(txn, subnet, &mut interface, &addresses.secondary, addresses.count)?;
    if *public {
        let address = public_address::allocate(txn, owner, true, Tags::default())?;
        public_address::associate(txn, &address, &interface)?;
    }
    Ok(())
}
