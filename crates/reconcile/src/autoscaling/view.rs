//! What is seen of a group: everything that a decision about it needs, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use resource::{
    HealthState, Instance, InstanceState, LaunchTemplate, LaunchVersion, Listener, LoadBalancer, Member, Resource, ScalingGroup,
    Subnet, SubnetId, TargetGroup, TargetHealth, TargetId, Timestamp,
};
use store::Snapshot;

use crate::TimeScale;

/// A group and what is around it.
pub(super) struct View {
    /// The group.
    pub(super) group: Arc<ScalingGroup>,
    /// The time.
    pub(super) now: Timestamp,
    /// How fast it passes.
    pub(super) scale: TimeScale,
    /// Its subnets that there are, with their zones.
    pub(super) places: Vec<(SubnetId, String)>,
    /// The version that new instances are launched from; none when there is no such template or version.
    pub(super) version: Option<LaunchVersion>,
    /// The machines of its instances, by the member's token; members without a machine are not there.
    pub(super) machines: BTreeMap<String, InstanceState>,
    /// How its instances stand in target groups, by the member's token and the target group's ARN; only where they are.
    pub(super) standings: BTreeMap<(String, String), Standing>,
    /// Its target groups that there are.
    pub(super) target_groups: BTreeSet<String>,
    /// Subnets and members that did not do what was asked of them, and are left in peace for a while.
    pub(super) resting: BTreeSet<String>,
}

/// How an instance stands in a target group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is registered; nothing bad is known.
    Registered,
    /// It is registered, and the balancer does not know yet how it is.
    Initial,
    /// It is registered, and checks fail.
    Unhealthy,
    /// It is deregistered, and keeps its connections for a while.
    Draining,
}

impl View {
    /// What `world` shows of a group.
    pub(super) fn of(
        world: &Snapshot,
        group: &Arc<ScalingGroup>,
        scale: TimeScale,
        now: Timestamp,
        resting: BTreeSet<String>,
    ) -> Self {
        let subnet = |id: &SubnetId| world.find::<Subnet>(id.as_str()).map(|subnet| (id.clone(), subnet.zone.clone()));
        let machine = |member: &Member| {
            let instance = member.instance.as_ref().and_then(|id| world.find::<Instance>(id.as_str()))?;
            Some((member.token.clone(), instance.state))
        };
        let found: Vec<Arc<TargetGroup>> =
            group.targets.iter().filter_map(|target| world.find::<TargetGroup>(&target.arn)).collect();
        Self {
            group: Arc::clone(group),
            now,
            scale,
            places: group.subnets.iter().filter_map(subnet).collect(),
            version: version(world, group),
            machines: group.members.iter().filter_map(machine).collect(),
            standings: found.iter().flat_map(|target| standings(world, group, target)).collect(),
            target_groups: found.iter().map(|target| target.arn.clone()).collect(),
            resting,
        }
    }

    /// Whether `seconds` of AWS's time have passed since a moment.
    pub(super) fn passed(&self, since: Timestamp, seconds: u64) -> bool {
        self.scale.passed(since, seconds, self.now)
    }

    /// How a member stands in a target group; none when it is not there.
    pub(super) fn standing(&self, member: &Member, target: &str) -> Option<Standing> {
        self.standings.get(&(member.token.clone(), target.to_owned())).copied()
    }

    /// Whether a member's machine runs or is about to.
    pub(super) fn lives(&self, member: &Member) -> bool {
        matches!(self.machines.get(&member.token), Some(InstanceState::Pending | InstanceState::Running))
    }
}

/// The version that the group's source means now.
fn version(world: &Snapshot, group: &ScalingGroup) -> Option<LaunchVersion> {
    let source = group.launches_from();
    let template = world.find::<LaunchTemplate>(source.template.as_str())?;
    let number = match source.version() {
        "$Latest" => template.versions.last()?.number,
        "$Default" => template.default_version,
        text => text.parse().ok()?,
    };
    template.versions.iter().find(|version| version.number == number)?;
    Some(LaunchVersion { template: template.id.clone(), name: template.name.clone(), number })
}

fn standings(world: &Snapshot, group: &ScalingGroup, target_group: &TargetGroup) -> Vec<((String, String), Standing)> {
    let listeners = world.linked::<Listener>(TargetGroup::KIND, &target_group.arn);
    let balancers: Vec<_> = listeners.filter_map(|listener| world.find::<LoadBalancer>(&listener.balancer)).collect();
    let checked = |member: &Member| balancers.iter().flat_map(|balancer| &balancer.zones).any(|node| node.zone == member.zone);
    let of = |member: &Member| {
        let id = TargetId::Instance(member.instance.clone()?);
        let target = target_group.targets.iter().find(|target| target.id == id)?;
        let health = world.find::<TargetHealth>(&TargetHealth::key_of(&target_group.arn, &id, target.port));
        let standing = match health {
            _ if target.draining_since.is_some() => Standing::Draining,
            Some(health) if health.state.is_unhealthy() => Standing::Unhealthy,
            Some(health) if health.state == HealthState::Healthy => Standing::Registered,
            _ if checked(member) => Standing::Initial,
            _ => Standing::Registered,
        };
        Some(((member.token.clone(), target_group.arn.clone()), standing))
    };
    group.members.iter().filter_map(of).collect()
}
