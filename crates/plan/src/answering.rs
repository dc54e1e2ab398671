//! Which of the record sets of one name and type answer, by their routing policy and by the health of what they lead to
//! (Route 53 Developer Guide, "How Route 53 chooses records when health checking is configured").

use std::sync::Arc;

use resource::{
    EndpointKind, EndpointState, FailoverRole, HealthState, Listener, LoadBalancer, Policy, RECORD_NAME, RecordContent,
    RecordSet, Resource, TargetGroup, TargetHealth, VpcEndpoint, alias_target,
};
use store::Snapshot;

/// How many aliases in a row are followed to what their health is that of.
const LONGEST_CHAIN: usize = 8;

/// Those of `sets`, all of one name and type, that answer now. When none is healthy, they answer as if all were.
pub fn answering(world: &Snapshot, sets: Vec<Arc<RecordSet>>) -> Vec<Arc<RecordSet>> {
    let healthy = |set: &Arc<RecordSet>| is_healthy(world, set, LONGEST_CHAIN);
    match sets.first().map(|set| set.policy) {
        None | Some(Policy::Simple) => sets,
        Some(Policy::Failover(_)) => {
            let of = |role| sets.iter().find(|set| set.policy == Policy::Failover(role));
            let (primary, secondary) = (of(FailoverRole::Primary), of(FailoverRole::Secondary));
            let chosen = primary.filter(|set| healthy(set)).or_else(|| secondary.filter(|set| healthy(set)));
            chosen.or(primary).cloned().into_iter().collect()
        }
        Some(Policy::Weighted(_) | Policy::Multivalue) => {
            let well: Vec<_> = sets.iter().filter(|set| healthy(set)).cloned().collect();
            if well.is_empty() { sets } else { well }
        }
    }
}

/// Whether what a set leads to is healthy; what does not say that its health counts is.
fn is_healthy(world: &Snapshot, set: &RecordSet, chain: usize) -> bool {
    let RecordContent::Alias { zone, name, evaluate: true } = &set.content else { return true };
    if *zone == set.zone {
        let Some(chain) = chain.checked_sub(1) else { return false };
        let mut sets = world.named::<RecordSet>(RECORD_NAME, format!("{zone}/{name}")).filter(|other| other.kind == set.kind);
        return sets.any(|other| is_healthy(world, &other, chain));
    }
    let name = alias_target(name);
    match balancer(world, name) {
        Some(balancer) => serves(world, &balancer),
        None => endpoint(world, name)
            .is_some_and(|endpoint| endpoint.kind == EndpointKind::Interface && endpoint.state == EndpointState::Available),
    }
}

fn balancer(world: &Snapshot, name: &str) -> Option<Arc<LoadBalancer>> {
    world.all::<LoadBalancer>().find(|balancer| balancer.dns_name().eq_ignore_ascii_case(name))
}

fn endpoint(world: &Snapshot, name: &str) -> Option<Arc<VpcEndpoint>> {
    world.find::<VpcEndpoint>(VpcEndpoint::id_in(name)?)
}

/// Whether a balancer has targets, and a healthy one in each group that has any.
fn serves(world: &Snapshot, balancer: &LoadBalancer) -> bool {
    let listeners = world.linked::<Listener>(LoadBalancer::KIND, &balancer.arn);
    let groups = listeners.filter_map(|listener| world.find::<TargetGroup>(&listener.target_group));
    let mut used = groups.filter(|group| !group.targets.is_empty()).peekable();
    used.peek().is_some() && used.all(|group| has_healthy(world, &group))
}

fn has_healthy(world: &Snapshot, group: &TargetGroup) -> bool {
    group.targets.iter().any(|target| {
        let health = world.find::<TargetHealth>(&TargetHealth::key_of(&group.arn, &target.id, target.port));
        health.is_some_and(|health| health.state == HealthState::Healthy)
    })
}
