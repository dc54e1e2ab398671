//! What there is to choose from: reads that need no group, and those of features whose lists are empty here.

use resource::{Adjustment, Process, ScalingGroup, TerminationPolicy, Transition};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::find;
use crate::operation::operation;
use crate::quotas::{self, known::SCALING_GROUPS};
use crate::{Error, Operation, Read};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(read "DescribeAccountLimits" describe_account_limits),
    operation!(read "DescribeAdjustmentTypes" describe_adjustment_types),
    operation!(read "DescribeAutoScalingNotificationTypes" describe_notification_types),
    operation!(read "DescribeLifecycleHookTypes" describe_lifecycle_hook_types),
    operation!(read "DescribeMetricCollectionTypes" describe_metric_collection_types),
    operation!(read "DescribeScalingProcessTypes" describe_scaling_process_types),
    operation!(read "DescribeTerminationPolicyTypes" describe_termination_policy_types),
    operation!(read "DescribeWarmPool" describe_warm_pool),
    operation!(read "DescribeNotificationConfigurations" describe_notification_configurations),
    operation!(read "DescribeLaunchConfigurations" describe_launch_configurations),
];

/// The metrics of a group.
pub const METRICS: [&str; 21] = [
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupInServiceCapacity",
    "GroupPendingCapacity",
    "GroupTerminatingCapacity",
    "GroupStandbyCapacity",
    "GroupTotalCapacity",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
    "GroupAndWarmPoolDesiredCapacity",
    "GroupAndWarmPoolTotalCapacity",
    "WarmPoolDesiredCapacity",
    "WarmPoolMinSize",
    "WarmPoolPendingCapacity",
    "WarmPoolTerminatingCapacity",
    "WarmPoolTotalCapacity",
    "WarmPoolWarmedCapacity",
];

const MAX_LAUNCH_CONFIGURATIONS: usize = 200;

/// Nothing is asked.
#[derive(Default, Deserialize)]
pub struct Nothing {}

/// About one group.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OfGroup {
    auto_scaling_group_name: String,
    #[serde(rename = "NextToken")]
    _next_token: Option<String>,
    #[serde(rename = "MaxRecords")]
    _max_records: Option<usize>,
}

/// About several groups or launch configurations, of which nothing is listed.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OfSeveral {
    auto_scaling_group_names: Vec<String>,
    #[serde(rename = "LaunchConfigurationNames")]
    _launch_configuration_names: Vec<String>,
    #[serde(rename = "NextToken")]
    _next_token: Option<String>,
    #[serde(rename = "MaxRecords")]
    _max_records: Option<usize>,
}

/// The account's limits.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Limits {
    max_number_of_auto_scaling_groups: usize,
    max_number_of_launch_configurations: usize,
    number_of_auto_scaling_groups: usize,
    number_of_launch_configurations: usize,
}

/// Describes the account's limits.
pub fn describe_account_limits(cx: &Read<'_>, _: Nothing) -> Result<Limits, Error> {
    Ok(Limits {
        max_number_of_auto_scaling_groups: quotas::most(cx.world, cx.owner(), &SCALING_GROUPS),
        max_number_of_launch_configurations: MAX_LAUNCH_CONFIGURATIONS,
        number_of_auto_scaling_groups: cx.world.owned::<ScalingGroup>(cx.owner()).count(),
        number_of_launch_configurations: 0,
    })
}

fn describe_adjustment_types(_: &Read<'_>, _: Nothing) -> Result<Value, Error> {
    let types = Adjustment::ALL.map(|adjustment| json!({ "AdjustmentType": adjustment.as_str() }));
    Ok(json!({ "AdjustmentTypes": types }))
}

fn describe_notification_types(_: &Read<'_>, _: Nothing) -> Result<Value, Error> {
    let types = ["INSTANCE_LAUNCH", "INSTANCE_LAUNCH_ERROR", "INSTANCE_TERMINATE", "INSTANCE_TERMINATE_ERROR"];
    let types =
        types.map(|kind| format!("autoscaling:EC2_{kind}")).into_iter().chain(["autoscaling:TEST_NOTIFICATION".to_owned()]);
    Ok(json!({ "AutoScalingNotificationTypes": types.collect::<Vec<_>>() }))
}

fn describe_lifecycle_hook_types(_: &Read<'_>, _: Nothing) -> Result<Value, Error> {
    Ok(json!({ "LifecycleHookTypes": Transition::ALL.map(Transition::as_str) }))
}

fn describe_metric_collection_types(_: &Read<'_>, _: Nothing) -> Result<Value, Error> {
    let metrics = METRICS.map(|metric| json!({ "Metric": metric }));
    Ok(json!({ "Metrics": metrics, "Granularities": [{ "Granularity": "1Minute" }] }))
}

fn describe_scaling_process_types(_: &Read<'_>, _: Nothing) -> Result<Value, Error> {
    Ok(json!({ "Processes": Process::ALL.map(|process| json!({ "ProcessName": process.as_str() })) }))
}

fn describe_termination_policy_types(_: &Read<'_>, _: Nothing) -> Result<Value, Error> {
    Ok(json!({ "TerminationPolicyTypes": TerminationPolicy::ALL.map(TerminationPolicy::as_str) }))
}

/// There are no warm pools.
fn describe_warm_pool(cx: &Read<'_>, input: OfGroup) -> Result<Value, Error> {
    find::group(cx.world, cx.owner(), &input.auto_scaling_group_name)?;
    Ok(json!({ "Instances": [] }))
}

/// There is nothing that could be notified.
fn describe_notification_configurations(cx: &Read<'_>, input: OfSeveral) -> Result<Value, Error> {
    for name in &input.auto_scaling_group_names {
        find::group(cx.world, cx.owner(), name)?;
    }
    Ok(json!({ "NotificationConfigurations": [] }))
}

/// Launch configurations cannot be made here: AWS itself asks for launch templates instead.
fn describe_launch_configurations(_: &Read<'_>, _: OfSeveral) -> Result<Value, Error> {
    Ok(json!({ "LaunchConfigurations": [] }))
}
