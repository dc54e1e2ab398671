//! How a target is, from its registration, its instance, the listeners of its group and what health checks found.

use std::sync::Arc;

use resource::{BalancerState, HealthState, Instance, InstanceState, LoadBalancer, Target, TargetGroup, TargetHealth, TargetId};
use serde::Serialize;
use store::Snapshot;

use super::super::find;

/// A state with AWS's reason for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HealthView {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// What all targets of a group share.
pub struct Surroundings<'a> {
    world: &'a Snapshot,
    group: &'a TargetGroup,
    balancer: Option<Arc<LoadBalancer>>,
}

impl<'a> Surroundings<'a> {
    /// The surroundings of the targets of `group`.
    pub fn new(world: &'a Snapshot, group: &'a TargetGroup) -> Self {
        let balancer = find::listeners_to(world, &group.arn).find_map(|listener| world.find::<LoadBalancer>(&listener.balancer));
        Self { world, group, balancer }
    }

    /// How `target` is.
    pub fn health(&self, target: &Target) -> HealthView {
        if target.draining_since.is_some() {
            return view("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress");
        }
        let Some(balancer) = &self.balancer else {
            return unused("Target.NotInUse", "Target group is not configured to receive traffic from the load balancer");
        };
        if let Some(state) = self.instance_that_does_not_run(target) {
            return unused("Target.InvalidState", &format!("Target is in the {state} state"));
        }
        match self.zone(target) {
            Some(zone) if balancer.zones.iter().all(|node| node.zone != zone) => {
                unused("Target.NotInUse", "Target is in an Availability Zone that is not enabled for the load balancer")
            }
            _ => self.checked(balancer, target),
        }
    }

    /// What the checks found.
    fn checked(&self, balancer: &LoadBalancer, target: &Target) -> HealthView {
        let found = self.world.find::<TargetHealth>(&TargetHealth::key_of(&self.group.arn, &target.id, target.port));
        match found {
            Some(health) if health.state == HealthState::Healthy => {
                HealthView { state: "healthy", reason: None, description: None }
            }
            Some(health) if health.state.is_unhealthy() => HealthView {
                state: if health.state == HealthState::Unhealthy { "unhealthy" } else { "unhealthy.draining" },
                reason: health.reason.clone().or_else(|| Some("Target.FailedHealthChecks".into())),
                description: health.description.clone().or_else(|| Some("Health checks failed".into())),
            },
            Some(_) => view("initial", "Elb.InitialHealthChecking", "Initial health checks in progress"),
            None if balancer.state == BalancerState::Active => {
                view("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
            }
            None => view("initial", "Elb.RegistrationInProgress", "Target registration is in progress"),
        }
    }

    fn instance_that_does_not_run(&self, target: &Target) -> Option<&'static str> {
        let TargetId::Instance(id) = &target.id else { return None };
        match self.world.find::<Instance>(id.as_str()).map(|instance| instance.state) {
            None => Some("terminated"),
            Some(InstanceState::Pending | InstanceState::Running) => None,
            Some(state) => Some(state.code_and_name().1),
        }
    }

    /// The zone that a target stands in; none when it stands in none, or in all.
    fn zone(&self, target: &Target) -> Option<String> {
        match &target.id {
            TargetId::Instance(id) => self.world.find::<Instance>(id.as_str()).map(|instance| instance.zone.clone()),
            TargetId::Ip(_) => target.zone.clone().filter(|zone| zone != "all"),
        }
    }
}

/// How a target is that the group does not have.
pub fn not_registered() -> HealthView {
    unused("Target.NotRegistered", "Target is not registered to the target group")
}

fn unused(reason: &str, description: &str) -> HealthView {
    view("unused", reason, description)
}

fn view(state: &'static str, reason: &str, description: &str) -> HealthView {
    HealthView { state, reason: Some(reason.to_owned()), description: Some(description.to_owned()) }
}
