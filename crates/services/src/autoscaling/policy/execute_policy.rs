//! ExecutePolicy: a policy changes the capacity now.

use resource::{PolicyChange, Process, ScalingPolicy, Step, sentence};
use serde::Deserialize;

use super::super::Done;
use super::super::refusal::{in_progress, validation};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: Option<String>,
    policy_name: String,
    honor_cooldown: bool,
    metric_value: Option<f64>,
    breach_threshold: Option<f64>,
}

/// Executes a policy.
pub fn execute_policy(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let (mut group, at) = super::named(cx, input.auto_scaling_group_name.as_deref(), &input.policy_name)?;
    let policy = group.policies[at].clone();
    let by = adjustment(&policy, &input)?;
    let cooldown = match policy.change {
        PolicyChange::Simple { cooldown, .. } => cooldown.unwrap_or(group.cooldown),
        PolicyChange::Step { .. } => 0,
    };
    if input.honor_cooldown && group.scaled.is_some_and(|scaled| !cx.passed(scaled, cooldown)) {
        return Err(in_progress(format!("Scaling activity of AutoScalingGroup {} is in its cooldown.", group.name)));
    }
    if !policy.enabled || !group.runs(Process::AlarmNotification) {
        return Ok(Done {});
    }
    let (before, after) = (group.desired, policy.apply(by, group.desired, (group.min, group.max)));
    if after != before {
        let what =
            format!("a user request executed policy {} changing the desired capacity from {before} to {after}", policy.name);
        group.wish = Some(sentence(cx.now, &what));
        group.scaled = Some(cx.now);
        group.desired = after;
    }
    cx.txn.put(group);
    Ok(Done {})
}

/// The number by which the policy changes the capacity.
fn adjustment(policy: &ScalingPolicy, input: &Input) -> Result<i32, Error> {
    match (&policy.change, input.metric_value, input.breach_threshold) {
        (PolicyChange::Simple { by, .. }, None, None) => Ok(*by),
        (PolicyChange::Simple { .. }, ..) => Err(validation("MetricValue and BreachThreshold are only for StepScaling")),
        (PolicyChange::Step { steps, .. }, Some(value), Some(threshold)) => {
            let distance = value - threshold;
            let holds = |step: &&Step| {
                let above = step.lower.is_none_or(|lower| distance >= lower);
                above && step.upper.is_none_or(|upper| distance < upper)
            };
            let step = steps.iter().find(holds);
            step.map(|step| step.by).ok_or_else(|| validation("No step adjustment holds this metric value"))
        }
        (PolicyChange::Step { .. }, ..) => Err(validation("StepScaling needs MetricValue and BreachThreshold")),
    }
}
