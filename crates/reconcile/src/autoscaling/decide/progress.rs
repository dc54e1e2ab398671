//! Every instance on its way: in, through its hooks, out.

use resource::{InstanceState, LifecycleState, Member, Process, Transition};

use super::super::action::{Action, Why};
use super::super::view::{Standing, View};

/// The next steps of all instances, and of target groups that leave.
pub(super) fn all(view: &View) -> Vec<Action> {
    let resting = |member: &&Member| view.resting.contains(&member.token);
    let members = view.group.members.iter().filter(|member| !resting(member)).flat_map(|member| step(view, member));
    members.chain(leaving(view)).collect()
}

fn step(view: &View, member: &Member) -> Vec<Action> {
    let token = || member.token.clone();
    if member.instance.is_none() {
        // Also when it is to go again: the launch may have been carried out and not written down.
        return vec![Action::Send { member: token() }];
    }
    match member.state {
        LifecycleState::Pending => coming(view, member),
        LifecycleState::PendingWait => waiting(view, member, LifecycleState::PendingProceed),
        LifecycleState::PendingProceed => vec![enter(member, LifecycleState::InService)],
        LifecycleState::InService => serving(view, member),
        LifecycleState::Terminating => going(view, member),
        LifecycleState::TerminatingWait => waiting(view, member, LifecycleState::TerminatingProceed),
        LifecycleState::TerminatingProceed => ending(view, member),
        LifecycleState::EnteringStandby => left(view, member, enter(member, LifecycleState::Standby)),
        LifecycleState::Standby => match view.lives(member) || stopped(view, member) {
            true => Vec::new(),
            false => vec![Action::Take { member: token(), why: Why::Illness }],
        },
        LifecycleState::Detaching => left(view, member, Action::Release { member: token() }),
    }
}

fn enter(member: &Member, state: LifecycleState) -> Action {
    Action::Enter { member: member.token.clone(), state }
}

fn stopped(view: &View, member: &Member) -> bool {
    matches!(view.machines.get(&member.token), Some(InstanceState::Stopping | InstanceState::Stopped))
}

fn hooked(view: &View, transition: Transition) -> bool {
    view.group.hooks.iter().any(|hook| hook.transition == transition)
}

fn coming(view: &View, member: &Member) -> Vec<Action> {
    let token = member.token.clone();
    match view.machines.get(&token) {
        Some(InstanceState::Pending) => Vec::new(),
        Some(InstanceState::Running) if member.in_service.is_none() && hooked(view, Transition::Launching) => {
            vec![Action::Wait { member: token, transition: Transition::Launching }]
        }
        Some(InstanceState::Running) => vec![enter(member, LifecycleState::InService)],
        _ => vec![Action::Take { member: token, why: Why::Illness }],
    }
}

/// An instance that waits goes on when all hooks were answered for, or one said no.
fn waiting(view: &View, member: &Member, next: LifecycleState) -> Vec<Action> {
    let Some(wait) = &member.wait else { return vec![enter(member, next)] };
    let launching = next == LifecycleState::PendingProceed;
    if launching && (wait.abandoned || !view.lives(member)) {
        let why = if wait.abandoned { Why::Abandoned } else { Why::Illness };
        return vec![Action::Take { member: member.token.clone(), why }];
    }
    if wait.abandoned || wait.hooks.is_empty() {
        return vec![enter(member, next)];
    }
    let expired = wait.hooks.iter().zip(&wait.since).filter(|(name, since)| {
        let hook = view.group.hooks.iter().find(|hook| hook.name == **name);
        hook.is_none_or(|hook| view.passed(**since, hook.heartbeat.into()) || view.passed(member.since, hook.limit()))
    });
    expired.map(|(hook, _)| Action::Expire { member: member.token.clone(), hook: hook.clone() }).collect()
}

/// An instance in service is a target of every target group, once.
fn serving(view: &View, member: &Member) -> Vec<Action> {
    if !view.lives(member) {
        return Vec::new();
    }
    let missing = view.group.targets.iter().filter(|target| !target.removing && !member.registered.contains(&target.arn));
    let adds = view.group.runs(Process::AddToLoadBalancer);
    let action = |arn: &String| {
        let (member, target) = (member.token.clone(), arn.clone());
        match adds && view.target_groups.contains(arn) {
            true => Action::Register { member, target },
            false => Action::LeaveOut { member, target },
        }
    };
    missing.map(|target| action(&target.arn)).collect()
}

/// An instance on its way out leaves its target groups, waits for its hooks and is terminated. When its group is deleted,
/// nobody waits: neither for its hooks nor for its connections.
fn going(view: &View, member: &Member) -> Vec<Action> {
    let next = match !view.group.deleting && hooked(view, Transition::Terminating) && view.lives(member) {
        true => Action::Wait { member: member.token.clone(), transition: Transition::Terminating },
        false => enter(member, LifecycleState::TerminatingProceed),
    };
    left(view, member, next)
}

/// What comes when an instance has left all its target groups, or how it leaves them.
fn left(view: &View, member: &Member, next: Action) -> Vec<Action> {
    let standing =
        |target: &&resource::TargetAttachment| view.standing(member, &target.arn).map(|found| (target.arn.clone(), found));
    let found: Vec<(String, Standing)> = view.group.targets.iter().filter_map(|target| standing(&target)).collect();
    let here = found.iter().filter(|(_, standing)| *standing != Standing::Draining);
    let leave: Vec<Action> =
        here.map(|(target, _)| Action::Deregister { member: member.token.clone(), target: target.clone() }).collect();
    match (leave.is_empty(), found.is_empty() || view.group.deleting) {
        (false, _) => leave,
        (true, true) => vec![next],
        (true, false) if member.draining => Vec::new(),
        (true, false) => vec![Action::Drain { member: member.token.clone() }],
    }
}

fn ending(view: &View, member: &Member) -> Vec<Action> {
    let token = member.token.clone();
    match view.machines.get(&token) {
        None | Some(InstanceState::Terminated) => vec![Action::Forget { member: token }],
        Some(InstanceState::ShuttingDown) => Vec::new(),
        Some(_) => vec![Action::Kill { member: token }],
    }
}

/// Target groups that were detached: all instances leave them, and then they are gone.
fn leaving(view: &View) -> Vec<Action> {
    let mut actions = Vec::new();
    for target in view.group.targets.iter().filter(|target| target.removing) {
        let of_target = |(_, arn): &&(String, String)| *arn == target.arn;
        let registered: Vec<_> = view.standings.iter().filter(|(key, _)| of_target(key)).collect();
        let here = registered.iter().filter(|(key, standing)| **standing != Standing::Draining && !view.resting.contains(&key.0));
        let leave = here.map(|((member, arn), _)| Action::Deregister { member: member.clone(), target: arn.clone() });
        let before = actions.len();
        actions.extend(leave);
        if actions.len() == before && registered.is_empty() {
            actions.push(Action::Drop { target: target.arn.clone() });
        }
    }
    actions
}
