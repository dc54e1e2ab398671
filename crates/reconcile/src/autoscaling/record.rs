//! How steps are written down: in the group, and in the activities that users read. A step that no longer fits what the
//! group has become is left out.

use std::collections::BTreeSet;

use resource::{
    ActivityStatus, HookWait, Instance, InstanceId, LifecycleState, Member, Recurrence, RefreshStatus, SCALING_GROUP_TAG,
    ScalingActivity, ScalingGroup, ScheduledAction, SubnetId, Timestamp, Transition, random_uuid, sentence, sentences,
};
use serde_json::{Value, json};
use store::Txn;

use super::action::{Action, Why};
use super::view::View;

/// Why nothing can be launched without a template.
pub(super) const NO_TEMPLATE: &str = "The launch template, or the version of it that the group names, does not exist.";

/// Writes a step down.
pub(super) fn record(txn: &mut Txn, key: &str, action: &Action, view: &View, now: Timestamp) {
    match action {
        Action::Launch { subnet, zone, why } => launch(txn, key, (subnet, zone), *why, view, now),
        Action::Register { member, target } | Action::LeaveOut { member, target } => {
            change(txn, key, member, |member| {
                member.registered.insert(target.clone());
            });
        }
        Action::Deregister { member, target } => change(txn, key, member, |member| {
            member.registered.remove(target);
        }),
        Action::Drain { member } => {
            status(txn, key, member, ActivityStatus::WaitingForELBConnectionDraining);
            change(txn, key, member, |member| member.draining = true);
        }
        Action::Sicken { member, illness } => change(txn, key, member, |member| {
            member.healthy = false;
            member.illness = Some((*illness).to_owned());
        }),
        Action::Take { member, why } => take(txn, key, member, *why, now),
        Action::Wait { member, transition } => wait(txn, key, member, *transition, now),
        Action::Expire { member, hook } => expire(txn, key, member, hook),
        Action::Enter { member, state } => enter(txn, key, member, *state, now),
        Action::Forget { member } => leave(txn, key, member, now),
        Action::Release { member } => release(txn, key, member, now),
        Action::Drop { target } => drop(txn.update::<ScalingGroup>(key, |group| group.targets.retain(|t| t.arn != *target))),
        Action::Reach => drop(txn.update::<ScalingGroup>(key, |group| group.wish = None)),
        Action::Schedule { name } => schedule(txn, key, name, now),
        Action::Begin { total } => refresh(txn, key, |refresh| {
            refresh.status = RefreshStatus::InProgress;
            (refresh.total, refresh.left) = (*total, *total);
        }),
        Action::Progress { left } => refresh(txn, key, |refresh| {
            refresh.left = *left;
            refresh.total = refresh.total.max(*left);
        }),
        Action::Finish => finish(txn, key, now),
        Action::Gone => txn.remove::<ScalingGroup>(key),
        Action::Send { .. } | Action::Kill { .. } => {}
    }
}

fn find(txn: &Txn, key: &str, token: &str) -> Option<(ScalingGroup, usize)> {
    let group = txn.find::<ScalingGroup>(key)?;
    let at = group.members.iter().position(|member| member.token == token)?;
    Some((ScalingGroup::clone(&group), at))
}

fn change(txn: &mut Txn, key: &str, token: &str, change: impl FnOnce(&mut Member)) {
    let Some((mut group, at)) = find(txn, key, token) else { return };
    change(&mut group.members[at]);
    txn.put(group);
}

fn status(txn: &mut Txn, key: &str, token: &str, status: ActivityStatus) {
    let activity = find(txn, key, token).and_then(|(group, at)| group.members[at].activity.clone());
    if let Some(id) = activity {
        txn.update::<ScalingActivity>(&id, |activity| activity.status = status);
    }
}

/// Ends the activity of a member.
fn end(txn: &mut Txn, member: &mut Member, status: ActivityStatus, message: Option<&str>, now: Timestamp) {
    if let Some(id) = member.activity.take() {
        txn.update::<ScalingActivity>(&id, |activity| activity.end(status, message, now));
    }
}

/// A launch is wanted: the whole request is fixed now, so that it is the same however often it is sent.
fn launch(txn: &mut Txn, key: &str, (subnet, zone): (&SubnetId, &str), why: Why, view: &View, now: Timestamp) {
    let Some(group) = txn.find::<ScalingGroup>(key) else { return };
    let mut group = ScalingGroup::clone(&group);
    let token = random_uuid();
    let spare = matches!(why, Why::Lifetime | Why::Balance)
        || (why == Why::Refresh && group.counted().filter(|m| !m.spare).count() as u32 >= group.desired);
    let member = Member {
        launch: view.version.as_ref().map(|version| request(&group, &token, subnet, version).to_string()),
        token: token.clone(),
        instance: None,
        subnet: subnet.clone(),
        zone: zone.to_owned(),
        instance_type: None,
        image: None,
        version: view.version.clone(),
        state: LifecycleState::Pending,
        since: now,
        launched: now,
        in_service: None,
        healthy: true,
        illness: None,
        protected: group.protect_new,
        spare,
        registered: BTreeSet::new(),
        draining: false,
        wait: None,
        activity: Some(token.clone()),
    };
    let cause = arrival(&group, why, now);
    let mut activity = ScalingActivity::begin(&group, &token, &member, ("Launching a new EC2 instance", &cause), now);
    activity.status = ActivityStatus::PreInService;
    if member.launch.is_none() {
        activity.end(ActivityStatus::Failed, Some(&format!("{NO_TEMPLATE} Launching EC2 instance failed.")), now);
        return txn.put(activity);
    }
    txn.put(activity);
    group.members.push(member);
    txn.put(group);
}

fn request(group: &ScalingGroup, token: &str, subnet: &SubnetId, version: &resource::LaunchVersion) -> Value {
    let own = std::iter::once((SCALING_GROUP_TAG, group.name.as_str()));
    let propagated = group.tags.iter().filter(|(_, tag)| tag.propagate).map(|(key, tag)| (key.as_str(), tag.value.as_str()));
    let tags: Vec<Value> = own.chain(propagated).map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let mut request = json!({
        "ClientToken": token,
        "LaunchTemplate": { "LaunchTemplateId": version.template, "Version": version.number.to_string() },
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": subnet,
        "TagSpecifications": [{ "ResourceType": "instance", "Tags": tags }],
    });
    if let Some(kind) = group.launches_from().mixed.as_ref().and_then(|mixed| mixed.types.first()) {
        request["InstanceType"] = json!(kind);
    }
    request
}

/// Why an instance comes.
fn arrival(group: &ScalingGroup, why: Why, now: Timestamp) -> String {
    let say = |what: &str| sentence(now, what);
    match why {
        Why::Capacity { from, to } => {
            let what = "an instance was started in response to a difference between desired and actual capacity";
            let started = say(&format!("{what}, increasing the capacity from {from} to {to}"));
            sentences([group.wish.as_deref().unwrap_or_default(), &started])
        }
        Why::Refresh => say("an instance was launched in response to an instance refresh"),
        Why::Lifetime => say("an instance was launched in response to an instance whose maximum lifetime is over"),
        Why::Balance => say(
            "an instance was launched to balance instances in its zone with other zones, resulting in more than desired number of instances in the group",
        ),
        Why::Illness | Why::Abandoned | Why::Deletion => {
            say("an instance was launched in response to an unhealthy instance needing to be replaced")
        }
    }
}

/// Why an instance goes.
fn departure(group: &ScalingGroup, member: &Member, why: Why, now: Timestamp) -> String {
    let out = |what: &str| sentence(now, &format!("an instance was taken out of service in response to {what}"));
    match why {
        Why::Capacity { from, to } => {
            let what = format!("a difference between desired and actual capacity, shrinking the capacity from {from} to {to}");
            let selected = sentence(now, &format!("instance {} was selected for termination", member.label()));
            sentences([group.wish.as_deref().unwrap_or_default(), &out(&what), &selected])
        }
        Why::Illness => out(member.illness.as_deref().unwrap_or(resource::EC2_ILLNESS)),
        Why::Lifetime => out("its maximum instance lifetime"),
        Why::Refresh => out("an instance refresh"),
        Why::Balance => out("zones that are not balanced"),
        Why::Abandoned => out("a lifecycle hook that was abandoned"),
        Why::Deletion => out("a user request to delete the AutoScalingGroup"),
    }
}

/// The launch was carried out.
pub(super) fn launched(txn: &mut Txn, key: &str, token: &str, instance: &Value, now: Timestamp) {
    let text = |member: &str| instance[member].as_str().map(str::to_owned);
    let Some(id) = text("InstanceId").and_then(|id| InstanceId::parse(&id).ok()) else { return };
    let Some((mut group, at)) = find(txn, key, token) else { return };
    let member = &mut group.members[at];
    (member.instance, member.launch, member.launched) = (Some(id.clone()), None, now);
    (member.instance_type, member.image) = (text("InstanceType"), text("ImageId"));
    txn.update::<ScalingActivity>(token, |activity| activity.description = format!("Launching a new EC2 instance: {id}"));
    txn.put(group);
}

/// The launch was refused.
pub(super) fn not_launched(txn: &mut Txn, key: &str, token: &str, why: &str, now: Timestamp) {
    let Some((mut group, at)) = find(txn, key, token) else { return };
    let mut member = group.members.remove(at);
    let message = format!("{why} Launching EC2 instance failed.");
    txn.update::<ScalingActivity>(token, |activity| activity.end(ActivityStatus::Failed, Some(&message), now));
    if member.activity.as_deref() != Some(token) {
        end(txn, &mut member, ActivityStatus::Cancelled, None, now);
    }
    txn.put(group);
}

fn take(txn: &mut Txn, key: &str, token: &str, why: Why, now: Timestamp) {
    let Some((mut group, at)) = find(txn, key, token) else { return };
    if group.members[at].state.is_terminating() {
        return;
    }
    let mut member = group.members[at].clone();
    let came = match member.in_service {
        Some(_) => ActivityStatus::Cancelled,
        None => ActivityStatus::Failed,
    };
    end(txn, &mut member, came, Some("The instance did not come into service."), now);
    let id = random_uuid();
    let description = format!("Terminating EC2 instance: {}", member.label());
    let cause = departure(&group, &member, why, now);
    let mut activity = ScalingActivity::begin(&group, &id, &member, (&description, &cause), now);
    activity.status = ActivityStatus::InProgress;
    txn.put(activity);
    member.enter(LifecycleState::Terminating, now);
    (member.wait, member.activity, member.spare) = (None, Some(id), false);
    member.healthy = member.healthy && why != Why::Illness;
    group.members[at] = member;
    txn.put(group);
}

fn wait(txn: &mut Txn, key: &str, token: &str, transition: Transition, now: Timestamp) {
    let Some((mut group, at)) = find(txn, key, token) else { return };
    let hooks: Vec<String> =
        group.hooks.iter().filter(|hook| hook.transition == transition).map(|hook| hook.name.clone()).collect();
    let state = match transition {
        Transition::Launching => LifecycleState::PendingWait,
        Transition::Terminating => LifecycleState::TerminatingWait,
    };
    let member = &mut group.members[at];
    member.enter(state, now);
    member.wait = Some(HookWait { token: random_uuid(), since: vec![now; hooks.len()], hooks, abandoned: false });
    txn.put(group);
    status(txn, key, token, ActivityStatus::MidLifecycleAction);
}

fn expire(txn: &mut Txn, key: &str, token: &str, hook: &str) {
    let Some((mut group, at)) = find(txn, key, token) else { return };
    let goes_on = group.hooks.iter().find(|known| known.name == hook).is_none_or(|known| known.default_continue);
    if let Some(wait) = &mut group.members[at].wait
        && let Some(at) = wait.hooks.iter().position(|known| known == hook)
    {
        wait.hooks.remove(at);
        wait.since.remove(at);
        wait.abandoned |= !goes_on;
    }
    txn.put(group);
}

fn enter(txn: &mut Txn, key: &str, token: &str, state: LifecycleState, now: Timestamp) {
    let Some((mut group, at)) = find(txn, key, token) else { return };
    let mut member = group.members[at].clone();
    member.enter(state, now);
    member.wait = None;
    match state {
        LifecycleState::InService | LifecycleState::Standby => {
            end(txn, &mut member, ActivityStatus::Successful, None, now);
        }
        _ => {}
    }
    group.members[at] = member;
    txn.put(group);
    if state == LifecycleState::TerminatingProceed {
        status(txn, key, token, ActivityStatus::InProgress);
    }
}

fn leave(txn: &mut Txn, key: &str, token: &str, now: Timestamp) {
    let Some((mut group, at)) = find(txn, key, token) else { return };
    let mut member = group.members.remove(at);
    end(txn, &mut member, ActivityStatus::Successful, None, now);
    txn.put(group);
}

fn release(txn: &mut Txn, key: &str, token: &str, now: Timestamp) {
    let instance = find(txn, key, token).and_then(|(group, at)| group.members[at].instance.clone());
    if let Some(id) = instance {
        txn.update::<Instance>(id.as_str(), |instance| {
            instance.tags.0.remove(SCALING_GROUP_TAG);
        });
    }
    leave(txn, key, token, now);
}

/// Carries out a scheduled action: its bounds, then its capacity within them.
fn schedule(txn: &mut Txn, key: &str, name: &str, now: Timestamp) {
    txn.update::<ScalingGroup>(key, |group| {
        let Some(at) = group.schedules.iter().position(|action| action.name == name) else { return };
        let action = group.schedules.remove(at);
        group.schedules.extend(again(&action, now));
        group.min = action.min.unwrap_or(group.min);
        group.max = action.max.unwrap_or(group.max).max(group.min);
        let (before, after) = (group.desired, action.desired.unwrap_or(group.desired).clamp(group.min, group.max));
        if after != before {
            let what = format!(
                "a scheduled action update of AutoScalingGroup constraints to min: {}, max: {}, desired: {after} \
                 changing the desired capacity from {before} to {after}",
                group.min, group.max
            );
            (group.desired, group.wish, group.scaled) = (after, Some(sentence(now, &what)), Some(now));
        }
    });
}

/// The same action at the next time at which it recurs.
fn again(action: &ScheduledAction, now: Timestamp) -> Option<ScheduledAction> {
    let recurrence = Recurrence::parse(action.recurrence.as_deref()?).ok()?;
    let start = recurrence.after(now).filter(|start| action.end.is_none_or(|end| *start <= end))?;
    Some(ScheduledAction { start, ..action.clone() })
}

fn refresh(txn: &mut Txn, key: &str, change: impl FnOnce(&mut resource::InstanceRefresh)) {
    txn.update::<ScalingGroup>(key, |group| {
        if let Some(refresh) = group.refreshes.first_mut().filter(|refresh| !refresh.status.is_over()) {
            change(refresh);
        }
    });
}

/// A refresh ends: what it led to is what the group is launched from.
fn finish(txn: &mut Txn, key: &str, now: Timestamp) {
    txn.update::<ScalingGroup>(key, |group| {
        let Some(refresh) = group.refreshes.first_mut() else { return };
        let (status, done) = match refresh.status {
            RefreshStatus::Cancelling => (RefreshStatus::Cancelled, false),
            RefreshStatus::RollbackInProgress => (RefreshStatus::RollbackSuccessful, false),
            _ => (RefreshStatus::Successful, true),
        };
        (refresh.status, refresh.ended) = (status, Some(now));
        if done {
            refresh.left = 0;
        }
        if let Some(desired) = refresh.desired.clone().filter(|_| done) {
            group.source = desired;
        }
    });
}
