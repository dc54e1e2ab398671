//! The fabric between VPCs: addresses of class E, which no VPC can have, so that overlapping VPCs never meet on it.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{Kind, Owner, Resource};

/// Source addresses of one endpoint interface on the fabric: pools keep ports from being reused inside TIME_WAIT.
const POOL_PREFIX: u8 = 28;
const POOLS: u32 = 0xF000_0000; // 240.0.0.0/5
const NODES: u32 = 0xF800_0000; // 248.0.0.0/6
const ROUTERS: u32 = 0xFC00_0000; // 252.0.0.0/6

/// The pool of source addresses that endpoint interface `n` has towards the provider.
pub fn endpoint_pool(n: u32) -> Option<Ipv4Net> {
    let base = n.checked_mul(16).filter(|offset| *offset < NODES - POOLS)?;
    Ipv4Net::new(Ipv4Addr::from(POOLS + base), POOL_PREFIX).ok()
}

/// The address of balancer node `n` that consumers' routers send to.
pub fn node_address(n: u32) -> Option<Ipv4Addr> {
    (n < ROUTERS - NODES).then(|| Ipv4Addr::from(NODES + n))
}

/// The address of VPC router `n` on its links to others.
pub fn router_address(n: u32) -> Option<Ipv4Addr> {
    (n < u32::MAX - ROUTERS).then(|| Ipv4Addr::from(ROUTERS + n))
}

/// Hands out numbers that are never used twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// What it numbers: `router`, `fabric`.
    pub name: String,
    /// The next number.
    pub next: u32,
}

impl Resource for Sequence {
    const KIND: Kind = Kind("sequence");

    fn key(&self) -> String {
        self.name.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_nodes_and_routers_never_overlap() {
        let last_pool = (0..).map(|shift| (1u32 << 27).wrapping_sub(1 << shift) / 16).find_map(endpoint_pool);
        assert!(last_pool.is_some_and(|pool| u32::from(pool.broadcast()) < NODES));
        assert_eq!(endpoint_pool(1 << 23), None);
        assert_eq!(node_address(0), Some(Ipv4Addr::new(248, 0, 0, 0)));
        assert_eq!(node_address(1 << 26), None);
        assert_eq!(router_address(1), Some(Ipv4Addr::new(252, 0, 0, 1)));
    }
}
