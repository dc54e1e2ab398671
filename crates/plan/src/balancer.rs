//! A Network Load Balancer: on each node, each port's flows spread over the targets that may take them.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use resource::{
    DEFAULT_IDLE_SECONDS, ElasticAddress, HealthState, Instance, InstanceState, InterfaceId, Listener, LoadBalancer,
    NetworkInterface, Resource, Subnet, Target, TargetGroup, TargetHealth, TargetId, Transport, Vpc, VpcId, node_address,
};
use store::Snapshot;

use crate::passage::{Passage, passage};
use crate::router::listed;
use crate::served::{Served, by_sockets};

/// A balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balancer {
    /// Its ARN.
    pub arn: String,
    /// The VPC of its nodes and targets.
    pub vpc: VpcId,
    /// Its nodes.
    pub nodes: Vec<Node>,
}

/// A node: what one zone of a balancer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its interface.
    pub interface: InterfaceId,
    /// Its zone.
    pub zone: String,
    /// Its address, which targets see unless they see the client's.
    pub address: Ipv4Addr,
    /// Further addresses that targets may see in its place, for more connections at once.
    pub further: Vec<Ipv4Addr>,
    /// Its address on the fabric, for endpoints of other VPCs.
    pub fabric: Ipv4Addr,
    /// Its public address.
    pub public: Option<Ipv4Addr>,
    /// What it listens on.
    pub ports: Vec<Port>,
}

/// One listener on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The port.
    pub port: u16,
    /// The listener's ARN.
    pub listener: String,
    /// What its packets are.
    pub transport: Transport,
    /// Whether targets see the client's address (never through PrivateLink).
    pub preserve_client: bool,
    /// Whether all flows of a client's address go to one target.
    pub sticky: bool,
    /// Whether connections pass through sockets of the daemon.
    pub sockets: bool,
    /// After how many seconds without packets the kernel forgets a connection; none is AWS's default, or says nothing of
    /// connections.
    pub idle: Option<u32>,
    /// Where flows go; none means that they vanish.
    pub targets: Vec<Flow>,
    /// Connections to these are ended.
    pub cut: Vec<Flow>,
    /// Connections to others than these are ended, if any are.
    pub kept: Option<Vec<Flow>>,
}

/// Where a flow may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// The target's address.
    pub address: Ipv4Addr,
    /// The target's port.
    pub port: u16,
}

pub(crate) fn plan(world: &Snapshot, arn: &str) -> Option<Balancer> {
    let balancer = world.find::<LoadBalancer>(arn)?;
    let listeners: Vec<_> = world.linked::<Listener>(LoadBalancer::KIND, arn).collect();
    let zones = balancer.zones.iter();
    let nodes = zones.filter_map(|zone| node(world, &balancer, zone.interface.as_str(), &listeners));
    Some(Balancer { arn: balancer.arn.clone(), vpc: balancer.vpc.clone(), nodes: nodes.collect() })
}

fn node(world: &Snapshot, balancer: &LoadBalancer, interface: &str, listeners: &[std::sync::Arc<Listener>]) -> Option<Node> {
    let interface = world.find::<NetworkInterface>(interface)?;
    let ports = listeners.iter().flat_map(|listener| {
        let group = world.find::<TargetGroup>(&listener.target_group);
        let targets = group.as_ref().map(|group| eligible_targets(world, balancer, group, &interface.zone));
        let stream = |transport| group.as_ref().filter(|_| transport == Transport::Tcp);
        let port = |transport| Port {
            port: listener.port,
            listener: listener.arn.clone(),
            transport,
            preserve_client: group.as_ref().is_some_and(|group| group.preserve_client_ip()),
            sockets: group.as_ref().is_some_and(|group| by_sockets(listener, group)),
            idle: idle(listener, transport),
            sticky: group.as_ref().is_some_and(|group| group.is_sticky()),
            targets: targets.clone().unwrap_or_default(),
            cut: stream(transport).map(|group| cut(world, group, targets.as_deref().unwrap_or_default())).unwrap_or_default(),
            kept: group.as_ref().filter(|group| group.ends_what_left()).map(|group| registered(world, group)),
        };
        listener.protocol.transports().iter().copied().map(port).collect::<Vec<_>>()
    });
    Some(Node {
        zone: interface.zone.clone(),
        address: interface.primary()?,
        further: interface.addresses.iter().skip(1).copied().collect(),
        fabric: node_address(interface.fabric?)?,
        public: public_of(world, &interface),
        ports: ports.collect(),
        interface: interface.id.clone(),
    })
}

/// The public address of a node, unless Block Public Access lets nobody in: clients of the VPC itself come by the gateway too.
fn public_of(world: &Snapshot, node: &NetworkInterface) -> Option<Ipv4Addr> {
    let address = world.linked::<ElasticAddress>(NetworkInterface::KIND, &node.id).next()?;
    (passage(world, node) == Passage::Open).then_some(address.public)
}

/// What the listener says of idle connections, where it is not what they have anyway.
fn idle(listener: &Listener, transport: Transport) -> Option<u32> {
    Some(listener.idle_seconds()).filter(|seconds| transport == Transport::Tcp && *seconds != DEFAULT_IDLE_SECONDS)
}

/// The targets that new flows of a zone's node may go to: the healthy ones of its zone, or of all zones with cross-zone
/// balancing; all of them, when fewer are healthy than the group demands. When no target of the balancer's zones is healthy,
/// all of them are tried (fail open).
pub fn eligible_targets(world: &Snapshot, balancer: &LoadBalancer, group: &TargetGroup, zone: &str) -> Vec<Flow> {
    let reach = Reach::new(world, balancer, group, zone);
    let all = reach.fails_open || (reach.healthy() > 0 && reach.healthy() < reach.minimum(group, "unhealthy_state_routing"));
    let mut flows: Vec<Flow> = reach.candidates.iter().filter(|c| c.healthy || all).map(|c| c.flow).collect();
    flows.sort();
    flows
}

/// Whether the node of a zone has as many healthy targets as it needs to be named in DNS.
pub fn is_named(world: &Snapshot, balancer: &LoadBalancer, group: &TargetGroup, zone: &str) -> bool {
    let reach = Reach::new(world, balancer, group, zone);
    reach.healthy() >= reach.minimum(group, "dns_failover").max(1)
}

/// The targets that the node of a zone may use.
struct Reach {
    candidates: Vec<Candidate>,
    /// Whether no target of any of the balancer's zones is healthy.
    fails_open: bool,
}

impl Reach {
    fn new(world: &Snapshot, balancer: &LoadBalancer, group: &TargetGroup, zone: &str) -> Self {
        let enabled = |z: &str| z == "all" || balancer.zones.iter().any(|node| node.zone == z);
        let mut candidates = candidates(world, group);
        candidates.retain(|c| enabled(&c.zone));
        let fails_open = !candidates.iter().any(|c| c.healthy);
        candidates.retain(|c| group.crosses_zones(balancer) || c.zone == zone || c.zone == "all");
        Self { candidates, fails_open }
    }

    fn healthy(&self) -> usize {
        self.candidates.iter().filter(|c| c.healthy).count()
    }

    fn minimum(&self, group: &TargetGroup, purpose: &str) -> usize {
        group.minimum_healthy(purpose, self.candidates.len())
    }
}

/// The unhealthy targets whose connections are ended: none while none is healthy, and never those that a node sends to
/// because it has no better ones.
fn cut(world: &Snapshot, group: &TargetGroup, used: &[Flow]) -> Vec<Flow> {
    let all = candidates(world, group);
    if !group.cuts_unhealthy() || !all.iter().any(|c| c.healthy) {
        return Vec::new();
    }
    let mut flows: Vec<Flow> = all.iter().filter(|c| c.unhealthy && !used.contains(&c.flow)).map(|c| c.flow).collect();
    flows.sort();
    flows
}

/// All targets, with those that drain.
fn registered(world: &Snapshot, group: &TargetGroup) -> Vec<Flow> {
    let placed = |target: &Target| Some(Flow { address: target_address(world, group, target)?.0, port: target.port });
    let mut flows: Vec<Flow> = group.targets.iter().filter_map(placed).collect();
    flows.sort();
    flows
}

struct Candidate {
    flow: Flow,
    zone: String,
    healthy: bool,
    unhealthy: bool,
}

fn candidates(world: &Snapshot, group: &TargetGroup) -> Vec<Candidate> {
    let targets = group.targets.iter().filter(|target| target.draining_since.is_none());
    targets.filter_map(|target| candidate(world, group, target)).collect()
}

/// Where a target is: its address and its zone, `all` when it is of none. None while an instance does not run.
pub fn target_address(world: &Snapshot, group: &TargetGroup, target: &Target) -> Option<(Ipv4Addr, String)> {
    match &target.id {
        TargetId::Instance(id) => of_instance(world, id.as_str()),
        TargetId::Ip(address) => {
            let zone = target.zone.clone().or_else(|| zone_of(world, group, *address));
            Some((*address, zone.unwrap_or_else(|| "all".to_owned())))
        }
    }
}

fn candidate(world: &Snapshot, group: &TargetGroup, target: &Target) -> Option<Candidate> {
    let (address, zone) = target_address(world, group, target)?;
    let health = world.find::<TargetHealth>(&TargetHealth::key_of(&group.arn, &target.id, target.port));
    let is = |state| health.as_ref().is_some_and(|health| health.state == state);
    let (healthy, unhealthy) = (is(HealthState::Healthy), is(HealthState::Unhealthy));
    Some(Candidate { flow: Flow { address, port: target.port }, zone, healthy, unhealthy })
}

/// The primary address and zone of a running instance.
fn of_instance(world: &Snapshot, id: &str) -> Option<(Ipv4Addr, String)> {
    let instance = world.find::<Instance>(id).filter(|instance| instance.state == InstanceState::Running)?;
    let interfaces = world.linked::<NetworkInterface>(Instance::KIND, id);
    let primary = interfaces.min_by_key(|eni| eni.attachment.as_ref().map_or(u32::MAX, |a| a.device_index))?;
    Some((primary.primary()?, instance.zone.clone()))
}

fn zone_of(world: &Snapshot, group: &TargetGroup, address: Ipv4Addr) -> Option<String> {
    let subnet = world.linked::<Subnet>(Vpc::KIND, &group.vpc).find(|subnet| subnet.cidr.contains(&address))?;
    Some(subnet.zone.clone())
}

impl Balancer {
    /// Where its nodes have sockets.
    pub(crate) fn served(&self) -> Vec<Served> {
        let ports = self.nodes.iter().flat_map(|node| node.ports.iter().map(move |port| (node, port)));
        ports.filter(|(_, port)| port.sockets).map(|(node, port)| Served::tcp(node.address, port.port)).collect()
    }
}

impl Display for Balancer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "balancer {} in {}", self.arn, self.vpc)?;
        self.nodes.iter().try_for_each(|node| write!(f, "\n    {node}"))
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "node {} in {} at {} and {}", self.interface, self.zone, self.address, self.fabric)?;
        if let Some(public) = self.public {
            write!(f, " and {public}")?;
        }
        if !self.further.is_empty() {
            write!(f, ", further {}", listed(&self.further))?;
        }
        self.ports.iter().try_for_each(|port| write!(f, "\n        {port}"))
    }
}

impl Display for Port {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let client = if self.preserve_client { ", client address kept" } else { "" };
        let sockets = if self.sockets { ", by sockets" } else { "" };
        let sticky = if self.sticky { ", sticky" } else { "" };
        write!(f, "{} {} to {}{client}{sockets}{sticky}", self.transport.as_str(), self.port, listed(&self.targets))?;
        if let Some(idle) = self.idle {
            write!(f, ", idle for {idle} s")?;
        }
        if !self.cut.is_empty() {
            write!(f, ", not {}", listed(&self.cut))?;
        }
        self.kept.as_ref().map_or(Ok(()), |kept| write!(f, ", only {}", listed(kept)))
    }
}

impl Display for Flow {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.address, self.port)
    }
}
