//! A VPC as a router: its blocks, its own addresses, its place on the fabric.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use resource::{Resource, Subnet, Vpc, VpcId, router_address};
use store::Snapshot;

/// The router that a VPC is. Packets for its blocks never leave it; those for addresses that nobody has vanish silently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    /// The VPC.
    pub vpc: VpcId,
    /// Its blocks.
    pub cidrs: Vec<Ipv4Net>,
    /// The gateway address of each subnet.
    pub gateways: Vec<Ipv4Addr>,
    /// Where its resolver answers besides 169.254.169.253; none when DNS support is off.
    pub resolver: Option<Ipv4Addr>,
    /// Its address on links to other routers.
    pub fabric: Ipv4Addr,
}

pub(crate) fn plan(world: &Snapshot, id: &VpcId) -> Option<Router> {
    let vpc = world.find::<Vpc>(id.as_str())?;
    Some(Router {
        vpc: vpc.id.clone(),
        cidrs: vpc.cidrs.iter().map(|association| association.cidr).collect(),
        gateways: world.linked::<Subnet>(Vpc::KIND, id).map(|subnet| subnet.gateway()).collect(),
        resolver: vpc.resolver().filter(|_| vpc.dns_support),
        fabric: router_address(vpc.router)?,
    })
}

impl Display for Router {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "router {} at {} routes {}", self.vpc, self.fabric, listed(&self.cidrs))?;
        write!(f, ", gateways {}", listed(&self.gateways))?;
        match self.resolver {
            Some(address) => write!(f, ", resolver {address}"),
            None => f.write_str(", no resolver"),
        }
    }
}

/// Things with spaces between, or `none`.
pub(crate) fn listed<T: Display>(things: &[T]) -> String {
    match things {
        [] => "none".to_owned(),
        _ => things.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    }
}
