//! Health of targets: which node checks which target and how, what the checks found, and when draining is over.

mod checks;
mod drained;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use dataplane::health::{Check, CheckId, Checker, Health, Reason, Transition};
use dataplane::{Namespace, Place};
use kernel::Namespaces;
use resource::{
    HealthState, Instance, Listener, LoadBalancer, NetworkInterface, Resource, TargetGroup, TargetHealth, Timestamp, VpcId,
};
use store::{Change, Snapshot, Store, StoreError, Txn};
use tokio::sync::mpsc::Receiver;

use crate::{Domain, TimeScale};
use checks::Wanted;

/// How often everything is looked at, at the least.
const LOOK: Duration = Duration::from_secs(10);

/// Health of targets on this machine.
pub struct HealthDomain {
    namespaces: Namespaces,
    checker: Checker,
    /// What is checked, by target group.
    wanted: HashMap<String, BTreeMap<CheckId, Wanted>>,
    /// VPCs as sources of sockets: opened again when they were made anew.
    places: HashMap<VpcId, Arc<dyn Place>>,
    noted: BTreeSet<String>,
    scale: TimeScale,
}

impl HealthDomain {
    /// Checks targets from nodes in `namespaces`, which drain so many times faster. The transitions that `checker` tells go
    /// to [`record`].
    pub fn new(namespaces: Namespaces, checker: Checker, scale: TimeScale) -> Self {
        Self { namespaces, checker, wanted: HashMap::new(), places: HashMap::new(), noted: BTreeSet::new(), scale }
    }
}

impl Domain for HealthDomain {
    const NAME: &'static str = "health";

    fn note(&mut self, world: &Snapshot, change: &Change) {
        if change.kind == TargetGroup::KIND {
            self.noted.insert(change.key.clone());
        }
        let of_listener = change.before::<Listener>().into_iter().chain(change.after::<Listener>());
        self.noted.extend(of_listener.map(|listener| listener.target_group.clone()));
        if change.kind == Instance::KIND {
            self.noted.extend(world.linked::<TargetGroup>(Instance::KIND, &change.key).map(|group| group.arn.clone()));
        }
        if change.kind == LoadBalancer::KIND {
            self.noted.extend(groups_of(world, &change.key));
        }
        if change.kind == NetworkInterface::KIND {
            let balancers = world.linked::<LoadBalancer>(NetworkInterface::KIND, &change.key);
            self.noted.extend(balancers.flat_map(|balancer| groups_of(world, &balancer.arn).collect::<Vec<_>>()));
        }
    }

    fn note_all(&mut self, world: &Snapshot) {
        self.places.clear();
        self.noted.extend(world.all::<TargetGroup>().map(|group| group.arn.clone()));
        self.noted.extend(world.all::<TargetHealth>().map(|health| health.group.clone()));
        self.noted.extend(self.wanted.keys().cloned());
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let noted = std::mem::take(&mut self.noted);
        let world = store.snapshot();
        for group in &noted {
            self.want(&world, group);
        }
        if !noted.is_empty() {
            self.publish();
        }
        let over = drained::over(&world, self.scale, Timestamp::now());
        if !noted.is_empty() || !over.is_empty() {
            let write = |txn: &mut Txn| -> Result<(), StoreError> {
                self.tidy(txn, &noted);
                over.iter().for_each(|key| drained::end(txn, key));
                Ok(())
            };
            if let Err(error) = store.write(write).await {
                tracing::error!(error = &error as &dyn std::error::Error, "the health of targets could not be written");
            }
        }
        let world = store.snapshot();
        let waits = [until_drained(&world, self.scale), drained::until_next(&world, self.scale, Timestamp::now())];
        waits.into_iter().flatten().fold(LOOK, Duration::min)
    }
}

/// How long until the next target has drained.
fn until_drained(world: &Snapshot, scale: TimeScale) -> Option<Duration> {
    let now = Timestamp::now();
    let groups = world.all::<TargetGroup>();
    let ends = groups.flat_map(|group| {
        let delay = scale.seconds(group.deregistration_delay());
        let since = group.targets.iter().filter_map(|target| target.draining_since);
        since.map(|since| since.plus_seconds(delay)).collect::<Vec<_>>()
    });
    ends.min().map(|end| Duration::from_millis(end.millis_since(now) + 1))
}

/// The target groups behind a balancer.
fn groups_of<'a>(world: &'a Snapshot, balancer: &str) -> impl Iterator<Item = String> + 'a {
    world.linked::<Listener>(LoadBalancer::KIND, balancer).map(|listener| listener.target_group.clone())
}

impl HealthDomain {
    fn want(&mut self, world: &Snapshot, arn: &str) {
        match world.find::<TargetGroup>(arn).map(|group| checks::of_group(world, &group, self.scale)) {
            Some(checks) if !checks.is_empty() => drop(self.wanted.insert(arn.to_owned(), checks)),
            _ => drop(self.wanted.remove(arn)),
        }
    }

    /// Hands the whole set of checks to the checker. A VPC that is not in the kernel yet is looked at again later.
    fn publish(&mut self) {
        let mut all = BTreeMap::new();
        for (id, wanted) in self.wanted.values().flatten() {
            let place = match self.places.get(&wanted.vpc) {
                Some(place) => Arc::clone(place),
                None => {
                    let Some(place) = open(&self.namespaces, &wanted.vpc) else { continue };
                    self.places.insert(wanted.vpc.clone(), Arc::clone(&place));
                    place
                }
            };
            all.insert(id.clone(), Check { place, ..wanted.check() });
        }
        self.checker.replace(all);
    }

    /// Forgets the health of targets that are not checked any more, and targets that have drained.
    fn tidy(&self, txn: &mut Txn, noted: &BTreeSet<String>) {
        for arn in noted {
            let checked = self.wanted.get(arn);
            let stale: Vec<String> = txn
                .linked::<TargetHealth>(TargetGroup::KIND, arn)
                .map(|health| health.key())
                .filter(|key| !checked.is_some_and(|checks| checks.contains_key(&CheckId(key.clone()))))
                .collect();
            stale.iter().for_each(|key| txn.remove::<TargetHealth>(key));
            let now = Timestamp::now();
            txn.update::<TargetGroup>(arn, |group| {
                let delay = group.deregistration_delay();
                let over = |since| self.scale.passed(since, delay, now);
                group.targets.retain(|target| target.draining_since.is_none_or(|since| !over(since)));
            });
        }
    }
}

fn open(namespaces: &Namespaces, vpc: &VpcId) -> Option<Arc<dyn Place>> {
    let path = namespaces.path(vpc.as_str()).ok()?;
    Some(Arc::new(Namespace::open(path).ok()?))
}

/// Writes what checks find into `store`, until the checker is gone.
pub async fn record(mut transitions: Receiver<Transition>, store: Store) {
    let mut found = Vec::new();
    while transitions.recv_many(&mut found, 256).await > 0 {
        let written = store.write(|txn| -> Result<(), StoreError> {
            found.iter().for_each(|transition| note_health(txn, transition));
            Ok(())
        });
        if let Err(error) = written.await {
            tracing::error!(error = &error as &dyn std::error::Error, "what health checks found could not be written");
        }
        found.clear();
    }
}

fn note_health(txn: &mut Txn, transition: &Transition) {
    let Some((group, target)) = target_of(txn, &transition.id.0) else { return };
    let before = txn.find::<TargetHealth>(&transition.id.0);
    let state = match transition.health {
        Health::Initial { .. } => HealthState::Initial,
        Health::Healthy { .. } => HealthState::Healthy,
        Health::Unhealthy { .. } => drained::unhealthy(txn, &group, before.as_deref()),
    };
    let since = before.filter(|before| before.state == state).map_or_else(Timestamp::now, |before| before.since);
    let reason = transition.health.reason();
    txn.put(TargetHealth {
        group,
        target: target.id,
        port: target.port,
        state,
        since,
        reason: reason.map(|reason| reason.code().to_owned()),
        description: reason.map(words),
    });
}

/// AWS's sentence for a reason.
fn words(reason: Reason) -> String {
    match reason {
        Reason::InitialHealthChecking => "Initial health checks in progress".to_owned(),
        Reason::Timeout => "Request timed out".to_owned(),
        Reason::FailedHealthChecks => "Health checks failed".to_owned(),
        Reason::ResponseCodeMismatch(code) => format!("Health checks failed with these codes: [{code}]"),
    }
}

/// The target that a check is about, if it is still registered.
fn target_of(txn: &Txn, key: &str) -> Option<(String, resource::Target)> {
    let group = txn.find::<TargetGroup>(key.split('|').next()?)?;
    let target = group.targets.iter().find(|target| TargetHealth::key_of(&group.arn, &target.id, target.port) == key)?;
    Some((group.arn.clone(), target.clone()))
}
