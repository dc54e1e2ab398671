//! What passes between a public address and the internet: everything, unless its account blocks public access.

use resource::{
    BlockMode, ExclusionMode, InterfaceKind, NetworkInterface, PublicAccess, PublicAccessExclusion, Resource, Subnet, Vpc,
};
use store::Snapshot;

/// What passes between a public address and the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passage {
    /// Connections in both directions.
    #[default]
    Open,
    /// Connections that begin inside.
    Out,
    /// Nothing.
    Shut,
}

/// What passes between the internet and the public addresses of an interface.
///
/// A packet is judged where it passes the internet gateway: that of an instance behind a NAT gateway is the gateway's.
pub fn passage(world: &Snapshot, interface: &NetworkInterface) -> Passage {
    let mode = world.find::<PublicAccess>(&interface.owner.key()).map_or(BlockMode::Off, |access| access.mode);
    let is_nat = interface.kind == InterfaceKind::NatGateway;
    match (mode, exclusion(world, interface)) {
        (BlockMode::Off, _) | (_, Some(ExclusionMode::Bidirectional)) => Passage::Open,
        (BlockMode::Bidirectional, Some(ExclusionMode::Egress)) => Passage::Out,
        (BlockMode::Ingress, _) if is_nat => Passage::Out,
        (BlockMode::Bidirectional | BlockMode::Ingress, _) => Passage::Shut,
    }
}

/// What exempts an interface: its subnet's exclusion or its VPC's, whichever lets more pass.
fn exclusion(world: &Snapshot, interface: &NetworkInterface) -> Option<ExclusionMode> {
    let of_subnet = world.linked::<PublicAccessExclusion>(Subnet::KIND, &interface.subnet);
    let all = of_subnet.chain(world.linked::<PublicAccessExclusion>(Vpc::KIND, &interface.vpc));
    let modes = all.filter(|exclusion| exclusion.state.counts()).map(|exclusion| exclusion.mode);
    modes.reduce(|one, other| if one == ExclusionMode::Bidirectional { one } else { other })
}
