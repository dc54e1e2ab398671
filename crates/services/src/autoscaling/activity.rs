//! DescribeScalingActivities, and the activities that operations begin.

use std::sync::Arc;

use resource::{ACTIVITY_OF, LifecycleState, Member, ScalingActivity, ScalingGroup, random_uuid};
use serde::{Deserialize, Serialize};

use super::view::{self, ActivityView};
use super::{find, paging};
use crate::filter::{self, Filter};
use crate::operation::operation;
use crate::{Error, Operation, Read, Write};

/// The operations.
pub const OPERATIONS: &[Operation] = &[operation!(read "DescribeScalingActivities" describe_scaling_activities)];

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    activity_ids: Vec<String>,
    auto_scaling_group_name: Option<String>,
    include_deleted_groups: bool,
    filters: Vec<Filter>,
    max_records: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    activities: Vec<ActivityView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes activities, the newest first.
pub fn describe_scaling_activities(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let found: Vec<Arc<ScalingActivity>> = match &input.auto_scaling_group_name {
        Some(name) => {
            if !input.include_deleted_groups {
                find::group(cx.world, cx.owner(), name)?;
            }
            cx.world.named(ACTIVITY_OF, ScalingGroup::key_of(cx.owner(), name)).collect()
        }
        None => cx.world.owned(cx.owner()).collect(),
    };
    let group = |activity: &ScalingActivity| cx.world.find::<ScalingGroup>(&ScalingGroup::key_of(cx.owner(), &activity.group));
    let is_there = |activity: &ScalingActivity| group(activity).is_some_and(|group| group.arn() == activity.group_arn);
    let found = found.into_iter().filter(|activity| {
        (input.activity_ids.is_empty() || input.activity_ids.contains(&activity.id))
            && (input.include_deleted_groups || is_there(activity))
    });
    let fields = filter::of::<Arc<ScalingActivity>>();
    let found = filter::select(&input.filters, found, |name| match name {
        "Status" => fields.one(|activity| activity.status.as_str()),
        _ => None,
    })?;
    let newest = |activity: &Arc<ScalingActivity>| format!("{:020}/{}", u64::MAX - activity.started.0, activity.id);
    let mut page = paging::cut(Some(input.max_records.unwrap_or(100)), input.next_token.as_deref(), found, newest)?;
    page.items.sort_by_cached_key(newest);
    let activities = page.items.iter().map(|activity| view::activity(activity, is_there(activity))).collect();
    Ok(Output { activities, next_token: page.next })
}

/// What a user's request makes of an instance of a group.
pub struct Wish<'a> {
    /// The state that it shall be in.
    pub state: LifecycleState,
    /// What is done, before its id.
    pub description: &'a str,
    /// Why.
    pub cause: &'a str,
}

impl Wish<'_> {
    /// Begins an activity and moves the member, which must be one of `group`.
    pub fn begin(&self, cx: &mut Write<'_>, group: &ScalingGroup, member: &mut Member) -> ActivityView {
        let id = random_uuid();
        let description = format!("{}: {}", self.description, member.label());
        member.enter(self.state, cx.now);
        member.wait = None;
        if let Some(before) = member.activity.replace(id.clone()) {
            cx.txn.update::<ScalingActivity>(&before, |activity| {
                if !activity.status.is_over() {
                    activity.end(resource::ActivityStatus::Cancelled, None, cx.now);
                }
            });
        }
        let activity = ScalingActivity::begin(group, &id, member, (&description, self.cause), cx.now);
        cx.txn.put(activity.clone());
        view::activity(&activity, true)
    }
}
