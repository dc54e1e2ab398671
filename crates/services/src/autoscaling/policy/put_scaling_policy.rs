//! PutScalingPolicy: by how much ExecutePolicy changes the capacity.

use resource::{Adjustment, PolicyChange, ScalingPolicy, random_uuid};
use serde::{Deserialize, Serialize};

use super::super::find;
use super::super::refusal::{unsupported, validation};
use super::view::{self, StepMember};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    policy_name: String,
    policy_type: Option<String>,
    adjustment_type: Option<String>,
    min_adjustment_magnitude: Option<u32>,
    scaling_adjustment: Option<i32>,
    cooldown: Option<u32>,
    metric_aggregation_type: Option<String>,
    step_adjustments: Vec<StepMember>,
    estimated_instance_warmup: Option<u32>,
    enabled: Option<bool>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "PolicyARN")]
    arn: String,
    alarms: [(); 0],
}

/// Makes or replaces a policy.
pub fn put_scaling_policy(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let change = change(&input)?;
    let adjustment = input.adjustment_type.as_deref().and_then(Adjustment::parse);
    let adjustment = adjustment.ok_or_else(|| validation("You must specify a valid AdjustmentType"))?;
    if input.min_adjustment_magnitude.is_some() && adjustment != Adjustment::PercentChangeInCapacity {
        return Err(validation("MinAdjustmentMagnitude is only for PercentChangeInCapacity"));
    }
    let known = group.policies.iter().position(|policy| policy.name == input.policy_name);
    let policy = ScalingPolicy {
        name: input.policy_name,
        uuid: known.map_or_else(random_uuid, |at| group.policies[at].uuid.clone()),
        adjustment,
        min_magnitude: input.min_adjustment_magnitude,
        change,
        enabled: input.enabled.unwrap_or(true),
    };
    let arn = view::arn(&group, &policy);
    match known {
        Some(at) => group.policies[at] = policy,
        None => group.policies.push(policy),
    }
    cx.txn.put(group);
    Ok(Output { arn, alarms: [] })
}

fn change(input: &Input) -> Result<PolicyChange, Error> {
    match input.policy_type.as_deref().unwrap_or("SimpleScaling") {
        "SimpleScaling" => {
            let by = input.scaling_adjustment.ok_or_else(|| validation("You must specify a ScalingAdjustment"))?;
            match input.step_adjustments.is_empty() && input.estimated_instance_warmup.is_none() {
                true => Ok(PolicyChange::Simple { by, cooldown: input.cooldown }),
                false => Err(validation("StepAdjustments and EstimatedInstanceWarmup are only for StepScaling")),
            }
        }
        "StepScaling" => step(input),
        kind @ ("TargetTrackingScaling" | "PredictiveScaling") => Err(unsupported(
            &format!("PolicyType={kind}"),
            "nothing measures here, so it would never act; use SimpleScaling or StepScaling and ExecutePolicy",
        )),
        other => Err(validation(format!("Invalid PolicyType: {other}"))),
    }
}

fn step(input: &Input) -> Result<PolicyChange, Error> {
    if input.scaling_adjustment.is_some() || input.cooldown.is_some() {
        return Err(validation("ScalingAdjustment and Cooldown are only for SimpleScaling"));
    }
    let mut steps: Vec<_> = input.step_adjustments.iter().map(|step| step.read()).collect();
    if steps.is_empty() {
        return Err(validation("At least one StepAdjustment must be specified"));
    }
    let low = |bound: Option<f64>| bound.unwrap_or(f64::NEG_INFINITY);
    steps.sort_by(|a, b| low(a.lower).total_cmp(&low(b.lower)));
    let high = |bound: Option<f64>| bound.unwrap_or(f64::INFINITY);
    if steps.windows(2).any(|pair| high(pair[0].upper) > low(pair[1].lower)) {
        return Err(validation("StepAdjustment intervals can't overlap"));
    }
    let aggregation = input.metric_aggregation_type.clone().unwrap_or_else(|| "Average".into());
    match ["Average", "Minimum", "Maximum"].contains(&aggregation.as_str()) {
        true => Ok(PolicyChange::Step { steps, aggregation, warmup: input.estimated_instance_warmup }),
        false => Err(validation(format!("Invalid MetricAggregationType: {aggregation}"))),
    }
}
