//! What a group does next, from what is seen of it. The first concern that has something to do has its way; the rest is
//! decided when that is done.

mod capacity;
mod choose;
mod health;
mod progress;
mod refresh;
mod replace;

use resource::Process;

use super::action::{Action, Why};
use super::view::View;

/// The next steps; none when everything is as it should be, or waits for something.
pub(super) fn decide(view: &View) -> Vec<Action> {
    if view.group.deleting {
        return delete(view);
    }
    let concerns: [fn(&View) -> Vec<Action>; 6] =
        [schedule, progress::all, health::all, refresh::keep_books, capacity::all, replace::all];
    concerns.into_iter().map(|concern| concern(view)).find(|actions| !actions.is_empty()).unwrap_or_default()
}

/// All instances go, and then the group.
fn delete(view: &View) -> Vec<Action> {
    if view.group.members.is_empty() {
        return vec![Action::Gone];
    }
    let stays = view.group.members.iter().filter(|member| !member.state.is_terminating());
    let taken: Vec<Action> = stays.map(|member| Action::Take { member: member.token.clone(), why: Why::Deletion }).collect();
    if taken.is_empty() { progress::all(view) } else { taken }
}

/// Actions whose time has come, in its order.
fn schedule(view: &View) -> Vec<Action> {
    if !view.group.runs(Process::ScheduledActions) {
        return Vec::new();
    }
    let due = view.group.schedules.iter().filter(|action| action.start <= view.now);
    let first = due.min_by_key(|action| action.start);
    first.map(|action| Action::Schedule { name: action.name.clone() }).into_iter().collect()
}
