//! Decisions, one concern after the other, as text.

use resource::{
    HookWait, InstanceRefresh, InstanceState, LifecycleHook, LifecycleState, Maintenance, Process, RefreshStatus, Reserved,
    ScalingGroup, TerminationPolicy, Timestamp, Transition,
};

use super::world::{NOW, decided, group, instance_id, member, version, with_targets};
use crate::autoscaling::view::{Standing, View};

const WEB: &str = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/web/0123456789abcdef";

fn nothing(_: &mut View) {}

/// A machine that does not run.
fn machine(member: &'static str, state: InstanceState) -> impl Fn(&mut View) + Copy {
    move |view| {
        view.machines.insert(member.into(), state);
    }
}

fn of(desired: u32, zones: usize, members: &[(usize, usize)]) -> ScalingGroup {
    ScalingGroup { members: members.iter().map(|(n, zone)| member(*n, *zone)).collect(), ..group(desired, zones) }
}

#[test]
fn a_new_group_spreads_over_its_zones() {
    let group = ScalingGroup { wish: Some("At T a user request created it.".into()), ..group(3, 2) };
    let expected = "launch in us-east-1a: Capacity { from: 0, to: 1 }\n\
                    launch in us-east-1b: Capacity { from: 1, to: 2 }\n\
                    launch in us-east-1a: Capacity { from: 2, to: 3 }";
    assert_eq!(decided(group.clone(), nothing), expected);
    let without_a = decided(group.clone(), |view| view.resting = [view.places[0].0.to_string()].into());
    assert_eq!(without_a.matches("us-east-1b").count(), 3, "a zone that fails is made up for");
    let strict = decided(ScalingGroup { balanced_only: true, ..group.clone() }, |view| {
        view.resting = [view.places[0].0.to_string()].into()
    });
    assert_eq!(strict, "", "unless the group wants its zones equal");
    let suspended = ScalingGroup { suspended: [(Process::Launch, NOW)].into(), ..group };
    assert_eq!(decided(suspended, nothing), "");
}

#[test]
fn a_launch_that_was_written_down_is_sent_even_if_it_is_to_go_again() {
    let mut group = of(1, 1, &[(1, 0)]);
    group.members[0].instance = None;
    group.members[0].state = LifecycleState::Pending;
    assert_eq!(decided(group.clone(), nothing), "send the launch of m1");
    group.members[0].state = LifecycleState::Terminating;
    assert_eq!(decided(group.clone(), nothing).lines().next(), Some("send the launch of m1"));
    assert_eq!(decided(group, |view| view.resting = ["m1".into()].into()), "launch in us-east-1a: Illness");
}

#[test]
fn what_is_too_much_goes_from_the_fullest_zone_by_the_policies() {
    let mut group = of(3, 2, &[(1, 0), (2, 1), (3, 0), (4, 0)]);
    group.members[2].version = Some(version(2));
    assert_eq!(decided(group.clone(), nothing), "take m4 out of service: Capacity { from: 4, to: 3 }", "the next hour is m4's");
    group.members[3].version = Some(version(2));
    assert_eq!(
        decided(group.clone(), nothing),
        "take m1 out of service: Capacity { from: 4, to: 3 }",
        "m1 has the oldest version"
    );
    group.members[0].protected = true;
    group.termination = vec![TerminationPolicy::NewestInstance];
    assert_eq!(decided(group.clone(), nothing), "take m3 out of service: Capacity { from: 4, to: 3 }");
    group.termination = vec![TerminationPolicy::OldestInstance];
    assert_eq!(decided(group.clone(), nothing), "take m4 out of service: Capacity { from: 4, to: 3 }");
    group.members.iter_mut().for_each(|member| member.protected = true);
    assert_eq!(decided(group.clone(), nothing), "", "who is protected stays, and so there are too many");
    group.members.iter_mut().for_each(|member| member.protected = false);
    group.suspended.insert(Process::Terminate, NOW);
    assert_eq!(decided(group, nothing), "");
}

#[test]
fn who_does_not_run_is_ill_and_goes_and_is_made_up_for() {
    let mut group = of(2, 1, &[(1, 0), (2, 0)]);
    let stopped = machine("m1", InstanceState::Stopped);
    let found = "m1 is unhealthy: an EC2 health check indicating it has been terminated or stopped";
    assert_eq!(decided(group.clone(), stopped), found);
    let unseen = ScalingGroup { suspended: [(Process::HealthCheck, NOW)].into(), ..group.clone() };
    assert_eq!(decided(unseen, stopped), "");
    group.members[0].healthy = false;
    assert_eq!(decided(group.clone(), stopped), "take m1 out of service: Illness");
    let kept = ScalingGroup { suspended: [(Process::ReplaceUnhealthy, NOW)].into(), ..group.clone() };
    assert_eq!(decided(kept, stopped), "");
    group.members[0].state = LifecycleState::Terminating;
    assert_eq!(decided(group.clone(), stopped), "m1 is Terminating:Proceed");
    group.members[0].state = LifecycleState::TerminatingProceed;
    assert_eq!(decided(group.clone(), stopped), "terminate the machine of m1");
    let shutting = machine("m1", InstanceState::ShuttingDown);
    assert_eq!(decided(group.clone(), shutting), "launch in us-east-1a: Illness");
    let gone = machine("m1", InstanceState::Terminated);
    assert_eq!(decided(group, gone), "m1 is gone");
}

#[test]
fn the_balancer_has_a_say_after_the_grace_period() {
    let mut group = with_targets(of(1, 1, &[(1, 0)]), &[WEB]);
    (group.elb_health, group.grace) = (true, 300);
    let ill = |view: &mut View| {
        view.standings = [(("m1".into(), WEB.into()), Standing::Unhealthy)].into();
    };
    assert_eq!(decided(group.clone(), ill), "m1 is unhealthy: an ELB system health check failure");
    group.members[0].in_service = Some(Timestamp(NOW.0 - 299_000));
    assert_eq!(decided(group.clone(), ill), "");
    (group.grace, group.elb_health) = (0, false);
    assert_eq!(decided(group, ill), "");
}

#[test]
fn who_takes_the_place_of_another_is_known_to_the_balancer_first() {
    let mut group = with_targets(of(1, 1, &[(1, 0), (2, 0)]), &[WEB]);
    group.max_lifetime = Some(86_400);
    group.members[0].launched = Timestamp(NOW.0 - 86_400_000);
    let second = |standing| {
        move |view: &mut View| {
            view.standings = [(("m1".into(), WEB.into()), Standing::Registered), (("m2".into(), WEB.into()), standing)].into();
        }
    };
    assert_eq!(decided(group.clone(), second(Standing::Initial)), "");
    assert_eq!(decided(group.clone(), second(Standing::Registered)), "take m1 out of service: Lifetime");
    group.wish = Some("At T somebody wanted one.".into());
    assert_eq!(decided(group, second(Standing::Initial)), "take m1 out of service: Lifetime", "who asks for less gets it");
}

#[test]
fn targets_come_with_service_and_drain_before_the_end() {
    let mut group = with_targets(of(1, 1, &[(1, 0)]), &[WEB]);
    group.members[0].registered.clear();
    assert_eq!(decided(group.clone(), nothing), "register m1 in web");
    let suspended = ScalingGroup { suspended: [(Process::AddToLoadBalancer, NOW)].into(), ..group.clone() };
    assert_eq!(decided(suspended, nothing), "leave m1 out of web");
    group.desired = 0;
    group.members[0].state = LifecycleState::Terminating;
    let standing = |standing| move |view: &mut View| view.standings = [(("m1".into(), WEB.into()), standing)].into();
    assert_eq!(decided(group.clone(), standing(Standing::Registered)), "deregister m1 from web");
    assert_eq!(decided(group.clone(), standing(Standing::Draining)), "wait until m1 has drained");
    group.members[0].draining = true;
    assert_eq!(decided(group.clone(), standing(Standing::Draining)), "");
    assert_eq!(decided(group.clone(), nothing), "m1 is Terminating:Proceed");
    group.members[0].state = LifecycleState::Detaching;
    assert_eq!(decided(group.clone(), nothing), "m1 leaves the group");
    group.members[0].state = LifecycleState::EnteringStandby;
    assert_eq!(decided(group.clone(), nothing), "m1 is Standby");
    group.members[0].state = LifecycleState::InService;
    group.desired = 1;
    group.targets[0].removing = true;
    assert_eq!(decided(group.clone(), standing(Standing::Registered)), "deregister m1 from web");
    assert_eq!(decided(group, nothing), "web leaves the group");
}

#[test]
fn hooks_hold_instances_until_they_are_answered_or_out_of_time() {
    let mut group = of(1, 1, &[(1, 0)]);
    let hook =
        |transition| LifecycleHook { name: "h".into(), transition, metadata: None, heartbeat: 60, default_continue: false };
    group.hooks = vec![hook(Transition::Launching), hook(Transition::Terminating)];
    (group.members[0].state, group.members[0].in_service) = (LifecycleState::Pending, None);
    assert_eq!(decided(group.clone(), nothing), "let m1 wait for hooks, Launching");
    group.members[0].enter(LifecycleState::PendingWait, NOW);
    let wait = |age: u64, hooks: &[&str]| HookWait {
        token: "t".into(),
        hooks: hooks.iter().map(|hook| (*hook).to_owned()).collect(),
        since: vec![Timestamp(NOW.0 - age * 1000); hooks.len()],
        abandoned: false,
    };
    group.members[0].wait = Some(wait(59, &["h"]));
    assert_eq!(decided(group.clone(), nothing), "");
    group.members[0].wait = Some(wait(60, &["h"]));
    assert_eq!(decided(group.clone(), nothing), "the hook h of m1 is out of time");
    group.members[0].wait = Some(HookWait { abandoned: true, ..wait(0, &[]) });
    assert_eq!(decided(group.clone(), nothing), "take m1 out of service: Abandoned");
    group.members[0].wait = Some(wait(0, &[]));
    assert_eq!(decided(group.clone(), nothing), "m1 is Pending:Proceed");
    group.members[0].enter(LifecycleState::Terminating, NOW);
    group.desired = 0;
    assert_eq!(decided(group.clone(), nothing), "let m1 wait for hooks, Terminating");
    group.members[0].enter(LifecycleState::TerminatingWait, NOW);
    group.members[0].wait = Some(HookWait { abandoned: true, ..wait(0, &[]) });
    assert_eq!(decided(group, nothing), "m1 is Terminating:Proceed");
}

fn refreshed(count: usize, min_healthy: u32, max_healthy: u32) -> ScalingGroup {
    let members: Vec<(usize, usize)> = (1..=count).map(|n| (n, 0)).collect();
    let mut group = of(count as u32, 1, &members);
    let total = count as u32;
    group.refreshes = vec![InstanceRefresh {
        id: "r".into(),
        status: RefreshStatus::InProgress,
        reason: None,
        desired: None,
        previous: group.source.clone(),
        min_healthy,
        max_healthy,
        warmup: None,
        skip_matching: false,
        protected: Reserved::Ignore,
        standby: Reserved::Ignore,
        total,
        left: total,
        started: NOW,
        ended: None,
    }];
    group
}

#[test]
fn a_refresh_keeps_what_must_stay_in_service() {
    let taken = |group: ScalingGroup| decided(group, nothing).lines().filter(|line| line.contains("take")).count();
    assert_eq!(taken(refreshed(10, 90, 100)), 1);
    assert_eq!(taken(refreshed(10, 75, 100)), 2);
    assert_eq!(taken(refreshed(10, 0, 100)), 10);
    assert_eq!(taken(refreshed(1, 90, 100)), 1, "one at a time is always replaced");
    assert_eq!(decided(refreshed(10, 100, 120), nothing), ["launch in us-east-1a: Refresh"; 2].join("\n"));
    let mut half = refreshed(10, 90, 100);
    half.members[0].in_service = Some(NOW);
    half.warmup = Some(30);
    assert_eq!(taken(half), 0, "who is not warm does not count");
    let mut protected = refreshed(2, 0, 100);
    protected.members[0].protected = true;
    protected.refreshes[0].left = 1;
    assert_eq!(decided(protected.clone(), nothing), "take m2 out of service: Refresh");
    protected.refreshes[0].protected = Reserved::Replace;
    protected.refreshes[0].left = 2;
    assert_eq!(taken(protected), 2);
    let suspended = ScalingGroup { suspended: [(Process::InstanceRefresh, NOW)].into(), ..refreshed(3, 0, 100) };
    assert_eq!(decided(suspended, nothing), "");
}

#[test]
fn a_refresh_counts_and_ends() {
    let mut group = refreshed(2, 90, 100);
    group.refreshes[0].status = RefreshStatus::Pending;
    assert_eq!(decided(group.clone(), nothing), "begin to replace 2");
    group.refreshes[0].status = RefreshStatus::InProgress;
    group.members[0].launched = Timestamp(NOW.0 + 1);
    assert_eq!(decided(group.clone(), nothing), "1 left to replace");
    group.members[1].launched = Timestamp(NOW.0 + 1);
    assert_eq!(decided(group.clone(), nothing), "the refresh is over");
    group.refreshes[0].status = RefreshStatus::Cancelling;
    assert_eq!(decided(group.clone(), nothing), "the refresh is over");
    group.members[1].state = LifecycleState::TerminatingProceed;
    let dying = machine("m2", InstanceState::ShuttingDown);
    assert_eq!(decided(group, dying), "launch in us-east-1a: Illness", "what is under way ends first");
}

#[test]
fn who_has_lived_long_enough_is_made_up_for_and_then_goes() {
    let mut group = of(2, 2, &[(1, 0), (2, 1)]);
    group.max_lifetime = Some(86_400);
    assert_eq!(decided(group.clone(), nothing), "");
    group.members[0].launched = Timestamp(NOW.0 - 86_400_000);
    assert_eq!(decided(group.clone(), nothing), "launch in us-east-1a: Lifetime");
    let mut spare = member(3, 0);
    (spare.spare, spare.state, spare.launched) = (true, LifecycleState::Pending, NOW);
    group.members.push(spare);
    let starting = machine("m3", InstanceState::Pending);
    assert_eq!(decided(group.clone(), starting), "", "one is on its way");
    group.members[2].enter(LifecycleState::InService, NOW);
    assert_eq!(decided(group.clone(), nothing), "take m1 out of service: Lifetime");
    group.members.pop();
    group.maintenance = Some(Maintenance { min_healthy: 50, max_healthy: 100 });
    assert_eq!(decided(group, nothing), "take m1 out of service: Lifetime", "a policy may have it go first");
}

#[test]
fn zones_are_made_equal_when_all_is_quiet() {
    let group = of(3, 2, &[(1, 0), (2, 0), (3, 0)]);
    assert_eq!(decided(group.clone(), nothing), "launch in us-east-1b: Balance");
    let suspended = ScalingGroup { suspended: [(Process::AZRebalance, NOW)].into(), ..group.clone() };
    assert_eq!(decided(suspended, nothing), "");
    let mut protected = group.clone();
    protected.members.iter_mut().for_each(|member| member.protected = true);
    assert_eq!(decided(protected, nothing), "", "nobody could go");
    let failing = decided(group, |view| view.resting = [view.places[1].0.to_string()].into());
    assert_eq!(failing, "");
    let left_zone = of(1, 2, &[(1, 2)]);
    assert_eq!(decided(left_zone, nothing), "launch in us-east-1a: Balance", "its zone is no longer the group's");
}

#[test]
fn a_group_that_is_deleted_waits_for_nobody() {
    let mut group = with_targets(of(0, 1, &[(1, 0)]), &[WEB]);
    group.deleting = true;
    assert_eq!(decided(group.clone(), nothing), "take m1 out of service: Deletion");
    group.members[0].state = LifecycleState::Terminating;
    let standing = |standing| move |view: &mut View| view.standings = [(("m1".into(), WEB.into()), standing)].into();
    assert_eq!(decided(group.clone(), standing(Standing::Registered)), "deregister m1 from web", "or it stays there for ever");
    assert_eq!(decided(group.clone(), standing(Standing::Draining)), "m1 is Terminating:Proceed");
    group.members.clear();
    assert_eq!(decided(group, nothing), "the group is gone");
    assert_eq!(instance_id(1).as_str(), "i-00000000000000001");
}
