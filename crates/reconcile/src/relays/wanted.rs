//! Which sockets are wanted, and where their connections go: purely, from a snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{Ipv4Addr, SocketAddrV4};

use plan::{Balancer, Endpoint, Item, Node, Port, Subject, target_address};
use resource::{
    Certificate, HealthState, Listener, ListenerProtocol, LoadBalancer, Resource, SslPolicy, TargetGroup, TargetHealth,
    VpcEndpoint, VpcId,
};
use store::Snapshot;

use super::log;

/// A socket, by the VPC in whose router it is and its address there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Door {
    pub(super) vpc: VpcId,
    pub(super) address: SocketAddrV4,
}

/// Where the connections of a door go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The VPC of the targets.
    pub(super) upstream: VpcId,
    /// The node's address, from which targets are connected to,
    pub(super) node: Ipv4Addr,
    /// unless they see the client's.
    pub(super) as_client: bool,
    pub(super) targets: Vec<SocketAddrV4>,
    /// Targets that keep no connection.
    pub(super) evicted: Vec<SocketAddrV4>,
    /// Whether connections open with a PROXY header.
    pub(super) proxied: bool,
    /// The endpoint that the door belongs to.
    pub(super) endpoint: Option<String>,
    /// Seconds, as on AWS.
    pub(super) idle: u64,
    /// The listener, when it speaks TLS.
    pub(super) tls: Option<String>,
}

/// How a listener speaks TLS: with its certificates in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terminated {
    /// The default one first.
    pub(super) certificates: Vec<Shown>,
    pub(super) policy: &'static SslPolicy,
    pub(super) protocols: &'static [&'static str],
    /// Whether its connections are logged.
    pub(super) logged: bool,
    /// Whether targets want TLS as well.
    pub(super) again: bool,
}

/// A certificate that a listener shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) arn: String,
    pub(super) chain: String,
    pub(super) key: String,
}

/// Every socket that is wanted.
pub(super) fn doors(world: &Snapshot) -> BTreeMap<Door, Wanted> {
    let balancers = balancers(world);
    let mut doors = BTreeMap::new();
    let mut nodes: HashMap<(VpcId, Ipv4Addr), &Node> = HashMap::new();
    for balancer in &balancers {
        for node in &balancer.nodes {
            nodes.insert((balancer.vpc.clone(), node.fabric), node);
            for port in node.ports.iter().filter(|port| port.sockets) {
                let door = Door { vpc: balancer.vpc.clone(), address: SocketAddrV4::new(node.address, port.port) };
                doors.extend(wanted(world, &balancer.vpc, node, port, None).map(|wanted| (door, wanted)));
            }
        }
    }
    if nodes.is_empty() {
        return doors;
    }
    for endpoint in endpoints(world) {
        for leg in &endpoint.legs {
            let Some(behind) = endpoint.behind(leg) else { continue };
            let Some(node) = nodes.get(&(behind.vpc.clone(), leg.node)) else { continue };
            for port in node.ports.iter().filter(|port| port.sockets) {
                let door = Door { vpc: endpoint.vpc.clone(), address: SocketAddrV4::new(leg.address, port.port) };
                let wanted = wanted(world, &behind.vpc, node, port, Some(endpoint.id.to_string()));
                doors.extend(wanted.map(|wanted| (door, wanted)));
            }
        }
    }
    doors
}

/// The balancers that have a listener whose connections pass through sockets.
fn balancers(world: &Snapshot) -> Vec<Balancer> {
    let served = world.all::<Listener>().filter(|listener| {
        world.find::<TargetGroup>(&listener.target_group).is_some_and(|group| plan::by_sockets(listener, &group))
    });
    let arns: BTreeSet<String> = served.map(|listener| listener.balancer.clone()).collect();
    let items = arns.into_iter().filter_map(|arn| plan::item(world, &Subject::Balancer(arn)));
    items
        .filter_map(|item| match item {
            Item::Balancer(balancer) => Some(balancer),
            _ => None,
        })
        .collect()
}

/// The open endpoints that sockets serve.
fn endpoints(world: &Snapshot) -> impl Iterator<Item = Endpoint> {
    let items = world.all::<VpcEndpoint>().filter_map(|endpoint| plan::item(world, &Subject::Endpoint(endpoint.id.clone())));
    items.filter_map(|item| match item {
        Item::Endpoint(endpoint) if endpoint.open && endpoint.has_sockets() => Some(endpoint),
        _ => None,
    })
}

fn wanted(world: &Snapshot, upstream: &VpcId, node: &Node, port: &Port, endpoint: Option<String>) -> Option<Wanted> {
    let listener = world.find::<Listener>(&port.listener)?;
    let group = world.find::<TargetGroup>(&listener.target_group)?;
    let targets: Vec<_> = port.targets.iter().map(|flow| SocketAddrV4::new(flow.address, flow.port)).collect();
    Some(Wanted {
        upstream: upstream.clone(),
        node: node.address,
        as_client: port.preserve_client && endpoint.is_none(),
        evicted: unhealthy(world, &group).filter(|target| !targets.contains(target)).collect(),
        targets,
        proxied: group.proxy_protocol(),
        endpoint,
        idle: listener.idle_seconds().into(),
        tls: (listener.protocol == ListenerProtocol::Tls).then(|| listener.arn.clone()),
    })
}

/// The targets of a group that keep no connection because checks found them unhealthy.
fn unhealthy<'a>(world: &'a Snapshot, group: &'a TargetGroup) -> impl Iterator<Item = SocketAddrV4> + 'a {
    let ends = group.cuts_unhealthy();
    let targets = group.targets.iter().filter(move |_| ends);
    let found = |target: &&resource::Target| {
        let health = world.find::<TargetHealth>(&TargetHealth::key_of(&group.arn, &target.id, target.port));
        health.is_some_and(|health| health.state == HealthState::Unhealthy)
    };
    let addressed = targets.filter(found).filter_map(|target| Some((target_address(world, group, target)?.0, target.port)));
    addressed.map(|(address, port)| SocketAddrV4::new(address, port))
}

/// How the listener with `arn` speaks TLS; none while it cannot: a certificate is gone or not issued.
pub(super) fn terminated(world: &Snapshot, arn: &str) -> Option<Terminated> {
    let listener = world.find::<Listener>(arn)?;
    let tls = listener.tls.as_ref()?;
    let group = world.find::<TargetGroup>(&listener.target_group)?;
    let shown = tls.certificates.iter().map(|arn| {
        let issued = world.find::<Certificate>(arn)?.issued.clone()?;
        Some(Shown { arn: arn.clone(), chain: format!("{}\n{}", issued.certificate, issued.chain), key: issued.key })
    });
    Some(Terminated {
        certificates: shown.collect::<Option<Vec<_>>>()?,
        policy: SslPolicy::named(&tls.policy)?,
        protocols: resource::ListenerTls::protocols(tls.alpn.as_deref())?,
        logged: world.find::<LoadBalancer>(&listener.balancer).is_some_and(|balancer| log::is_kept(&balancer)),
        again: group.protocol == "TLS",
    })
}

/// Whether a change of a resource of this kind may change what is wanted.
pub(super) fn reads(kind: resource::Kind) -> bool {
    let read = [
        Listener::KIND,
        TargetGroup::KIND,
        TargetHealth::KIND,
        LoadBalancer::KIND,
        Certificate::KIND,
        VpcEndpoint::KIND,
        resource::EndpointService::KIND,
        resource::NetworkInterface::KIND,
        resource::Instance::KIND,
        resource::Vpc::KIND,
    ];
    read.contains(&kind)
}
