//! As many instances as are wanted: more are launched where the fewest are, fewer are chosen by the termination policies.

use resource::{Member, Process};

use super::super::action::{Action, Why};
use super::super::view::View;
use super::{choose, refresh, replace};

/// How many are launched in one step.
const AT_ONCE: u32 = 10;

/// The members that make up the capacity: all that count, without those that will take the place of another.
pub(super) fn have(view: &View) -> u32 {
    view.group.counted().filter(|member| !member.spare).count() as u32
}

/// Launches or takes instances until there are as many as are wanted.
pub(super) fn all(view: &View) -> Vec<Action> {
    let (have, want) = (have(view), view.group.desired);
    if have < want {
        return grow(view, want - have);
    }
    if have > want {
        return shrink(view, have - want);
    }
    match view.group.wish.is_some() {
        true => vec![Action::Reach],
        false => Vec::new(),
    }
}

fn grow(view: &View, missing: u32) -> Vec<Action> {
    if !view.group.runs(Process::Launch) {
        return Vec::new();
    }
    let have = have(view);
    let refreshing = view.group.refresh().is_some_and(|refresh| refresh.status.replaces());
    let why = |n: u32| match &view.group.wish {
        Some(_) => Why::Capacity { from: have + n, to: have + n + 1 },
        None if refreshing => Why::Refresh,
        None => Why::Illness,
    };
    let places = choose::places(view, missing.min(AT_ONCE));
    (0..).zip(places).map(|(n, (subnet, zone))| Action::Launch { subnet, zone, why: why(n) }).collect()
}

/// Who is to be replaced anyway goes first, protected or not; then the termination policies choose. When nobody asked for
/// less, somebody has come in the place of another, who goes only when enough others are ready; who has come stays.
fn shrink(view: &View, surplus: u32) -> Vec<Action> {
    if !view.group.runs(Process::Terminate) {
        return Vec::new();
    }
    let asked = view.group.wish.is_some();
    let mut room = if asked { u32::MAX } else { replace::room(view) };
    let mut may_go = |member: &Member| {
        let counts = asked || refresh::is_ready(view, member);
        let may = !member.healthy || (counts && room > 0);
        room = room.saturating_sub(u32::from(counts && may));
        may
    };
    let due = replace::due(view);
    let first = due.iter().take(surplus as usize).filter(|(member, _)| may_go(member));
    let mut taken: Vec<Action> = first.map(|(member, why)| Action::Take { member: member.token.clone(), why: *why }).collect();
    if !asked && !due.is_empty() {
        return taken;
    }
    let mut rest: Vec<&Member> = view.group.counted().filter(|member| !member.spare && !is_taken(&taken, member)).collect();
    let mut have = have(view) - taken.len() as u32;
    while have > view.group.desired {
        let Some(victim) = choose::victim(view, &rest).filter(|victim| may_go(victim)) else { break };
        let why = Why::Capacity { from: have, to: have - 1 };
        taken.push(Action::Take { member: victim.token.clone(), why });
        rest.retain(|member| member.token != victim.token);
        have -= 1;
    }
    taken
}

fn is_taken(taken: &[Action], member: &Member) -> bool {
    taken.iter().any(|action| matches!(action, Action::Take { member: token, .. } if *token == member.token))
}
