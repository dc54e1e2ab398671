//! An address in a subnet: a link into a workload's namespace, or an address that the router holds for a service.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use resource::{
    AclId, ElasticAddress, GroupId, GroupRule, Holder, Instance, InstanceState, InterfaceId, InterfaceKind, NetworkAcl,
    NetworkInterface, Resource, RouteTable, RouteTableId, RulePeer, SecurityGroup, Subnet, SubnetId, Vpc, VpcId,
};
use store::Snapshot;

use crate::acl;
use crate::peering::{shares_groups, sharing_groups};
use crate::router::listed;

/// An interface that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its id.
    pub id: InterfaceId,
    /// The VPC.
    pub vpc: VpcId,
    /// Its addresses; the first is the primary one.
    pub addresses: Vec<Ipv4Addr>,
    /// The public addresses that stand for it.
    pub public: Vec<Ipv4Addr>,
    /// The groups whose union filters it, in order of id. A balancer made without groups has none and is not filtered.
    pub groups: Vec<GroupId>,
    /// The peered VPCs in which groups name one of its groups: its addresses are known there as that group's.
    pub abroad: Vec<(VpcId, GroupId)>,
    /// The ACL of its subnet, unless that allows everything.
    pub acl: Option<AclId>,
    /// Where the address lives.
    pub place: Place,
}

/// Where an interface's address lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a workload's namespace, at the end of a link.
    Workload {
        /// The namespace's name: the instance's id, or the interface's own for a program of `underpass exec`.
        namespace: String,
        /// The device's number: `eth0` is the primary one.
        device: u32,
        /// The Ethernet address.
        mac: String,
        /// The subnet's block.
        subnet: Ipv4Net,
        /// The router's address in the subnet.
        gateway: Ipv4Addr,
        /// Whether packets not from its addresses are dropped.
        checked: bool,
        /// The route table that its packets use.
        table: RouteTableId,
    },
    /// In the VPC's router, which serves it itself.
    Router {
        /// The subnet's block.
        subnet: Ipv4Net,
        /// The route table by which answers leave for clients outside the VPC.
        table: RouteTableId,
        /// Whether sockets of the daemon send from there what no connection knows the table of: answers to datagrams, and the
        /// health checks of a node.
        sends: bool,
    },
}

pub(crate) fn plan(world: &Snapshot, id: &InterfaceId) -> Option<Interface> {
    let eni = world.find::<NetworkInterface>(id.as_str())?;
    let mut groups = eni.groups.clone();
    groups.sort();
    Some(Interface {
        id: eni.id.clone(),
        vpc: eni.vpc.clone(),
        addresses: eni.addresses.clone(),
        public: world.linked::<ElasticAddress>(NetworkInterface::KIND, id).map(|address| address.public).collect(),
        abroad: abroad(world, &eni.vpc, &groups),
        groups,
        acl: subnet_acl(world, &eni.subnet),
        place: place(world, &eni)?,
    })
}

/// In which VPCs that share groups with `vpc` groups name which of `groups`.
fn abroad(world: &Snapshot, vpc: &VpcId, groups: &[GroupId]) -> Vec<(VpcId, GroupId)> {
    let naming = |group: &GroupId| {
        let vpcs = naming(world, group).flat_map(|other| other.vpcs().cloned().collect::<Vec<_>>());
        vpcs.map(|other| (other, group.clone())).collect::<Vec<_>>()
    };
    let mut known: Vec<(VpcId, GroupId)> = groups.iter().flat_map(naming).collect();
    known.sort();
    known.dedup();
    known.retain(|(other, _)| shares_groups(world, other, vpc));
    known
}

/// The groups with a rule that names a group of a peered VPC.
fn naming(world: &Snapshot, group: &GroupId) -> impl Iterator<Item = Arc<SecurityGroup>> {
    let names = move |rule: &GroupRule| matches!(&rule.peer, RulePeer::PeerGroup { id, .. } if id == group);
    world.linked::<SecurityGroup>(SecurityGroup::KIND, group).filter(move |other| other.rules.iter().any(&names))
}

/// The other VPCs whose interfaces with the group are known in `vpc` as its members.
pub fn members_from(world: &Snapshot, vpc: &VpcId, group: &GroupId) -> Vec<VpcId> {
    let named = naming(world, group).any(|other| other.is_for(vpc));
    if named { sharing_groups(world, vpc) } else { Vec::new() }
}

fn place(world: &Snapshot, eni: &NetworkInterface) -> Option<Place> {
    let subnet = world.find::<Subnet>(eni.subnet.as_str())?;
    let table = table_of(world, &eni.vpc, &eni.subnet)?;
    if eni.kind != InterfaceKind::Workload {
        let sends = matches!(eni.kind, InterfaceKind::Resolver | InterfaceKind::Balancer);
        return Some(Place::Router { subnet: subnet.cidr, table, sends });
    }
    let attachment = eni.attachment.as_ref()?;
    Some(Place::Workload {
        namespace: namespace(world, eni, eni.holder()?)?,
        device: attachment.device_index,
        mac: eni.mac.clone(),
        subnet: subnet.cidr,
        gateway: subnet.gateway(),
        checked: eni.source_dest_check,
        table,
    })
}

/// The namespace of the holder; none while it has no need for one.
fn namespace(world: &Snapshot, eni: &NetworkInterface, holder: &Holder) -> Option<String> {
    match holder {
        Holder::Instance(id) => {
            use InstanceState::{Pending, Running, Stopping};
            let instance = world.find::<Instance>(id.as_str())?;
            matches!(instance.state, Pending | Running | Stopping).then(|| id.to_string())
        }
        Holder::Process { .. } => Some(eni.id.to_string()),
        Holder::Service => None,
    }
}

/// The table that a subnet uses: its own, or the VPC's main one.
pub fn table_of(world: &Snapshot, vpc: &VpcId, subnet: &SubnetId) -> Option<RouteTableId> {
    let own = world.linked::<RouteTable>(Subnet::KIND, subnet).next();
    let table = own.or_else(|| world.linked::<RouteTable>(Vpc::KIND, vpc).find(|table| table.is_main()))?;
    Some(table.id.clone())
}

fn subnet_acl(world: &Snapshot, subnet: &SubnetId) -> Option<AclId> {
    let acl = world.linked::<NetworkAcl>(Subnet::KIND, subnet).next()?;
    (!acl::allows_everything(&acl)).then(|| acl.id.clone())
}

impl Display for Interface {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "interface {} in {} at {}", self.id, self.vpc, listed(&self.addresses))?;
        match &self.place {
            Place::Router { table, .. } => write!(f, ", held by the router using {table}")?,
            Place::Workload { namespace, device, gateway, checked, table, .. } => {
                write!(f, ", eth{device} of {namespace} by {gateway} using {table}")?;
                f.write_str(if *checked { "" } else { ", source unchecked" })?;
            }
        }
        write!(f, ", groups {}", listed(&self.groups))?;
        for (vpc, group) in &self.abroad {
            write!(f, ", {group} in {vpc}")?;
        }
        if !self.public.is_empty() {
            write!(f, ", public {}", listed(&self.public))?;
        }
        self.acl.as_ref().map_or(Ok(()), |acl| write!(f, ", behind {acl}"))
    }
}
