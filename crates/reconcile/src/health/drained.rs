//! Unhealthy targets that keep their connections for a while, as their group says.

use std::time::Duration;

use resource::{HealthState, Resource, TargetGroup, TargetHealth, Timestamp};
use store::{Snapshot, Txn};

use crate::TimeScale;

/// Where a target of the group with `arn` stands that checks find unhealthy: it drains first, unless it was unhealthy before.
pub(super) fn unhealthy(world: &Snapshot, arn: &str, before: Option<&TargetHealth>) -> HealthState {
    let drains = world.find::<TargetGroup>(arn).is_some_and(|group| group.unhealthy_draining() > 0);
    match before.map(|before| before.state).filter(|state| state.is_unhealthy()) {
        Some(state) => state,
        None if drains => HealthState::UnhealthyDraining,
        None => HealthState::Unhealthy,
    }
}

/// When each target that drains has drained.
fn ends(world: &Snapshot, scale: TimeScale) -> impl Iterator<Item = (String, Timestamp)> {
    let draining = world.all::<TargetHealth>().filter(|health| health.state == HealthState::UnhealthyDraining);
    draining.map(move |health| {
        let interval = world.find::<TargetGroup>(&health.group).map_or(0, |group| group.unhealthy_draining());
        (health.key(), health.since.plus_seconds(scale.seconds(interval)))
    })
}

/// The targets that have drained at `now`.
pub(super) fn over(world: &Snapshot, scale: TimeScale, now: Timestamp) -> Vec<String> {
    ends(world, scale).filter(|(_, end)| *end <= now).map(|(key, _)| key).collect()
}

/// How long until the next has.
pub(super) fn until_next(world: &Snapshot, scale: TimeScale, now: Timestamp) -> Option<Duration> {
    ends(world, scale).map(|(_, end)| Duration::from_millis(end.millis_since(now) + 1)).min()
}

/// Ends the draining of a target, if it still drains.
pub(super) fn end(txn: &mut Txn, key: &str) {
    let drains = txn.find::<TargetHealth>(key).is_some_and(|health| health.state == HealthState::UnhealthyDraining);
    if drains {
        txn.update::<TargetHealth>(key, |health| {
            health.state = HealthState::Unhealthy;
            health.since = Timestamp::now();
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::num::NonZeroU32;

    use resource::{DRAINING_INTERVAL, TargetId};
    use store::Store;

    use super::*;
    use crate::testing;

    const NOW: Timestamp = Timestamp(1_000_000);

    async fn world(interval: &str, state: HealthState) -> (Store, TargetHealth) {
        let store = Store::in_memory();
        let vpc = resource::VpcId::random();
        let id = TargetId::Ip([10, 0, 1, 4].into());
        let attributes = BTreeMap::from([(DRAINING_INTERVAL.to_owned(), interval.to_owned())]);
        let group = TargetGroup { attributes, ..testing::target_group("web", &vpc, [id.clone()]) };
        let health = TargetHealth { since: NOW, ..testing::health(&group, &id, state) };
        let put = store.write(|txn| -> Result<(), store::StoreError> {
            txn.put(group.clone());
            txn.put(health.clone());
            Ok(())
        });
        put.await.expect("memory takes every write");
        (store, health)
    }

    #[tokio::test]
    async fn a_target_drains_once_for_as_long_as_its_group_says() {
        let (store, health) = world("60", HealthState::UnhealthyDraining).await;
        let scale = TimeScale::new(NonZeroU32::new(10).expect("ten"));
        let after = |seconds| over(&store.snapshot(), scale, NOW.plus_seconds(seconds));
        assert_eq!((after(5), after(6)), (vec![], vec![health.key()]));
        assert_eq!(until_next(&store.snapshot(), scale, NOW), Some(Duration::from_millis(6001)));
        let end = store.write(|txn| -> Result<(), store::StoreError> { Ok(super::end(txn, &health.key())) });
        end.await.expect("memory takes every write");
        assert_eq!((after(6), until_next(&store.snapshot(), scale, NOW)), (vec![], None));
        let now = store.snapshot().find::<TargetHealth>(&health.key()).map(|health| health.state);
        assert_eq!(now, Some(HealthState::Unhealthy));
    }

    #[tokio::test]
    async fn only_what_was_not_unhealthy_before_begins_to_drain() {
        let (store, healthy) = world("60", HealthState::Healthy).await;
        let world_of = store.snapshot();
        assert_eq!(unhealthy(&world_of, &healthy.group, None), HealthState::UnhealthyDraining);
        assert_eq!(unhealthy(&world_of, &healthy.group, Some(&healthy)), HealthState::UnhealthyDraining);
        let before = TargetHealth { state: HealthState::Unhealthy, ..healthy.clone() };
        assert_eq!(unhealthy(&world_of, &healthy.group, Some(&before)), HealthState::Unhealthy);
        let (at_once, health) = world("0", HealthState::Healthy).await;
        assert_eq!(unhealthy(&at_once.snapshot(), &health.group, Some(&health)), HealthState::Unhealthy);
    }
}
