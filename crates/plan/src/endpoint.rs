//! An interface endpoint: addresses in the consumer's subnets that lead to the provider's balancer and nowhere else.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use resource::{
    EndpointId, EndpointKind, EndpointService, EndpointState, InterfaceId, Listener, LoadBalancer, NetworkInterface, Resource,
    SecurityGroup, TargetGroup, Transport, Vpc, VpcEndpoint, VpcId, endpoint_pool, node_address, router_address,
};
use store::Snapshot;

use crate::group::{Allow, Peer, allows};
use crate::served::{Served, by_sockets};

/// An endpoint whose connection exists, open or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// The consumer's VPC.
    pub vpc: VpcId,
    /// The consumer's router: its number and address on the fabric.
    pub consumer: (u32, Ipv4Addr),
    /// Whether packets pass: the connection is accepted and not rejected.
    pub open: bool,
    /// The balancers that its interfaces lead to.
    pub behind: Vec<Behind>,
    /// Its interfaces and the nodes that they lead to.
    pub legs: Vec<Leg>,
}

/// A balancer behind an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Its ARN.
    pub balancer: String,
    /// Its VPC, one of the provider's.
    pub vpc: VpcId,
    /// The router there: its number and address on the fabric.
    pub router: (u32, Ipv4Addr),
    /// What it listens on.
    pub ports: Vec<(Transport, u16)>,
    /// The TCP ports among them where sockets of the daemon answer in the consumer's router; the kernel carries the rest.
    pub sockets: Vec<u16>,
    /// What its own groups let in, when they filter PrivateLink traffic: judged here, where clients still have their
    /// addresses. None when nothing more filters.
    pub screen: Option<Vec<Allow>>,
}

/// One interface of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The interface.
    pub interface: InterfaceId,
    /// Its address in the consumer's subnet.
    pub address: Ipv4Addr,
    /// The addresses that its packets have on the fabric.
    pub pool: Ipv4Net,
    /// The balancer that it leads to.
    pub balancer: String,
    /// The fabric address of the balancer's node in the same zone.
    pub node: Ipv4Addr,
}

pub(crate) fn plan(world: &Snapshot, id: &EndpointId) -> Option<Endpoint> {
    let endpoint = world.find::<VpcEndpoint>(id.as_str())?;
    if endpoint.kind != EndpointKind::Interface || matches!(endpoint.state, EndpointState::Deleting | EndpointState::Deleted) {
        return None;
    }
    let service = world.find::<EndpointService>(endpoint.service.as_ref()?.as_str())?;
    let balancers: Vec<_> = service.balancers.iter().filter_map(|arn| world.find::<LoadBalancer>(arn)).collect();
    balancers.first()?;
    let legs: Vec<Leg> = endpoint.interfaces.iter().filter_map(|id| leg(world, &balancers, id)).collect();
    let used = balancers.iter().filter(|balancer| balancers.len() == 1 || legs.iter().any(|leg| leg.balancer == balancer.arn));
    let behind = used.filter_map(|balancer| {
        Some(Behind {
            balancer: balancer.arn.clone(),
            vpc: balancer.vpc.clone(),
            router: router(world, &balancer.vpc)?,
            ports: ports(world, balancer),
            sockets: sockets(world, balancer),
            screen: screen(world, balancer),
        })
    });
    Some(Endpoint {
        id: endpoint.id.clone(),
        vpc: endpoint.vpc.clone(),
        consumer: router(world, &endpoint.vpc)?,
        open: endpoint.state.is_open(),
        behind: behind.collect(),
        legs,
    })
}

/// The ports of the balancer's listeners that sockets serve.
fn sockets(world: &Snapshot, balancer: &LoadBalancer) -> Vec<u16> {
    let listeners = world.linked::<Listener>(LoadBalancer::KIND, &balancer.arn);
    let served = listeners
        .filter(|listener| world.find::<TargetGroup>(&listener.target_group).is_some_and(|group| by_sockets(listener, &group)));
    served.map(|listener| listener.port).collect()
}

fn ports(world: &Snapshot, balancer: &LoadBalancer) -> Vec<(Transport, u16)> {
    let listeners = world.linked::<Listener>(LoadBalancer::KIND, &balancer.arn);
    let ports = |listener: Arc<Listener>| listener.protocol.transports().iter().map(move |transport| (*transport, listener.port));
    listeners.flat_map(ports).collect()
}

fn router(world: &Snapshot, vpc: &VpcId) -> Option<(u32, Ipv4Addr)> {
    let number = world.find::<Vpc>(vpc.as_str())?.router;
    Some((number, router_address(number)?))
}

/// An interface leads to one balancer of its zone, and to that one however many others come or go.
fn leg(world: &Snapshot, balancers: &[Arc<LoadBalancer>], id: &InterfaceId) -> Option<Leg> {
    let interface = world.find::<NetworkInterface>(id.as_str())?;
    let here = |balancer: &&Arc<LoadBalancer>| balancer.zones.iter().any(|zone| zone.zone == interface.zone);
    let balancer = balancers.iter().filter(here).max_by_key(|balancer| weight(id.as_str(), &balancer.arn))?;
    let zone = balancer.zones.iter().find(|zone| zone.zone == interface.zone)?;
    let node = world.find::<NetworkInterface>(zone.interface.as_str())?;
    Some(Leg {
        interface: interface.id.clone(),
        address: interface.primary()?,
        pool: endpoint_pool(interface.fabric?)?,
        balancer: balancer.arn.clone(),
        node: node_address(node.fabric?)?,
    })
}

/// A number that differs for each pair and never changes (FNV-1a).
fn weight(interface: &str, balancer: &str) -> u64 {
    let bytes = interface.bytes().chain(balancer.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// What the balancer's groups let in from clients of PrivateLink. Group references match nobody there: their members are
/// the provider's own interfaces.
fn screen(world: &Snapshot, balancer: &LoadBalancer) -> Option<Vec<Allow>> {
    if balancer.groups.is_empty() || !balancer.enforce_on_private_link {
        return None;
    }
    let groups = balancer.groups.iter().filter_map(|id| world.find::<SecurityGroup>(id.as_str()));
    let allows = groups.flat_map(|group| allows(world, &group, false));
    Some(allows.filter(|allow| !matches!(allow.peer, Peer::Members(_))).collect())
}

impl Endpoint {
    /// Where its legs have sockets: only while it is open.
    pub(crate) fn served(&self) -> Vec<Served> {
        let legs = self.legs.iter().filter(|_| self.open);
        let served = |leg: &Leg| -> Vec<Served> {
            let sockets = self.behind(leg).map(|behind| behind.sockets.as_slice()).unwrap_or_default();
            sockets.iter().map(|port| Served::tcp(leg.address, *port)).collect()
        };
        legs.flat_map(served).collect()
    }

    /// What a leg leads to.
    pub fn behind(&self, leg: &Leg) -> Option<&Behind> {
        self.behind.iter().find(|behind| behind.balancer == leg.balancer)
    }
}

impl Display for Endpoint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = if self.open { "open" } else { "closed" };
        let vpcs: BTreeSet<&str> = self.behind.iter().map(|behind| behind.vpc.as_str()).collect();
        let vpcs = vpcs.into_iter().collect::<Vec<_>>().join(" and ");
        write!(f, "endpoint {} in {} to {vpcs}: {state}", self.id, self.vpc)?;
        for Behind { balancer, ports, sockets, .. } in &self.behind {
            let ports: Vec<String> = ports.iter().map(|(transport, port)| format!("{} {port}", transport.as_str())).collect();
            let name = if self.behind.len() > 1 { format!("{balancer} ") } else { String::new() };
            write!(f, ", {name}{}", ports.join(" "))?;
            if !sockets.is_empty() {
                let sockets: Vec<String> = sockets.iter().map(u16::to_string).collect();
                write!(f, ", by sockets {}", sockets.join(" "))?;
            }
        }
        for Leg { interface, address, pool, node, .. } in &self.legs {
            write!(f, "\n    {interface} at {address} as {pool} to {node}")?;
        }
        let mut screen = self.behind.iter().filter_map(|behind| behind.screen.as_ref()).flatten();
        screen.try_for_each(|allow| write!(f, "\n    screen in {allow}"))
    }
}
