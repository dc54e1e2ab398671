//! Scaling policies as answers show them.

use resource::{PolicyChange, ScalingGroup, ScalingPolicy, Step};
use serde::{Deserialize, Serialize};

/// A policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyView {
    auto_scaling_group_name: String,
    policy_name: String,
    #[serde(rename = "PolicyARN")]
    arn: String,
    policy_type: &'static str,
    adjustment_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_adjustment_magnitude: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scaling_adjustment: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cooldown: Option<u32>,
    step_adjustments: Vec<StepMember>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_aggregation_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_instance_warmup: Option<u32>,
    alarms: [(); 0],
    enabled: bool,
}

/// A step, in requests and answers.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StepMember {
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_interval_lower_bound: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_interval_upper_bound: Option<f64>,
    scaling_adjustment: i32,
}

impl StepMember {
    /// What it says.
    pub fn read(self) -> Step {
        Step { lower: self.metric_interval_lower_bound, upper: self.metric_interval_upper_bound, by: self.scaling_adjustment }
    }

    fn of(step: &Step) -> Self {
        Self { metric_interval_lower_bound: step.lower, metric_interval_upper_bound: step.upper, scaling_adjustment: step.by }
    }
}

/// The ARN of a policy.
pub fn arn(group: &ScalingGroup, policy: &ScalingPolicy) -> String {
    let path = format!("scalingPolicy:{}:autoScalingGroupName/{}:policyName/{}", policy.uuid, group.name, policy.name);
    group.owner.arn("autoscaling", &path)
}

/// AWS's name for the kind of a policy.
pub fn kind(policy: &ScalingPolicy) -> &'static str {
    match policy.change {
        PolicyChange::Simple { .. } => "SimpleScaling",
        PolicyChange::Step { .. } => "StepScaling",
    }
}

/// Shows a policy.
pub fn policy(group: &ScalingGroup, policy: &ScalingPolicy) -> PolicyView {
    let view = PolicyView {
        auto_scaling_group_name: group.name.clone(),
        policy_name: policy.name.clone(),
        arn: arn(group, policy),
        policy_type: kind(policy),
        adjustment_type: policy.adjustment.as_str(),
        min_adjustment_magnitude: policy.min_magnitude,
        scaling_adjustment: None,
        cooldown: None,
        step_adjustments: Vec::new(),
        metric_aggregation_type: None,
        estimated_instance_warmup: None,
        alarms: [],
        enabled: policy.enabled,
    };
    match &policy.change {
        PolicyChange::Simple { by, cooldown } => PolicyView { scaling_adjustment: Some(*by), cooldown: *cooldown, ..view },
        PolicyChange::Step { steps, aggregation, warmup } => PolicyView {
            step_adjustments: steps.iter().map(StepMember::of).collect(),
            metric_aggregation_type: Some(aggregation.clone()),
            estimated_instance_warmup: *warmup,
            ..view
        },
    }
}
