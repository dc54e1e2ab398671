//! Elastic network interfaces (EC2 User Guide, "Elastic network interfaces").

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::{
    AttachmentId, GroupId, InstanceId, InterfaceId, Kind, Link, Owner, Resource, SecurityGroup, Subnet, SubnetId, Tags,
    Timestamp, Vpc, VpcId,
};

/// The namespace of links from an interface to each of its private addresses: key `{vpc}/{address}`.
pub const PRIVATE_IP: &str = "private-ip";

/// An address in a subnet, filtered by security groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// Its id.
    pub id: InterfaceId,
    /// Who owns it.
    pub owner: Owner,
    /// The VPC.
    pub vpc: VpcId,
    /// The subnet.
    pub subnet: SubnetId,
    /// The subnet's zone.
    pub zone: String,
    /// What the user, or the service that made it, says about it.
    pub description: String,
    /// What it serves.
    pub kind: InterfaceKind,
    /// Its Ethernet address, `02:…`.
    pub mac: String,
    /// Its private addresses; the first is the primary one.
    pub addresses: Vec<Ipv4Addr>,
    /// The security groups it carries.
    pub groups: Vec<GroupId>,
    /// Whether packets that are neither from nor for it are dropped.
    pub source_dest_check: bool,
    /// Who uses it.
    pub attachment: Option<Attachment>,
    /// The AWS service that made it (`amazon-elb`, …); none for a user's own.
    pub requester: Option<String>,
    /// Its number among the managed interfaces of all VPCs: its place on the fabric, or its realm in routing.
    pub fabric: Option<u32>,
    /// Whether it is in the kernel: what `status` reports is derived from this and the attachment.
    pub ready: bool,
    /// Its tags.
    pub tags: Tags,
}

/// What an interface serves; decides whether the router itself holds its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InterfaceKind {
    /// A workload: a link into a network namespace of its own.
    Workload,
    /// An interface endpoint.
    Endpoint,
    /// A node of a Network Load Balancer.
    Balancer,
    /// A NAT gateway.
    NatGateway,
    /// A resolver endpoint.
    Resolver,
}

impl InterfaceKind {
    /// Whether the VPC's router holds the address instead of a workload.
    pub fn is_managed(self) -> bool {
        self != Self::Workload
    }
}

/// The use of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Who uses it.
    pub holder: Holder,
    /// 0 for the primary interface.
    pub device_index: u32,
    /// Whether the interface goes when its holder goes.
    pub delete_on_termination: bool,
    /// Since when.
    pub since: Timestamp,
    /// Whether it was asked to end, and the holder's namespace has the interface still.
    #[serde(default)]
    pub leaving: bool,
}

impl Attachment {
    /// A service's hold on an interface that it made: AWS shows index 1 and no instance.
    pub fn of_service(since: Timestamp) -> Self {
        let (id, holder) = (AttachmentId::random(), Holder::Service);
        Self { id, holder, device_index: 1, delete_on_termination: false, since, leaving: false }
    }
}

/// Who uses an interface.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Holder {
    /// An instance.
    Instance(InstanceId),
    /// A program run by `underpass exec`, by process id and start time; the interface goes with it.
    Process {
        /// The process id.
        pid: u32,
        /// Field 22 of `/proc/PID/stat`, so that a reused id is not mistaken.
        started: u64,
    },
    /// An AWS service.
    Service,
}

impl NetworkInterface {
    /// The primary private address.
    pub fn primary(&self) -> Option<Ipv4Addr> {
        self.addresses.first().copied()
    }

    /// Who is to have it; nobody once it is leaving.
    pub fn holder(&self) -> Option<&Holder> {
        self.attachment.as_ref().filter(|attachment| !attachment.leaving).map(|attachment| &attachment.holder)
    }

    /// The key of the link by which an address of a VPC is found.
    pub fn address_key(vpc: &VpcId, address: Ipv4Addr) -> String {
        format!("{vpc}/{address}")
    }
}

impl Resource for NetworkInterface {
    const KIND: Kind = Kind("network-interface");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = vec![Link::to(Vpc::KIND, &self.vpc), Link::to(Subnet::KIND, &self.subnet)];
        links.extend(self.groups.iter().map(|id| Link::to(SecurityGroup::KIND, id)));
        links.extend(self.addresses.iter().map(|ip| Link::name(PRIVATE_IP, Self::address_key(&self.vpc, *ip))));
        if let Some(Attachment { id, holder, .. }) = &self.attachment {
            links.push(Link::name("attachment", id));
            if let Holder::Instance(id) = holder {
                links.push(Link::to(crate::Instance::KIND, id));
            }
        }
        links
    }

    /// Addresses of its subnet.
    fn takes(&self) -> Option<(Link, usize)> {
        Some((Link::to(Subnet::KIND, &self.subnet), self.addresses.len()))
    }
}
