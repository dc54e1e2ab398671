//! Where instances come, and which go.

use std::collections::BTreeMap;

use resource::{Member, SubnetId, TerminationPolicy};

use super::super::view::View;

const HOUR: u64 = 3_600_000;

/// How many instances count in each zone that the group has a subnet in.
pub(super) fn per_zone(view: &View) -> BTreeMap<String, u32> {
    let mut counts: BTreeMap<String, u32> = view.places.iter().map(|(_, zone)| (zone.clone(), 0)).collect();
    for member in view.group.counted() {
        *counts.entry(member.zone.clone()).or_default() += 1;
    }
    counts
}

/// Places for `count` new instances: each in the zone that then has the fewest, and there in the subnet that has the
/// fewest. Subnets that rest are left out; with `balanced-only` their zones are not made up for elsewhere.
pub(super) fn places(view: &View, count: u32) -> Vec<(SubnetId, String)> {
    let mut zones = per_zone(view);
    let mut subnets: BTreeMap<SubnetId, u32> = BTreeMap::new();
    for member in view.group.counted() {
        *subnets.entry(member.subnet.clone()).or_default() += 1;
    }
    let open = |place: &&(SubnetId, String)| !view.resting.contains(place.0.as_str());
    let mut chosen = Vec::new();
    for _ in 0..count {
        let load =
            |place: &(SubnetId, String)| (zones.get(&place.1).copied().unwrap_or(0), subnets.get(&place.0).copied().unwrap_or(0));
        let all = || view.places.iter();
        let best = match view.group.balanced_only {
            true => all().min_by_key(|place| load(place)).filter(open),
            false => all().filter(open).min_by_key(|place| load(place)),
        };
        let Some((subnet, zone)) = best.cloned() else { break };
        *zones.entry(zone.clone()).or_default() += 1;
        *subnets.entry(subnet.clone()).or_default() += 1;
        chosen.push((subnet, zone));
    }
    chosen
}

/// Who of `members` goes first: nobody who is protected, out of the zone that has the most, by the termination policies.
pub(super) fn victim<'a>(view: &View, members: &[&'a Member]) -> Option<&'a Member> {
    let has_place = |zone: &str| view.places.iter().any(|(_, known)| known == zone);
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    members.iter().for_each(|member| *counts.entry(member.zone.as_str()).or_default() += 1);
    let open: Vec<&Member> = members.iter().copied().filter(|member| !member.protected).collect();
    let fullest = open
        .iter()
        .map(|member| member.zone.as_str())
        .max_by_key(|zone| (!has_place(zone), counts.get(zone).copied().unwrap_or(0), std::cmp::Reverse(*zone)))?;
    let mut left: Vec<&Member> = open.into_iter().filter(|member| member.zone == fullest).collect();
    for policy in &view.group.termination {
        narrow(view, *policy, &mut left);
    }
    narrow(view, TerminationPolicy::ClosestToNextInstanceHour, &mut left);
    left.into_iter().min_by(|a, b| a.token.cmp(&b.token))
}

/// Leaves those that a policy would let go first.
fn narrow(view: &View, policy: TerminationPolicy, left: &mut Vec<&Member>) {
    match policy {
        // Here all instances are on demand, and none has a launch configuration.
        TerminationPolicy::AllocationStrategy | TerminationPolicy::OldestLaunchConfiguration => {}
        TerminationPolicy::OldestInstance => keep_least(left, |member| member.launched.0),
        TerminationPolicy::NewestInstance => keep_least(left, |member| u64::MAX - member.launched.0),
        TerminationPolicy::ClosestToNextInstanceHour => {
            keep_least(left, |member| HOUR - view.now.millis_since(member.launched) % HOUR);
        }
        TerminationPolicy::OldestLaunchTemplate => keep_least(left, |member| age(view, member)),
        TerminationPolicy::Default => {
            keep_least(left, |member| age(view, member));
            keep_least(left, |member| HOUR - view.now.millis_since(member.launched) % HOUR);
        }
    }
}

/// Orders versions: those of another template, or of none, before all of this one.
fn age(view: &View, member: &Member) -> u64 {
    let current = &view.group.launches_from().template;
    member.version.as_ref().filter(|version| version.template == *current).map_or(0, |version| version.number)
}

fn keep_least(left: &mut Vec<&Member>, key: impl Fn(&Member) -> u64) {
    if let Some(least) = left.iter().map(|member| key(member)).min() {
        left.retain(|member| key(member) == least);
    }
}
