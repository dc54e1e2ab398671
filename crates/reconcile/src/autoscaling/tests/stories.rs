//! Stories of a group in a store, with an operator that does what the API would.

use resource::{InstanceState, LifecycleState, ScalingGroup, ScheduledAction, Timestamp, sentence};

use super::world::{NOW, World, group, member};

#[tokio::test]
async fn a_group_grows_serves_shrinks_and_says_why() {
    let wish = sentence(NOW, "a user request created an AutoScalingGroup changing the desired capacity from 0 to 2");
    let mut world = World::with(ScalingGroup { wish: Some(wish), ..group(2, 2) }).await;
    world.settle().await;
    assert_eq!(world.per_zone().into_values().collect::<Vec<_>>(), [1, 1]);
    assert_eq!((world.alive(), world.group().wish.clone()), (2, None));
    let activities = world.activities();
    let first = activities.iter().find(|(_, cause, _)| cause.contains("from 0 to 1")).expect("there was a first");
    assert_eq!(first.0, "Launching a new EC2 instance:");
    let cause = "At a user request created an AutoScalingGroup changing the desired capacity from 0 to 2.  At an instance was \
                 started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 1.";
    assert_eq!((first.1.as_str(), first.2), (cause, "Successful"));
    world.change(|group| group.desired = 1).await;
    world.settle().await;
    assert_eq!((world.alive(), world.group().members.len()), (1, 1));
    let last = world.activities().pop().expect("there are activities");
    assert_eq!((last.0.as_str(), last.2), ("Terminating EC2 instance:", "Successful"));
    assert!(last.1.contains("shrinking the capacity from 2 to 1.  At instance was selected for termination."), "{}", last.1);
}

#[tokio::test]
async fn a_stopped_and_a_terminated_instance_are_replaced() {
    let members = vec![member(1, 0), member(2, 1)];
    let mut world = World::with(ScalingGroup { members, ..group(2, 2) }).await;
    let of = |n: usize| super::world::instance_id(n);
    world.machine(&of(1), InstanceState::Stopped).await;
    world.machine(&of(2), InstanceState::Terminated).await;
    world.settle().await;
    assert_eq!(world.alive(), 2);
    assert!(world.group().member(of(1).as_str()).is_none() && world.group().member(of(2).as_str()).is_none());
    assert_eq!(world.per_zone().into_values().collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn being_killed_anywhere_neither_doubles_nor_loses_an_instance() {
    for heard in 0..14 {
        let mut world = World::with(group(3, 2)).await;
        world = World::on(world.store, heard);
        world.converge().await;
        world.machines().await;
        world.converge().await;
        // What the first process knew is gone with it.
        world = World::on(world.store, usize::MAX);
        world.settle().await;
        assert_eq!(world.alive(), 3, "after {heard} answers");
        world = World::on(world.store, heard);
        world.change(|group| group.desired = 1).await;
        world.converge().await;
        world = World::on(world.store, usize::MAX);
        world.settle().await;
        assert_eq!((world.alive(), world.group().members.len()), (1, 1), "after {heard} answers");
        assert!(world.group().members.iter().all(|member| member.state == LifecycleState::InService));
    }
}

#[tokio::test]
async fn without_its_template_a_group_says_what_is_wrong_and_tries_again() {
    let mut world = World::with(group(1, 1)).await;
    crate::testing::change(&world.store, |txn| txn.remove::<resource::LaunchTemplate>(super::world::template_id().as_str()))
        .await;
    world.converge().await;
    let activities = world.activities();
    assert_eq!((activities.len(), activities[0].2), (1, "Failed"));
    world.converge().await;
    assert_eq!(world.activities().len(), 1, "not at once");
}

#[tokio::test]
async fn a_scheduled_action_is_carried_out_at_its_time_and_one_that_recurs_comes_again() {
    let action = |name: &str, start: Timestamp, desired: u32, recurrence: Option<&str>| ScheduledAction {
        name: name.into(),
        uuid: "u".into(),
        start,
        end: None,
        recurrence: recurrence.map(str::to_owned),
        min: None,
        max: None,
        desired: Some(desired),
    };
    let mut world = World::with(group(0, 1)).await;
    let now = Timestamp::now();
    world
        .change(|group| {
            group.schedules = vec![
                action("later", now.plus_seconds(3600), 5, None),
                action("now", now, 2, None),
                action("daily", Timestamp(now.0 - 1), 1, Some("0 9 * * *")),
            ];
        })
        .await;
    world.settle().await;
    let group = world.group();
    assert_eq!((world.alive(), group.desired), (2, 2), "the earlier one came first");
    let mut left: Vec<&str> = group.schedules.iter().map(|action| action.name.as_str()).collect();
    left.sort_unstable();
    assert_eq!(left, ["daily", "later"]);
    assert!(group.schedules.iter().all(|action| action.start > now));
    assert!(
        world
            .activities()
            .iter()
            .any(|(_, cause, _)| cause.contains("a scheduled action update of AutoScalingGroup constraints"))
    );
}
