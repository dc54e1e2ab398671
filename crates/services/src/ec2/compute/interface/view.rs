//! Network interfaces as answers show them, on their own and within instances.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    Attachment, ElasticAddress, GroupId, Holder, InterfaceKind, NetworkInterface, Resource, SecurityGroup, Timestamp, Vpc,
    private_dns_name, public_dns_name, zone_id,
};
use serde::Serialize;
use store::Snapshot;

use crate::tags::{self, Tag};

/// An interface.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct View {
    #[serde(skip_serializing_if = "Option::is_none")]
    association: Option<AssociationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<AttachmentView>,
    availability_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zone_id: Option<String>,
    description: String,
    groups: Vec<GroupIdentifier>,
    interface_type: &'static str,
    ipv6_addresses: [(); 0],
    mac_address: String,
    network_interface_id: String,
    owner_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_dns_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_ip_address: Option<String>,
    private_ip_addresses: Vec<AddressView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requester_id: Option<String>,
    requester_managed: bool,
    source_dest_check: bool,
    status: &'static str,
    subnet_id: String,
    tag_set: Vec<Tag>,
    vpc_id: String,
}

/// A private address of an interface.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AddressView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association: Option<AssociationView>,
    pub primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_dns_name: Option<String>,
    pub private_ip_address: String,
}

/// The public address that a private one has.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociationView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_id: Option<String>,
    pub ip_owner_id: String,
    pub public_dns_name: String,
    pub public_ip: String,
}

/// Who uses an interface.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachmentView {
    pub attach_time: Timestamp,
    pub attachment_id: String,
    pub delete_on_termination: bool,
    pub device_index: u32,
    pub network_card_index: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    pub instance_owner_id: String,
    pub status: &'static str,
}

/// A group by id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupIdentifier {
    pub group_id: String,
    pub group_name: String,
}

/// Shows an interface.
pub fn view(world: &Snapshot, interface: &NetworkInterface) -> View {
    let addresses = addresses(world, interface);
    let first = addresses.first();
    View {
        association: first.and_then(|address| address.association.clone()),
        attachment: attachment(interface),
        availability_zone: interface.zone.clone(),
        availability_zone_id: zone_id(&interface.owner.region, &interface.zone),
        description: interface.description.clone(),
        groups: groups(world, &interface.groups),
        interface_type: kind(interface.kind),
        ipv6_addresses: [],
        mac_address: interface.mac.clone(),
        network_interface_id: interface.id.to_string(),
        owner_id: interface.owner.account.clone(),
        private_dns_name: first.and_then(|address| address.private_dns_name.clone()),
        private_ip_address: first.map(|address| address.private_ip_address.clone()),
        private_ip_addresses: addresses.clone(),
        requester_id: interface.requester.clone(),
        requester_managed: interface.kind.is_managed(),
        source_dest_check: interface.source_dest_check,
        status: status(interface),
        subnet_id: interface.subnet.to_string(),
        tag_set: tags::view(&interface.tags),
        vpc_id: interface.vpc.to_string(),
    }
}

/// Whether somebody has it.
pub fn status(interface: &NetworkInterface) -> &'static str {
    if interface.attachment.is_some() { "in-use" } else { "available" }
}

/// The private addresses of an interface and the public ones that they have.
pub fn addresses(world: &Snapshot, interface: &NetworkInterface) -> Vec<AddressView> {
    let hostnames = world.find::<Vpc>(interface.vpc.as_str()).is_some_and(|vpc| vpc.has_host_names());
    let region = &interface.owner.region;
    let show = |(n, address): (usize, &Ipv4Addr)| AddressView {
        association: public(world, interface, *address).map(|elastic| association(&elastic, hostnames)),
        primary: n == 0,
        private_dns_name: hostnames.then(|| private_dns_name(region, *address)),
        private_ip_address: address.to_string(),
    };
    interface.addresses.iter().enumerate().map(show).collect()
}

/// The public address that stands for a private one of an interface.
pub fn public(world: &Snapshot, interface: &NetworkInterface, private: Ipv4Addr) -> Option<Arc<ElasticAddress>> {
    let mut candidates = world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
    candidates.find(|elastic| elastic.association.as_ref().is_some_and(|a| a.private == private))
}

/// An automatic address belongs to AWS and has no allocation that users know.
fn association(elastic: &ElasticAddress, hostnames: bool) -> AssociationView {
    let listed = !elastic.automatic;
    AssociationView {
        allocation_id: listed.then(|| elastic.id.to_string()),
        association_id: elastic.association.as_ref().filter(|_| listed).map(|a| a.id.clone()),
        ip_owner_id: if listed { elastic.owner.account.clone() } else { "amazon".to_owned() },
        public_dns_name: if hostnames { public_dns_name(&elastic.owner.region, elastic.public) } else { String::new() },
        public_ip: elastic.public.to_string(),
    }
}

/// The attachment of an interface: `attached` once the interface is in the kernel, `detaching` until it is out of it.
pub fn attachment(interface: &NetworkInterface) -> Option<AttachmentView> {
    let Attachment { id, holder, device_index, delete_on_termination, since, leaving } = interface.attachment.as_ref()?;
    let (instance_id, owner, id) = match holder {
        Holder::Instance(instance) => (Some(instance.to_string()), interface.owner.account.clone(), id.to_string()),
        Holder::Process { .. } => (None, interface.owner.account.clone(), id.to_string()),
        Holder::Service => {
            let owner = interface.requester.clone().unwrap_or_else(|| "amazon-aws".to_owned());
            (None, owner, id.as_str().replacen("eni-", "ela-", 1))
        }
    };
    Some(AttachmentView {
        attach_time: *since,
        attachment_id: id,
        delete_on_termination: *delete_on_termination,
        device_index: *device_index,
        network_card_index: 0,
        instance_id,
        instance_owner_id: owner,
        status: match (leaving, interface.ready) {
            (true, _) => "detaching",
            (false, true) => "attached",
            (false, false) => "attaching",
        },
    })
}

/// Groups with their names.
pub fn groups(world: &Snapshot, ids: &[GroupId]) -> Vec<GroupIdentifier> {
    let name = |id: &GroupId| world.find::<SecurityGroup>(id.as_str()).map(|group| group.name.clone()).unwrap_or_default();
    ids.iter().map(|id| GroupIdentifier { group_id: id.to_string(), group_name: name(id) }).collect()
}

/// AWS's name of a kind of interface.
pub fn kind(kind: InterfaceKind) -> &'static str {
    match kind {
        InterfaceKind::Workload | InterfaceKind::Resolver => "interface",
        InterfaceKind::Endpoint => "vpc_endpoint",
        InterfaceKind::Balancer => "network_load_balancer",
        InterfaceKind::NatGateway => "nat_gateway",
    }
}
