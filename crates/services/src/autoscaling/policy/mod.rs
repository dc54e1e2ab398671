//! Scaling policies. Those that act on what CloudWatch measures would never act here and are refused by name.

mod execute_policy;
mod put_scaling_policy;
mod view;

use std::sync::Arc;

use resource::{ScalingGroup, ScalingPolicy};
use serde::{Deserialize, Serialize};

use super::refusal::validation;
use super::{Done, find, paging};
use crate::operation::operation;
use crate::{Error, Operation, Read, Write};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "PutScalingPolicy" put_scaling_policy::put_scaling_policy),
    operation!(read "DescribePolicies" describe_policies),
    operation!(write "DeletePolicy" delete_policy),
    operation!(write "ExecutePolicy" execute_policy::execute_policy),
];

/// What is asked of DescribePolicies.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Describe {
    auto_scaling_group_name: Option<String>,
    policy_names: Vec<String>,
    policy_types: Vec<String>,
    next_token: Option<String>,
    max_records: Option<usize>,
}

/// What is asked of DeletePolicy.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Delete {
    auto_scaling_group_name: Option<String>,
    policy_name: String,
}

/// Policies.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Described {
    scaling_policies: Vec<view::PolicyView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes policies.
pub fn describe_policies(cx: &Read<'_>, input: Describe) -> Result<Described, Error> {
    let groups: Vec<Arc<ScalingGroup>> = match &input.auto_scaling_group_name {
        Some(name) => vec![find::group(cx.world, cx.owner(), name)?],
        None => cx.world.owned(cx.owner()).collect(),
    };
    let named = |group: &ScalingGroup, policy: &ScalingPolicy| {
        let by_name = |name: &String| *name == policy.name || *name == view::arn(group, policy);
        (input.policy_names.is_empty() || input.policy_names.iter().any(by_name))
            && (input.policy_types.is_empty() || input.policy_types.iter().any(|kind| kind == view::kind(policy)))
    };
    let mut found = Vec::new();
    for group in &groups {
        found.extend(group.policies.iter().filter(|policy| named(group, policy)).map(|policy| (group, policy)));
    }
    let key = |(group, policy): &(&Arc<ScalingGroup>, &ScalingPolicy)| format!("{}/{}", group.name, policy.name);
    let page = paging::cut(input.max_records, input.next_token.as_deref(), found, key)?;
    let scaling_policies = page.items.into_iter().map(|(group, policy)| view::policy(group, policy)).collect();
    Ok(Described { scaling_policies, next_token: page.next })
}

/// Deletes a policy.
pub fn delete_policy(cx: &mut Write<'_>, input: Delete) -> Result<Done, Error> {
    let (mut group, at) = named(cx, input.auto_scaling_group_name.as_deref(), &input.policy_name)?;
    group.policies.remove(at);
    cx.txn.put(group);
    Ok(Done {})
}

/// A policy by name in a group, or by ARN in any.
fn named(cx: &Write<'_>, group: Option<&str>, policy: &str) -> Result<(ScalingGroup, usize), Error> {
    let groups: Vec<ScalingGroup> = match group {
        Some(name) => vec![find::to_change(cx, name)?],
        None => cx.txn.owned::<ScalingGroup>(cx.owner()).map(|group| ScalingGroup::clone(&group)).collect(),
    };
    for candidate in groups {
        let means = |known: &ScalingPolicy| view::arn(&candidate, known) == policy || (group.is_some() && known.name == policy);
        if let Some(at) = candidate.policies.iter().position(means) {
            return Ok((candidate, at));
        }
    }
    Err(validation(format!("PolicyARN or PolicyName not found: {policy}")))
}
