//! Instance refreshes: which instances are of yesterday, and how far the refresh is.

use resource::{LifecycleState, Member, Process, RefreshStatus, Reserved};

use super::super::action::{Action, Why};
use super::super::view::{Standing, View};
use super::{capacity, replace};

/// Whether the refresh that is going on replaces an instance in service now.
pub(super) fn replaces(view: &View, member: &Member) -> bool {
    let Some(refresh) = view.group.refresh().filter(|refresh| refresh.status.replaces()) else { return false };
    view.group.runs(Process::InstanceRefresh) && outdated(view, member) && replace::takes(refresh.protected, member.protected)
}

/// Whether an instance is in service, healthy, has been so for the warm-up, and is known to its balancers.
pub(super) fn is_ready(view: &View, member: &Member) -> bool {
    let own = view.group.refresh().and_then(|refresh| refresh.warmup);
    let warmup = u64::from(own.or(view.group.warmup).unwrap_or(view.group.grace));
    member.state == LifecycleState::InService
        && member.healthy
        && member.in_service.is_some_and(|since| warmup == 0 || view.passed(since, warmup))
        && view.group.targets.iter().all(|target| {
            let known = target.removing || member.registered.contains(&target.arn);
            known && view.standing(member, &target.arn) != Some(Standing::Initial)
        })
}

/// Whether an instance is not what the refresh leads to.
fn outdated(view: &View, member: &Member) -> bool {
    let Some(refresh) = view.group.refresh() else { return false };
    let other = view.version.is_some() && member.version != view.version;
    match refresh.skip_matching || refresh.status == RefreshStatus::RollbackInProgress {
        true => other,
        false => other || member.launched < refresh.started,
    }
}

/// Instances that the refresh has still to replace, or waits for.
fn left(view: &View) -> u32 {
    let Some(refresh) = view.group.refresh() else { return 0 };
    let concerns = |member: &&Member| match member.state {
        LifecycleState::InService => !member.protected || refresh.protected != Reserved::Ignore,
        LifecycleState::Standby => refresh.standby != Reserved::Ignore,
        _ => false,
    };
    view.group.members.iter().filter(concerns).filter(|member| outdated(view, member)).count() as u32
}

/// Begins a refresh, counts, and ends it.
pub(super) fn keep_books(view: &View) -> Vec<Action> {
    let Some(refresh) = view.group.refresh() else { return Vec::new() };
    if !view.group.runs(Process::InstanceRefresh) {
        return Vec::new();
    }
    let left = left(view);
    match refresh.status {
        RefreshStatus::Pending => vec![Action::Begin { total: left }],
        RefreshStatus::Cancelling if is_quiet(view) => vec![Action::Finish],
        RefreshStatus::InProgress | RefreshStatus::RollbackInProgress => {
            let standby = stand_by(view, refresh.standby);
            if !standby.is_empty() {
                return standby;
            }
            match (left, left == refresh.left) {
                (0, _) if is_done(view) => vec![Action::Finish],
                (_, false) => vec![Action::Progress { left }],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// Instances on standby count for nothing, so that they simply go.
fn stand_by(view: &View, how: Reserved) -> Vec<Action> {
    let concerned = view
        .group
        .members
        .iter()
        .filter(|member| how == Reserved::Replace && member.state == LifecycleState::Standby && outdated(view, member));
    concerned.map(|member| Action::Take { member: member.token.clone(), why: Why::Refresh }).collect()
}

/// Whether nothing comes or goes.
fn is_quiet(view: &View) -> bool {
    !view.group.members.iter().any(|member| member.state.is_coming() || member.state.is_terminating())
}

/// Whether everything that is wanted is there and warm, and what was replaced is gone.
fn is_done(view: &View) -> bool {
    is_quiet(view) && capacity::have(view) == view.group.desired && view.group.counted().all(|member| is_ready(view, member))
}
