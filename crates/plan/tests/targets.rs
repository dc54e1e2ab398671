//! Which targets the nodes of a balancer send to, whatever is registered, healthy and configured.
#![allow(clippy::unwrap_used)]

mod world;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use plan::{Flow, Item, Node, Subject, item};
use proptest::prelude::*;
use resource::*;
use world::{World, zone_name};

const ZONES: [char; 3] = ['a', 'b', 'c'];
const ROUTING: &str = "target_group_health.unhealthy_state_routing.minimum_healthy_targets";

/// A balancer over a target group.
#[derive(Clone, Debug)]
struct Case {
    /// How many of the zones have a node.
    nodes: usize,
    crosses: bool,
    targets: Vec<Registered>,
    /// How many targets must be healthy, and what share of them.
    count: usize,
    share: Option<usize>,
}

#[derive(Clone, Debug)]
struct Registered {
    zone: usize,
    health: Option<HealthState>,
    drains: bool,
}

fn case() -> impl Strategy<Value = Case> {
    use HealthState::{Healthy, Initial, Unhealthy, UnhealthyDraining};
    let health =
        prop::sample::select(vec![None, Some(Initial), Some(Healthy), Some(Healthy), Some(Unhealthy), Some(UnhealthyDraining)]);
    let target = (0..ZONES.len(), health, prop::bool::weighted(0.2));
    let target = target.prop_map(|(zone, health, drains)| Registered { zone, health, drains });
    let share = prop::option::of(1..=100_usize);
    (1..=ZONES.len(), any::<bool>(), prop::collection::vec(target, 0..8), 1..4_usize, share)
        .prop_map(|(nodes, crosses, targets, count, share)| Case { nodes, crosses, targets, count, share })
}

impl Case {
    fn nodes(&self) -> Vec<Node> {
        let world = World::new();
        let vpc = world.vpc("10.0.0.0/16");
        let subnets: Vec<SubnetId> =
            (0..).zip(ZONES).map(|(n, zone)| world.subnet(&vpc, &format!("10.0.{n}.0/24"), zone)).collect();
        let group = world.target_group(&vpc, TargetType::Ip);
        for (number, target) in self.targets.iter().enumerate() {
            world.target(&group, TargetId::Ip(target.address(number)), 80, target.health);
        }
        world.update::<TargetGroup>(&group, |group| {
            let registered = group.targets.iter_mut().zip(&self.targets);
            registered.for_each(|(target, case)| target.draining_since = case.drains.then_some(Timestamp(1)));
        });
        world.target_attribute(&group, &format!("{ROUTING}.count"), &self.count.to_string());
        if let Some(share) = self.share {
            world.target_attribute(&group, &format!("{ROUTING}.percentage"), &share.to_string());
        }
        let addresses: Vec<String> = (0..self.nodes).map(|n| format!("10.0.{n}.4")).collect();
        let at: Vec<(&SubnetId, &str)> =
            subnets.iter().zip(&addresses).map(|(subnet, address)| (subnet, address.as_str())).collect();
        let balancer = world.balancer(&at, &[]);
        world.balancer_attribute(&balancer, "load_balancing.cross_zone.enabled", if self.crosses { "true" } else { "false" });
        world.listener(&balancer, 80, &group);
        match item(&world.snapshot(), &Subject::Balancer(balancer)) {
            Some(Item::Balancer(balancer)) => balancer.nodes,
            other => panic!("{other:?}"),
        }
    }

    /// The targets that are of use to any node, or to that of one zone, and of which a test is true.
    fn flows(&self, zone: Option<&str>, which: impl Fn(&Registered) -> bool) -> BTreeSet<Flow> {
        let targets = self.targets.iter().enumerate().filter(|(_, target)| {
            let near = zone.is_none_or(|zone| self.crosses || zone_name(ZONES[target.zone]) == zone);
            !target.drains && target.zone < self.nodes && near && which(target)
        });
        targets.map(|(number, target)| Flow { address: target.address(number), port: 80 }).collect()
    }
}

impl Registered {
    fn address(&self, number: usize) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, u8::try_from(self.zone).unwrap(), 10 + u8::try_from(number).unwrap())
    }

    fn is_healthy(&self) -> bool {
        self.health == Some(HealthState::Healthy)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_node_sends_to_the_healthy_ones_it_may_use_and_to_others_only_for_want_of_them(case in case()) {
        let anywhere = case.flows(None, Registered::is_healthy);
        for node in case.nodes() {
            let used = &node.ports[0].targets;
            prop_assert!(used.is_sorted() && used.iter().collect::<BTreeSet<_>>().len() == used.len());
            let used: BTreeSet<Flow> = used.iter().copied().collect();
            let (all, healthy) = (case.flows(Some(&node.zone), |_| true), case.flows(Some(&node.zone), Registered::is_healthy));
            let share = case.share.map_or(0, |share| (all.len() * share).div_ceil(100));
            let enough = healthy.len() >= case.count.max(share);
            prop_assert!(used.is_superset(&healthy) && used.is_subset(&all), "{used:?}");
            prop_assert!(!enough || used == healthy, "there are enough healthy ones: {used:?}");
            prop_assert!(enough || healthy.is_empty() || used == all, "there are too few healthy ones: {used:?}");
            prop_assert!(!anywhere.is_empty() || used == all, "none is healthy in any zone: {used:?}");
            prop_assert!(anywhere.is_empty() || !healthy.is_empty() || used.is_empty(), "others have healthy ones: {used:?}");
        }
    }

    #[test]
    fn only_connections_to_unhealthy_targets_that_a_node_does_not_use_are_ended_and_none_while_none_is_healthy(case in case()) {
        let any_healthy = case.targets.iter().any(|target| !target.drains && target.is_healthy());
        for node in case.nodes() {
            let port = &node.ports[0];
            prop_assert!(any_healthy || port.cut.is_empty());
            let unhealthy: BTreeSet<Flow> = (0..).zip(&case.targets)
                .filter(|(_, target)| !target.drains && target.health == Some(HealthState::Unhealthy))
                .map(|(number, target)| Flow { address: target.address(number), port: 80 })
                .collect();
            let ended: BTreeSet<Flow> = port.cut.iter().copied().collect();
            let expected = unhealthy.into_iter().filter(|flow| any_healthy && !port.targets.contains(flow));
            prop_assert_eq!(ended, expected.collect::<BTreeSet<_>>());
        }
    }
}
