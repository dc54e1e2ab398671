//! Instances that are replaced although they are healthy: in a refresh, when they have lived long enough, and to make
//! zones equal.

use resource::{LifecycleState, Member, Process, Reserved};

use super::super::action::{Action, Why};
use super::super::view::View;
use super::{capacity, choose, refresh};

/// Without a policy, what is replaced for its age is made up for first.
const LIFETIME_MAX_HEALTHY: u32 = 110;

/// Instances in service that are to be replaced, and why; the oldest first.
pub(super) fn due(view: &View) -> Vec<(&Member, Why)> {
    let mut due: Vec<(&Member, Why)> = Vec::new();
    let mut serving: Vec<&Member> =
        view.group.members.iter().filter(|member| member.state == LifecycleState::InService).collect();
    serving.sort_by_key(|member| member.launched);
    for member in serving {
        if refresh::replaces(view, member) {
            due.push((member, Why::Refresh));
        } else if view.group.max_lifetime.is_some_and(|seconds| view.passed(member.launched, seconds)) {
            due.push((member, Why::Lifetime));
        }
    }
    due
}

/// Replaces, if the capacity is what is wanted.
pub(super) fn all(view: &View) -> Vec<Action> {
    if capacity::have(view) != view.group.desired {
        return Vec::new();
    }
    if !view.group.runs(Process::Launch) || !view.group.runs(Process::Terminate) {
        return Vec::new();
    }
    let due = due(view);
    match due.is_empty() {
        true => balance(view),
        false => replace(view, &due),
    }
}

fn replace(view: &View, due: &[(&Member, Why)]) -> Vec<Action> {
    let (_, max) = percentages(view);
    let (want, spares) = (view.group.desired, view.group.counted().filter(|member| member.spare).count() as u32);
    let why = due.first().map_or(Why::Lifetime, |(_, why)| *why);
    if max > 100 {
        let room = (want * max / 100).saturating_sub(want).max(1);
        let more = room.min(due.len() as u32).saturating_sub(spares);
        let places = choose::places(view, more);
        return places.into_iter().map(|(subnet, zone)| Action::Launch { subnet, zone, why }).collect();
    }
    let spare = match room(view) {
        // A group so small that the floor is all of it still goes on, one at a time.
        0 if ready(view) == want => 1,
        some => some,
    };
    due.iter().take(spare as usize).map(|(member, why)| Action::Take { member: member.token.clone(), why: *why }).collect()
}

fn ready(view: &View) -> u32 {
    view.group.members.iter().filter(|member| refresh::is_ready(view, member)).count() as u32
}

/// How many instances that are ready may go.
pub(super) fn room(view: &View) -> u32 {
    ready(view).saturating_sub((view.group.desired * percentages(view).0).div_ceil(100))
}

/// How far below and above the wanted capacity replacing may go.
fn percentages(view: &View) -> (u32, u32) {
    match (view.group.refresh(), view.group.maintenance) {
        (Some(refresh), _) if refresh.status.replaces() => (refresh.min_healthy, refresh.max_healthy),
        (_, Some(policy)) => (policy.min_healthy, policy.max_healthy),
        _ => (100, LIFETIME_MAX_HEALTHY),
    }
}

/// Launches in the zone that has the fewest when another has two more; that one then loses one.
fn balance(view: &View) -> Vec<Action> {
    let counted: Vec<&Member> = view.group.counted().collect();
    let settled = counted.iter().all(|member| member.state == LifecycleState::InService)
        && !view.group.members.iter().any(|member| member.state.is_terminating());
    if !settled || !view.group.runs(Process::AZRebalance) {
        return Vec::new();
    }
    let Some((subnet, zone)) = choose::places(view, 1).pop() else { return Vec::new() };
    let zones = choose::per_zone(view);
    let least = zones.get(&zone).copied().unwrap_or(0);
    let Some(victim) = choose::victim(view, &counted) else { return Vec::new() };
    let stranded = !view.places.iter().any(|(_, known)| *known == victim.zone);
    let most = zones.get(&victim.zone).copied().unwrap_or(0);
    match stranded || most >= least + 2 {
        true => vec![Action::Launch { subnet, zone, why: Why::Balance }],
        false => Vec::new(),
    }
}

/// Whether a refresh takes an instance that was set apart.
pub(super) fn takes(how: Reserved, set_apart: bool) -> bool {
    !set_apart || how == Reserved::Replace
}
