//! Which sockets are wanted, and where their connections go: purely, from a snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{Ipv4Addr, SocketAddrV4};

use plan::{Endpoint, Item, Node, Port, Subject, target_address};
use resource::{
    Certificate, EndpointService, EndpointServiceId, HealthState, Listener, ListenerProtocol, LoadBalancer, Resource, SslPolicy,
    TargetGroup, TargetHealth, VpcEndpoint, VpcId,
};
use store::{Change, Snapshot};

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
    /// The node's addresses, from which targets are connected to,
    pub(super) sources: Vec<Ipv4Addr>,
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

/// Every socket that is wanted for a balancer.
pub(super) fn doors(world: &Snapshot, arn: &str) -> BTreeMap<Door, Wanted> {
    let mut doors = BTreeMap::new();
    let Some(Item::Balancer(balancer)) = plan::item(world, &Subject::Balancer(arn.to_owned())) else { return doors };
    for node in &balancer.nodes {
        for port in node.ports.iter().filter(|port| port.sockets) {
            let door = Door { vpc: balancer.vpc.clone(), address: SocketAddrV4::new(node.address, port.port) };
            doors.extend(wanted(world, &balancer.vpc, node, port, None).map(|wanted| (door, wanted)));
        }
    }
    if doors.is_empty() {
        return doors;
    }
    let nodes: HashMap<Ipv4Addr, &Node> = balancer.nodes.iter().map(|node| (node.fabric, node)).collect();
    for endpoint in endpoints(world, arn) {
        for leg in endpoint.legs.iter().filter(|leg| leg.balancer == arn) {
            let Some(node) = nodes.get(&leg.node) else { continue };
            for port in node.ports.iter().filter(|port| port.sockets) {
                let door = Door { vpc: endpoint.vpc.clone(), address: SocketAddrV4::new(leg.address, port.port) };
                let wanted = wanted(world, &balancer.vpc, node, port, Some(endpoint.id.to_string()));
                doors.extend(wanted.map(|wanted| (door, wanted)));
            }
        }
    }
    doors
}

/// The balancers that have a listener whose connections pass through sockets.
pub(super) fn balancers(world: &Snapshot) -> BTreeSet<String> {
    let served = world.all::<Listener>().filter(|listener| {
        world.find::<TargetGroup>(&listener.target_group).is_some_and(|group| plan::by_sockets(listener, &group))
    });
    served.map(|listener| listener.balancer.clone()).collect()
}

/// The open endpoints to a balancer.
fn endpoints(world: &Snapshot, arn: &str) -> Vec<Endpoint> {
    let services = world.linked::<EndpointService>(LoadBalancer::KIND, arn);
    let ids = services.flat_map(|service| {
        world.linked::<VpcEndpoint>(EndpointService::KIND, &service.id).map(|endpoint| endpoint.id.clone()).collect::<Vec<_>>()
    });
    let items = ids.filter_map(|id| plan::item(world, &Subject::Endpoint(id)));
    let open = items.filter_map(|item| match item {
        Item::Endpoint(endpoint) if endpoint.open => Some(endpoint),
        _ => None,
    });
    open.collect()
}

/// The balancers whose sockets may be others after a change.
pub(super) fn touched(world: &Snapshot, change: &Change) -> BTreeSet<String> {
    let behind = |service: &EndpointServiceId| {
        let service = world.find::<EndpointService>(service.as_str());
        service.map(|service| service.balancers.clone()).unwrap_or_default()
    };
    let led_to = |endpoint: &VpcEndpoint| endpoint.service.as_ref().map(behind).unwrap_or_default();
    let mut found: BTreeSet<String> = BTreeSet::new();
    for subject in plan::affected(world, change) {
        match subject {
            Subject::Balancer(arn) => drop(found.insert(arn)),
            Subject::Endpoint(id) => {
                found.extend(world.find::<VpcEndpoint>(id.as_str()).iter().flat_map(|endpoint| led_to(endpoint)));
            }
            _ => {}
        }
    }
    // What they led to before the change.
    let services = [change.before::<EndpointService>(), change.after::<EndpointService>()];
    found.extend(services.iter().flatten().flat_map(|service| service.balancers.clone()));
    found.extend(change.before::<VpcEndpoint>().iter().flat_map(|endpoint| led_to(endpoint)));
    if change.kind == Certificate::KIND {
        found.extend(world.linked::<Listener>(Certificate::KIND, &change.key).map(|listener| listener.balancer.clone()));
    }
    found
}

fn wanted(world: &Snapshot, upstream: &VpcId, node: &Node, port: &Port, endpoint: Option<String>) -> Option<Wanted> {
    let listener = world.find::<Listener>(&port.listener)?;
    let group = world.find::<TargetGroup>(&listener.target_group)?;
    let targets: Vec<_> = port.targets.iter().map(|flow| SocketAddrV4::new(flow.address, flow.port)).collect();
    Some(Wanted {
        upstream: upstream.clone(),
        sources: std::iter::once(node.address).chain(node.further.iter().copied()).collect(),
        as_client: port.preserve_client && endpoint.is_none(),
        evicted: unhealthy(world, &group).filter(|target| !targets.contains(target)).collect(),
        targets,
        proxied: group.proxy_protocol(),
        idle: listener.idle_seconds_of(endpoint.is_some()).into(),
        endpoint,
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use resource::{EndpointState, NetworkInterface, TargetId};
    use store::Txn;

    use super::*;
    use crate::testing::{
        address, balancer, change, endpoint, health, interface, listener, owner, store, target_group, vpc, vpc_id,
    };

    fn noded(vpc: u64, n: u8) -> NetworkInterface {
        NetworkInterface { fabric: Some(n.into()), ..interface(&vpc_id(vpc), address(n)) }
    }

    /// Two balancers in one VPC, the first with a node in a zone more, and an endpoint in another VPC.
    fn balancers() -> [LoadBalancer; 2] {
        let other = balancer(&vpc_id(1), &[address(8)]);
        let renamed = |text: &str| text.replace("web", "api");
        [
            balancer(&vpc_id(1), &[address(6), address(7)]),
            LoadBalancer { arn: renamed(&other.arn), name: renamed(&other.name), ..other },
        ]
    }

    fn service(balancers: &[&LoadBalancer]) -> EndpointService {
        EndpointService {
            id: EndpointServiceId::parse("vpce-svc-00000000000000001").unwrap(),
            owner: owner(),
            acceptance_required: true,
            balancers: balancers.iter().map(|balancer| balancer.arn.clone()).collect(),
            principals: Vec::new(),
            private_name: None,
            owner_pays: false,
            tags: resource::Tags::default(),
        }
    }

    fn led(state: EndpointState) -> VpcEndpoint {
        VpcEndpoint { service: Some(service(&[]).id), ..endpoint(&vpc_id(2), state, &[address(9)]) }
    }

    /// Takes one step of a story that ends with nothing.
    fn step(n: usize, txn: &mut Txn) {
        let [web, api] = balancers();
        let target = TargetId::Ip(address(20));
        let group = target_group("web", &vpc_id(1), [target.clone(), TargetId::Ip(address(21))]);
        let listen = listener(&web, &group);
        let second = Listener { arn: listen.arn.replace("web", "api"), balancer: api.arn.clone(), port: 81, ..listen.clone() };
        match n {
            0 => txn.put(group),
            1 => txn.put(listen),
            2 => {
                let attributes = BTreeMap::from([("proxy_protocol_v2.enabled".to_owned(), "true".to_owned())]);
                txn.put(TargetGroup { attributes, ..group });
            }
            3 => txn.put(service(&[&web])),
            4 => txn.put(led(EndpointState::PendingAcceptance)),
            5 => txn.put(led(EndpointState::Pending)),
            6 => txn.put(health(&group, &target, HealthState::Healthy)),
            7 => txn.put(second),
            8 => txn.put(service(&[&web, &api])),
            9 => txn.put(LoadBalancer { zones: web.zones[1..].to_vec(), ..web }),
            10 => txn.put(web),
            11 => txn.put(service(&[&api])),
            12 => txn.put(led(EndpointState::Rejected)),
            13 => txn.put(led(EndpointState::Available)),
            14 => txn.remove::<VpcEndpoint>(led(EndpointState::Available).id.as_str()),
            15 => txn.remove::<EndpointService>(service(&[]).id.as_str()),
            16 => txn.remove::<Listener>(&listen.arn),
            _ => txn.remove::<LoadBalancer>(&api.arn),
        }
    }

    #[tokio::test]
    async fn sockets_of_balancers_that_a_change_does_not_touch_stay_as_they_are() {
        let store = store(|txn| {
            (1..3).for_each(|n| txn.put(vpc(n)));
            let far = NetworkInterface { zone: "us-east-1b".into(), ..noded(1, 7) };
            [noded(1, 6), far, noded(1, 8), noded(2, 9)].into_iter().for_each(|node| txn.put(node));
            balancers().into_iter().for_each(|balancer| txn.put(balancer));
        })
        .await;
        let all = |world: &Snapshot| balancers().map(|balancer| doors(world, &balancer.arn));
        let (mut watch, mut changed) = (store.watch(), BTreeSet::new());
        for n in 0..18 {
            let before = all(&store.snapshot());
            change(&store, |txn| step(n, txn)).await;
            let world = store.snapshot();
            let touched: BTreeSet<String> =
                watch.try_next().unwrap().changes.iter().flat_map(|change| super::touched(&world, change)).collect();
            for ((was, is), balancer) in before.iter().zip(all(&world)).zip(balancers()) {
                assert!(*was == is || touched.contains(&balancer.arn), "step {n} touches {}", balancer.name);
                changed.extend((*was != is).then_some(n));
            }
        }
        let all: Vec<usize> = changed.into_iter().collect();
        assert_eq!(all, [2, 5, 6, 7, 8, 9, 10, 12, 13, 14, 16, 17], "each of these opens, closes or leads elsewhere");
    }
}
