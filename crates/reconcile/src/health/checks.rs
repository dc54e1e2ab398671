//! Which node checks which target: purely, from the store.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use dataplane::Here;
use dataplane::health::{Check, CheckId, HttpCheck, Protocol, Thresholds};
use plan::target_address;
use resource::{HealthCheck, Listener, LoadBalancer, NetworkInterface, Resource, TargetGroup, TargetHealth, VpcId};
use store::Snapshot;

use crate::TimeScale;

/// No checks follow each other faster than that.
const SHORTEST: Duration = Duration::from_millis(100);

/// A check, and the VPC in which its node stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) vpc: VpcId,
    node: Ipv4Addr,
    target: SocketAddrV4,
    protocol: Protocol,
    interval: Duration,
    timeout: Duration,
    thresholds: Thresholds,
    proxy_header: bool,
}

impl Wanted {
    /// The check, with a place to be filled in.
    pub(super) fn check(&self) -> Check {
        Check {
            place: Arc::new(Here),
            node: self.node,
            target: self.target,
            protocol: self.protocol.clone(),
            interval: self.interval,
            timeout: self.timeout,
            thresholds: self.thresholds,
            proxy_header: self.proxy_header,
        }
    }
}

/// The checks of a group's targets: each target is checked by the node of its zone, or by another when balancing crosses
/// zones. A group that no listener uses is not checked, nor is a target that nothing may reach. Checks follow each other faster
/// where time does; how long one may take is a matter of the machine.
pub(super) fn of_group(world: &Snapshot, group: &TargetGroup, scale: TimeScale) -> BTreeMap<CheckId, Wanted> {
    let nodes = nodes(world, group);
    let targets = group.targets.iter().filter(|target| target.draining_since.is_none());
    let checks = targets.filter_map(|target| {
        let (address, zone) = target_address(world, group, target)?;
        let own = nodes.iter().find(|node| zone == "all" || node.zone == zone);
        let node = own.or_else(|| nodes.iter().find(|node| node.cross_zone))?;
        let port = group.health_check.port.unwrap_or(target.port);
        let id = CheckId(TargetHealth::key_of(&group.arn, &target.id, target.port));
        Some((id, wanted(group, node, SocketAddrV4::new(address, port), scale)))
    });
    checks.collect()
}

struct Node {
    zone: String,
    address: Ipv4Addr,
    port: u16,
    cross_zone: bool,
}

/// The nodes of all balancers that use the group, once they are in the kernel.
fn nodes(world: &Snapshot, group: &TargetGroup) -> Vec<Node> {
    let mut nodes = Vec::new();
    for listener in world.linked::<Listener>(TargetGroup::KIND, &group.arn) {
        let Some(balancer) = world.find::<LoadBalancer>(&listener.balancer) else { continue };
        let interfaces = balancer.zones.iter().filter_map(|zone| world.find::<NetworkInterface>(zone.interface.as_str()));
        nodes.extend(interfaces.filter(|interface| interface.ready).filter_map(|interface| {
            let address = interface.primary()?;
            Some(Node { zone: interface.zone.clone(), address, port: listener.port, cross_zone: group.crosses_zones(&balancer) })
        }));
    }
    nodes
}

fn wanted(group: &TargetGroup, node: &Node, target: SocketAddrV4, scale: TimeScale) -> Wanted {
    let HealthCheck { interval, timeout, healthy_threshold, unhealthy_threshold, .. } = group.health_check;
    Wanted {
        vpc: group.vpc.clone(),
        node: node.address,
        target,
        protocol: protocol(&group.health_check, node),
        interval: scale.shorten(Duration::from_secs(interval.into())).max(SHORTEST),
        timeout: Duration::from_secs(timeout.into()),
        thresholds: Thresholds { healthy: healthy_threshold, unhealthy: unhealthy_threshold },
        proxy_header: group.proxy_protocol(),
    }
}

fn protocol(check: &HealthCheck, node: &Node) -> Protocol {
    let http = || HttpCheck {
        path: check.path.clone().unwrap_or_else(|| "/".to_owned()),
        host: format!("{}:{}", node.address, node.port),
        matcher: check
            .matcher
            .as_deref()
            .unwrap_or("200-399")
            .parse()
            .unwrap_or_else(|_| "200-399".parse().expect("the default matcher is well-formed")),
    };
    match check.protocol.as_str() {
        "HTTP" => Protocol::Http(http()),
        "HTTPS" => Protocol::Https(http()),
        _ => Protocol::Tcp,
    }
}
