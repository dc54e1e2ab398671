//! What a VPC, a subnet or an account has without anybody choosing it: main route table, default group, default network ACL,
//! default VPC, default DHCP options.

use std::sync::Arc;

use resource::{DEFAULT_VPC, DhcpOptions, NetworkAcl, Owner, Resource, RouteTable, SecurityGroup, Subnet, SubnetId, Vpc, VpcId};
use store::Snapshot;

/// The name of the group that every VPC has.
pub const DEFAULT_GROUP: &str = "default";

/// The default VPC of an account in its Region.
pub fn vpc(world: &Snapshot, owner: &Owner) -> Option<Arc<Vpc>> {
    world.named(DEFAULT_VPC, owner.key()).next()
}

/// The default subnet of a zone, in the default VPC.
pub fn subnet(world: &Snapshot, owner: &Owner, zone: &str) -> Option<Arc<Subnet>> {
    let vpc = vpc(world, owner)?;
    world.linked::<Subnet>(Vpc::KIND, &vpc.id).find(|subnet| subnet.default_for_zone && subnet.zone == zone)
}

/// The default group of a VPC.
pub fn group(world: &Snapshot, vpc: &VpcId) -> Option<Arc<SecurityGroup>> {
    world.linked::<SecurityGroup>(Vpc::KIND, vpc).find(|group| group.name == DEFAULT_GROUP)
}

/// The main route table of a VPC.
pub fn main_route_table(world: &Snapshot, vpc: &VpcId) -> Option<Arc<RouteTable>> {
    world.linked::<RouteTable>(Vpc::KIND, vpc).find(|table| table.is_main())
}

/// The table that a subnet is explicitly associated with; none when it uses the main one.
pub fn explicit_route_table(world: &Snapshot, subnet: &SubnetId) -> Option<Arc<RouteTable>> {
    world.linked::<RouteTable>(Subnet::KIND, subnet).next()
}

/// The network ACL that new subnets of a VPC get.
pub fn acl(world: &Snapshot, vpc: &VpcId) -> Option<Arc<NetworkAcl>> {
    world.linked::<NetworkAcl>(Vpc::KIND, vpc).find(|acl| acl.is_default)
}

/// The network ACL that guards a subnet.
pub fn acl_of(world: &Snapshot, subnet: &SubnetId) -> Option<Arc<NetworkAcl>> {
    world.linked::<NetworkAcl>(Subnet::KIND, subnet).next()
}

/// The DHCP options that new VPCs of an account get.
pub fn dhcp_options(world: &Snapshot, owner: &Owner) -> Option<Arc<DhcpOptions>> {
    world.owned::<DhcpOptions>(owner).find(|options| options.is_default)
}
