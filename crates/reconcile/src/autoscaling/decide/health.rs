//! Who is not healthy, and is replaced: taken out first, then made up for.

use resource::{EC2_ILLNESS, ELB_ILLNESS, LifecycleState, Member, Process};

use super::super::action::{Action, Why};
use super::super::view::{Standing, View};

/// Instances in service that are found ill, or were found ill and go.
pub(super) fn all(view: &View) -> Vec<Action> {
    let serving = || view.group.members.iter().filter(|member| member.state == LifecycleState::InService);
    let found: Vec<Action> = serving().filter(|member| member.healthy).filter_map(|member| sicken(view, member)).collect();
    if !found.is_empty() {
        return found;
    }
    if !view.group.runs(Process::ReplaceUnhealthy) || !view.group.runs(Process::Terminate) {
        return Vec::new();
    }
    let ill = serving().filter(|member| !member.healthy);
    ill.map(|member| Action::Take { member: member.token.clone(), why: Why::Illness }).collect()
}

fn sicken(view: &View, member: &Member) -> Option<Action> {
    if !view.group.runs(Process::HealthCheck) {
        return None;
    }
    let illness = match view.lives(member) {
        false => EC2_ILLNESS,
        true if fails_checks(view, member) => ELB_ILLNESS,
        true => return None,
    };
    Some(Action::Sicken { member: member.token.clone(), illness })
}

/// Whether the load balancer says that an instance is unhealthy, and is listened to.
fn fails_checks(view: &View, member: &Member) -> bool {
    let grace = u64::from(view.group.grace);
    view.group.elb_health
        && member.in_service.is_some_and(|since| grace == 0 || view.passed(since, grace))
        && view.group.targets.iter().any(|target| view.standing(member, &target.arn) == Some(Standing::Unhealthy))
}
