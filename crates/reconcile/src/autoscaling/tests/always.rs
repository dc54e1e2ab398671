//! What holds in every world: the capacity is reached, zones are equal, who is protected stays, and enough serve.

use proptest::prelude::*;
use resource::{InstanceRefresh, InstanceState, LifecycleState, RefreshStatus, Reserved, ScalingGroup, Timestamp};

use super::world::{World, group, instance_id, member};

fn worlds() -> impl Strategy<Value = ScalingGroup> {
    let members = proptest::collection::vec((0..3usize, prop::bool::weighted(0.2)), 0..9);
    (0..9u32, 1..4usize, members).prop_map(|(desired, zones, members)| {
        let mut group = group(desired, zones);
        for (n, (zone, protected)) in members.into_iter().enumerate() {
            group.members.push(resource::Member { protected, ..member(n + 1, zone) });
        }
        group
    })
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing").block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_group_reaches_its_capacity_evenly_and_keeps_who_is_protected(group in worlds(), dead in proptest::collection::vec(0..9usize, 0..3)) {
        let protected: Vec<usize> = (1..=group.members.len()).filter(|n| group.members[n - 1].protected && !dead.contains(n)).collect();
        let wanted = (group.desired as usize).max(protected.len());
        let zones = group.zones.clone();
        let world = wait(async {
            let mut world = World::with(group).await;
            for n in dead {
                world.machine(&instance_id(n), InstanceState::Terminated).await;
            }
            world.settle().await;
            world
        });
        let group = world.group();
        prop_assert_eq!(world.alive(), wanted);
        prop_assert_eq!(group.members.len(), wanted);
        for n in &protected {
            prop_assert!(group.member(instance_id(*n).as_str()).is_some(), "the protected {} went", n);
        }
        if protected.is_empty() {
            let counts: Vec<usize> = zones.iter().map(|zone| world.per_zone().get(zone).copied().unwrap_or(0)).collect();
            prop_assert_eq!(counts.iter().sum::<usize>(), wanted, "an instance is in a zone that is not the group's");
            prop_assert!(counts.iter().max().unwrap_or(&0) - counts.iter().min().unwrap_or(&0) <= 1, "{:?}", counts);
        }
    }

    #[test]
    fn a_refresh_replaces_all_and_never_leaves_too_few(count in 1..9usize, min in 0..=100u32, above in 0..=100u32) {
        let max = (100 + above).min(100 + min);
        let least = (count as u32 * min).div_ceil(100).min(count as u32 - u32::from(max == 100)) as usize;
        let done = wait(async {
            let members = (1..=count).map(|n| member(n, 0)).collect();
            let mut group = ScalingGroup { members, ..group(count as u32, 1) };
            group.refreshes.push(refresh(&group, min, max));
            let mut world = World::with(group).await;
            for _ in 0..100 {
                world.converge().await;
                let serve = world.group().members.iter().filter(|member| member.state == LifecycleState::InService).count();
                if serve < least {
                    return Err(format!("{serve} of {count} serve with {min}..{max}"));
                }
                world.machines().await;
                if world.group().refresh().is_none() {
                    break;
                }
            }
            world.settle().await;
            let group = world.group();
            let old = (1..=count).filter(|n| group.member(instance_id(*n).as_str()).is_some()).count();
            Ok((old, group.members.len(), group.refreshes[0].status))
        });
        prop_assert_eq!(done, Ok((0, count, RefreshStatus::Successful)));
    }
}

fn refresh(group: &ScalingGroup, min_healthy: u32, max_healthy: u32) -> InstanceRefresh {
    InstanceRefresh {
        id: "r".into(),
        status: RefreshStatus::Pending,
        reason: None,
        desired: None,
        previous: group.source.clone(),
        min_healthy,
        max_healthy,
        warmup: None,
        skip_matching: false,
        protected: Reserved::Ignore,
        standby: Reserved::Ignore,
        total: 0,
        left: 0,
        started: Timestamp::now(),
        ended: None,
    }
}
