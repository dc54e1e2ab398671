//! Who takes part: an interface as those see it that judge its packets.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use plan::{Item, Place, Subject};
use resource::{
    ElasticAddress, GroupId, Holder, Instance, InstanceState, InterfaceId, NetworkInterface, PRIVATE_IP, Resource, RouteTableId,
    Subnet, SubnetId, VpcId,
};
use store::Snapshot;

/// An interface, or a program that might have one.
#[derive(Clone)]
pub(crate) struct Party {
    /// How it is called in the answer.
    pub name: String,
    /// Whose it is.
    pub account: String,
    pub vpc: VpcId,
    pub subnet: SubnetId,
    /// The subnet's block.
    pub cidr: Ipv4Net,
    pub zone: String,
    /// Its primary address.
    pub address: Ipv4Addr,
    pub groups: Vec<GroupId>,
    /// The interface, if there is one.
    pub interface: Option<Arc<NetworkInterface>>,
}

impl Party {
    /// The interface as a party; none when it has no address or no subnet.
    pub(crate) fn of(world: &Snapshot, interface: Arc<NetworkInterface>) -> Option<Self> {
        let subnet = world.find::<Subnet>(interface.subnet.as_str())?;
        Some(Self {
            name: match instance_of(&interface) {
                Some(instance) => format!("{} of {instance}", interface.id),
                None => interface.id.to_string(),
            },
            account: interface.owner.account.clone(),
            vpc: interface.vpc.clone(),
            subnet: subnet.id.clone(),
            cidr: subnet.cidr,
            zone: subnet.zone.clone(),
            address: interface.primary()?,
            groups: interface.groups.clone(),
            interface: Some(interface),
        })
    }

    /// The route table that its packets use: the subnet's own, or the VPC's main one.
    pub(crate) fn table(&self, world: &Snapshot) -> Option<RouteTableId> {
        plan::table_of(world, &self.vpc, &self.subnet)
    }

    /// The public addresses that stand for it and lead to it.
    pub(crate) fn public(&self, world: &Snapshot) -> Vec<Ipv4Addr> {
        let Some(interface) = &self.interface else { return Vec::new() };
        let addresses = world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
        let used = addresses.filter(|address| plan::item(world, &Subject::Address(address.id.clone())).is_some());
        used.map(|address| address.public).collect()
    }

    /// The public address that stands for its primary address on the way out.
    pub(crate) fn public_out(&self, world: &Snapshot) -> Option<Ipv4Addr> {
        let interface = self.interface.as_ref()?;
        let addresses = world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
        let items = addresses.filter_map(|address| plan::item(world, &Subject::Address(address.id.clone())));
        items.into_iter().find_map(|item| match item {
            Item::Address(item) if item.private == self.address => Some(item.public),
            _ => None,
        })
    }

    /// Its place in the kernel; none while it has none.
    pub(crate) fn place(&self, world: &Snapshot) -> Option<Place> {
        place(world, &self.interface.as_ref()?.id)
    }

    /// The instance that holds it.
    pub(crate) fn instance(&self, world: &Snapshot) -> Option<Arc<Instance>> {
        world.find::<Instance>(instance_of(self.interface.as_ref()?)?)
    }

    /// Whether the router itself has its address: an endpoint's, a balancer's or a gateway's.
    pub(crate) fn is_managed(&self) -> bool {
        self.interface.as_ref().is_some_and(|interface| interface.kind.is_managed())
    }

    /// Whether its packets may have other sources than its own.
    pub(crate) fn forwards(&self) -> bool {
        self.interface.as_ref().is_some_and(|interface| !interface.source_dest_check)
    }
}

fn instance_of(interface: &NetworkInterface) -> Option<&str> {
    match &interface.attachment.as_ref()?.holder {
        Holder::Instance(id) => Some(id.as_str()),
        Holder::Process { .. } | Holder::Service => None,
    }
}

/// Where an interface is in the kernel.
pub(crate) fn place(world: &Snapshot, id: &InterfaceId) -> Option<Place> {
    match plan::item(world, &Subject::Interface(id.clone()))? {
        Item::Interface(interface) => Some(interface.place),
        _ => None,
    }
}

/// Who has an address in a VPC, in the kernel or not.
pub(crate) fn holder(world: &Snapshot, vpc: &VpcId, address: Ipv4Addr) -> Option<Party> {
    let interface = world.named::<NetworkInterface>(PRIVATE_IP, NetworkInterface::address_key(vpc, address)).next()?;
    Some(Party { address, ..Party::of(world, interface)? })
}

/// An instance's primary interface.
pub(crate) fn primary(world: &Snapshot, instance: &Instance) -> Option<Party> {
    let interfaces = world.linked::<NetworkInterface>(Instance::KIND, &instance.id);
    let primary = interfaces.min_by_key(|eni| eni.attachment.as_ref().map_or(u32::MAX, |attachment| attachment.device_index))?;
    Party::of(world, primary)
}

/// Whether an instance is on its way or there.
pub(crate) fn runs(state: InstanceState) -> bool {
    matches!(state, InstanceState::Pending | InstanceState::Running)
}
