//! Scheduled actions: capacity changes at a time, once or again and again.

use std::sync::Arc;

use resource::{Recurrence, ScalingGroup, ScheduledAction, Timestamp, random_uuid};
use serde::{Deserialize, Serialize};

use super::group::{check_sizes, count};
use super::refusal::{unsupported, validation};
use super::{Done, find, paging};
use crate::operation::operation;
use crate::{Error, Operation, Read, Write};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "PutScheduledUpdateGroupAction" put_scheduled_update_group_action),
    operation!(read "DescribeScheduledActions" describe_scheduled_actions),
    operation!(write "DeleteScheduledAction" delete_scheduled_action),
];

/// What is asked of PutScheduledUpdateGroupAction. `Time` is what `StartTime` was called once.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Put {
    auto_scaling_group_name: String,
    scheduled_action_name: String,
    time: Option<Timestamp>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    recurrence: Option<String>,
    time_zone: Option<String>,
    min_size: Option<i64>,
    max_size: Option<i64>,
    desired_capacity: Option<i64>,
}

/// What is asked of DescribeScheduledActions.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Describe {
    auto_scaling_group_name: Option<String>,
    scheduled_action_names: Vec<String>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    next_token: Option<String>,
    max_records: Option<usize>,
}

/// What is asked of DeleteScheduledAction.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Delete {
    auto_scaling_group_name: String,
    scheduled_action_name: String,
}

/// Actions.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Described {
    scheduled_update_group_actions: Vec<ActionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ActionView {
    auto_scaling_group_name: String,
    scheduled_action_name: String,
    #[serde(rename = "ScheduledActionARN")]
    arn: String,
    time: Timestamp,
    start_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recurrence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    desired_capacity: Option<u32>,
}

/// Makes or replaces an action.
pub fn put_scheduled_update_group_action(cx: &mut Write<'_>, input: Put) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let start = start(&input, cx.now)?;
    let number = |member: &str, value: Option<i64>| value.map(|value| count(member, value)).transpose();
    let (min, max) = (number("MinSize", input.min_size)?, number("MaxSize", input.max_size)?);
    let desired = number("DesiredCapacity", input.desired_capacity)?;
    if (min, max, desired) == (None, None, None) {
        return Err(validation("At least one of MinSize, MaxSize and DesiredCapacity must be given"));
    }
    if let (Some(min), Some(max)) = (min, max) {
        check_sizes(min, max, desired.unwrap_or(min))?;
    }
    let known = group.schedules.iter().position(|action| action.name == input.scheduled_action_name);
    let uuid = known.map_or_else(random_uuid, |at| group.schedules.remove(at).uuid);
    let (name, end, recurrence) = (input.scheduled_action_name, input.end_time, input.recurrence);
    group.schedules.push(ScheduledAction { name, uuid, start, end, recurrence, min, max, desired });
    cx.txn.put(group);
    Ok(Done {})
}

/// When an action is carried out first.
fn start(input: &Put, now: Timestamp) -> Result<Timestamp, Error> {
    if let Some(zone) = input.time_zone.as_deref().filter(|zone| !["UTC", "Etc/UTC", "GMT", "Etc/GMT"].contains(zone)) {
        return Err(unsupported(&format!("TimeZone={zone}"), "give the recurrence in UTC"));
    }
    let first = input.start_time.or(input.time);
    if first.is_some_and(|first| first <= now) {
        return Err(validation("Given start time is in the past"));
    }
    let start = match &input.recurrence {
        None => first.ok_or_else(|| validation("Either StartTime or Recurrence must be given"))?,
        Some(text) => {
            let recurrence = Recurrence::parse(text).map_err(|bad| validation(format!("Given recurrence string: {bad}")))?;
            // The first time may be the minute that was given.
            let from = first.map_or(now, |first| Timestamp(first.0 - 60_000));
            recurrence.after(from).ok_or_else(|| validation(format!("The recurrence {text} never comes")))?
        }
    };
    match input.end_time.is_some_and(|end| end < start) {
        true => Err(validation("Given end time is before the first time that the action would be carried out")),
        false => Ok(start),
    }
}

/// Describes actions that have not been carried out.
pub fn describe_scheduled_actions(cx: &Read<'_>, input: Describe) -> Result<Described, Error> {
    let groups: Vec<Arc<ScalingGroup>> = match &input.auto_scaling_group_name {
        Some(name) => vec![find::group(cx.world, cx.owner(), name)?],
        None => cx.world.owned(cx.owner()).collect(),
    };
    let asked = |action: &&ScheduledAction| {
        (input.scheduled_action_names.is_empty() || input.scheduled_action_names.contains(&action.name))
            && input.start_time.is_none_or(|from| action.start >= from)
            && input.end_time.is_none_or(|until| action.start <= until)
    };
    let views = groups.iter().flat_map(|group| group.schedules.iter().filter(asked).map(|action| view(group, action)));
    let key = |view: &ActionView| format!("{}/{}", view.auto_scaling_group_name, view.scheduled_action_name);
    let page = paging::cut(input.max_records, input.next_token.as_deref(), views.collect(), key)?;
    Ok(Described { scheduled_update_group_actions: page.items, next_token: page.next })
}

fn view(group: &ScalingGroup, action: &ScheduledAction) -> ActionView {
    let path = format!(
        "scheduledUpdateGroupAction:{}:autoScalingGroupName/{}:scheduledActionName/{}",
        action.uuid, group.name, action.name
    );
    ActionView {
        auto_scaling_group_name: group.name.clone(),
        scheduled_action_name: action.name.clone(),
        arn: group.owner.arn("autoscaling", &path),
        time: action.start,
        start_time: action.start,
        end_time: action.end,
        recurrence: action.recurrence.clone(),
        min_size: action.min,
        max_size: action.max,
        desired_capacity: action.desired,
    }
}

/// Deletes an action.
pub fn delete_scheduled_action(cx: &mut Write<'_>, input: Delete) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let at = group.schedules.iter().position(|action| action.name == input.scheduled_action_name);
    let at = at.ok_or_else(|| validation(format!("Scheduled action name not found: {}", input.scheduled_action_name)))?;
    group.schedules.remove(at);
    cx.txn.put(group);
    Ok(Done {})
}
