//! Hooks, policies, schedules, refreshes, tags, suspended processes, metrics, and what there is to choose from.

use resource::{RefreshStatus, Timestamp};
use serde_json::{Value, json};

use super::site::Site;

fn site() -> Site {
    let site = Site::new();
    site.create(json!({"MaxSize": 10, "DesiredCapacity": 4}));
    site
}

fn of(more: Value) -> Value {
    crate::ec2::compute_testing::with(json!({"AutoScalingGroupName": "web"}), more)
}

#[test]
fn a_hook_is_made_with_defaults_changed_and_deleted() {
    let site = site();
    let put = |more: Value| crate::ec2::compute_testing::with(of(json!({"LifecycleHookName": "h"})), more);
    assert_eq!(site.refusal("PutLifecycleHook", put(json!({}))).code, "ValidationError");
    site.ok("PutLifecycleHook", put(json!({"LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"})));
    site.ok("PutLifecycleHook", put(json!({"HeartbeatTimeout": 60})));
    let shown = site.ok("DescribeLifecycleHooks", of(json!({})))["LifecycleHooks"][0].clone();
    assert_eq!(
        shown,
        json!({"LifecycleHookName": "h", "AutoScalingGroupName": "web", "HeartbeatTimeout": 60, "GlobalTimeout": 6000,
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "DefaultResult": "ABANDON"})
    );
    site.ok("DeleteLifecycleHook", put(json!({})));
    assert_eq!(site.refusal("DeleteLifecycleHook", put(json!({}))).code, "ValidationError");
}

#[test]
fn policies_change_the_capacity_when_they_are_executed() {
    let site = site();
    let simple = of(json!({"PolicyName": "out", "AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 2, "Cooldown": 600}));
    let arn = site.ok("PutScalingPolicy", simple.clone())["PolicyARN"].clone();
    assert_eq!(site.ok("PutScalingPolicy", simple)["PolicyARN"], arn, "the same policy keeps its ARN");
    let steps = json!([{"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
                       {"MetricIntervalLowerBound": 10.0, "ScalingAdjustment": 50}]);
    let step = of(
        json!({"PolicyName": "steps", "PolicyType": "StepScaling", "AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": steps}),
    );
    site.ok("PutScalingPolicy", step.clone());
    let mut overlap = step;
    overlap["StepAdjustments"][1]["MetricIntervalLowerBound"] = json!(5.0);
    assert!(site.refusal("PutScalingPolicy", overlap).message.contains("overlap"));
    let shown = site.ok("DescribePolicies", of(json!({"PolicyTypes": ["SimpleScaling"]})))["ScalingPolicies"].clone();
    assert_eq!(
        (shown.as_array().map(Vec::len), &shown[0]["ScalingAdjustment"], &shown[0]["Enabled"]),
        (Some(1), &json!(2), &json!(true))
    );
    site.ok("ExecutePolicy", json!({"PolicyName": arn}));
    assert_eq!(site.shown()["DesiredCapacity"], 6);
    let again = of(json!({"PolicyName": "out", "HonorCooldown": true}));
    assert_eq!(site.refusal("ExecutePolicy", again).code, "ScalingActivityInProgress");
    assert_eq!(site.refusal("ExecutePolicy", of(json!({"PolicyName": "steps"}))).code, "ValidationError");
    site.ok("ExecutePolicy", of(json!({"PolicyName": "steps", "MetricValue": 75.0, "BreachThreshold": 60.0})));
    assert_eq!(site.shown()["DesiredCapacity"], 9);
    site.ok("DeletePolicy", of(json!({"PolicyName": "out"})));
    assert_eq!(site.refusal("DeletePolicy", of(json!({"PolicyName": "out"}))).code, "ValidationError");
}

#[test]
fn a_scheduled_action_lies_in_the_future() {
    let site = site();
    let at = |seconds: i64| Timestamp((Timestamp::now().0.cast_signed() + seconds * 1000).cast_unsigned());
    let put = |start: Timestamp, more: Value| {
        crate::ec2::compute_testing::with(of(json!({"ScheduledActionName": "evening", "StartTime": start})), more)
    };
    assert!(site.refusal("PutScheduledUpdateGroupAction", put(at(-60), json!({"MinSize": 1}))).message.contains("past"));
    assert_eq!(site.refusal("PutScheduledUpdateGroupAction", put(at(60), json!({}))).code, "ValidationError");
    assert_eq!(
        site.refusal("PutScheduledUpdateGroupAction", put(at(60), json!({"MinSize": 3, "MaxSize": 1}))).code,
        "ValidationError"
    );
    site.ok("PutScheduledUpdateGroupAction", put(at(60), json!({"MinSize": 0, "DesiredCapacity": 0})));
    let shown = site.ok("DescribeScheduledActions", of(json!({})))["ScheduledUpdateGroupActions"].clone();
    assert_eq!((&shown[0]["ScheduledActionName"], &shown[0]["DesiredCapacity"]), (&json!("evening"), &json!(0)));
    let every = |recurrence: &str| of(json!({"ScheduledActionName": "daily", "Recurrence": recurrence, "DesiredCapacity": 2}));
    assert_eq!(site.refusal("PutScheduledUpdateGroupAction", every("0 25 * * *")).code, "ValidationError");
    site.ok("PutScheduledUpdateGroupAction", every("0 9 * * MON-FRI"));
    let daily =
        site.ok("DescribeScheduledActions", of(json!({"ScheduledActionNames": ["daily"]})))["ScheduledUpdateGroupActions"][0]
            .clone();
    assert_eq!(daily["Recurrence"], "0 9 * * MON-FRI");
    assert_eq!(daily["StartTime"].as_u64().map(|at| at / 1000 % 86_400), Some(9 * 3600), "{daily}");
    site.ok("DeleteScheduledAction", of(json!({"ScheduledActionName": "evening"})));
    assert_eq!(site.refusal("DeleteScheduledAction", of(json!({"ScheduledActionName": "evening"}))).code, "ValidationError");
}

#[test]
fn there_is_one_refresh_at_a_time_and_it_can_be_cancelled_or_rolled_back() {
    let site = site();
    assert_eq!(site.refusal("CancelInstanceRefresh", of(json!({}))).code, "ActiveInstanceRefreshNotFound");
    let wide = of(json!({"Preferences": {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 150}}));
    assert_eq!(site.refusal("StartInstanceRefresh", wide).code, "ValidationError");
    let id = site.ok("StartInstanceRefresh", of(json!({})))["InstanceRefreshId"].clone();
    assert_eq!(site.refusal("StartInstanceRefresh", of(json!({}))).code, "InstanceRefreshInProgress");
    let shown = site.ok("DescribeInstanceRefreshes", of(json!({})))["InstanceRefreshes"][0].clone();
    assert_eq!((&shown["InstanceRefreshId"], &shown["Status"]), (&id, &json!("Pending")));
    assert_eq!(shown["Preferences"]["MinHealthyPercentage"], 90);
    assert_eq!(site.refusal("RollbackInstanceRefresh", of(json!({}))).code, "IrreversibleInstanceRefresh");
    assert_eq!(site.ok("CancelInstanceRefresh", of(json!({})))["InstanceRefreshId"], id);
    site.change(|group| group.refreshes[0].status = RefreshStatus::Cancelled);
    site.ok("UpdateAutoScalingGroup", of(json!({"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "1"}})));
    let desired = json!({"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "$Latest"}});
    site.ok("StartInstanceRefresh", of(json!({"DesiredConfiguration": desired})));
    site.ok("RollbackInstanceRefresh", of(json!({})));
    let shown = site.ok("DescribeInstanceRefreshes", of(json!({"MaxRecords": 1})));
    assert_eq!(shown["InstanceRefreshes"][0]["Status"], "RollbackInProgress");
    assert!(shown["NextToken"].is_string());
}

#[test]
fn tags_are_written_shown_and_deleted() {
    let site = site();
    let tag = |key: &str, value: &str| json!({"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": key, "Value": value, "PropagateAtLaunch": true});
    site.ok("CreateOrUpdateTags", json!({"Tags": [tag("a", "1"), tag("b", "2")]}));
    site.ok("CreateOrUpdateTags", json!({"Tags": [tag("b", "3")]}));
    assert_eq!(
        site.refusal("CreateOrUpdateTags", json!({"Tags": [{"ResourceId": "web", "ResourceType": "instance", "Key": "a"}]})).code,
        "ValidationError"
    );
    let filter = json!({"Filters": [{"Name": "key", "Values": ["b"]}, {"Name": "auto-scaling-group", "Values": ["web"]}]});
    assert_eq!(site.ok("DescribeTags", filter)["Tags"], json!([tag("b", "3")]));
    let by_tag = json!({"Filters": [{"Name": "tag:b", "Values": ["3"]}]});
    assert_eq!(site.ok("DescribeAutoScalingGroups", by_tag)["AutoScalingGroups"][0]["AutoScalingGroupName"], "web");
    site.ok("DeleteTags", json!({"Tags": [tag("a", "1"), tag("b", "other")]}));
    assert_eq!(site.ok("DescribeTags", json!({}))["Tags"], json!([tag("b", "3")]), "a tag with another value stays");
}

#[test]
fn processes_and_metrics_are_switched() {
    let site = site();
    assert_eq!(site.refusal("SuspendProcesses", of(json!({"ScalingProcesses": ["Nap"]}))).code, "ValidationError");
    site.ok("SuspendProcesses", of(json!({"ScalingProcesses": ["Launch", "Terminate"]})));
    let suspended = site.shown()["SuspendedProcesses"].clone();
    assert_eq!(suspended[0]["ProcessName"], "Launch");
    assert!(
        suspended[0]["SuspensionReason"]
            .as_str()
            .is_some_and(|reason| reason.starts_with("User suspended at 20") && reason.ends_with('Z'))
    );
    site.ok("ResumeProcesses", of(json!({"ScalingProcesses": ["Launch"]})));
    assert_eq!(site.shown()["SuspendedProcesses"].as_array().map(Vec::len), Some(1));
    site.ok("ResumeProcesses", of(json!({})));
    assert_eq!(site.shown()["SuspendedProcesses"], json!([]));
    assert_eq!(site.refusal("EnableMetricsCollection", of(json!({"Granularity": "1Hour"}))).code, "ValidationError");
    site.ok("EnableMetricsCollection", of(json!({"Granularity": "1Minute", "Metrics": ["GroupMinSize", "GroupMaxSize"]})));
    site.ok("DisableMetricsCollection", of(json!({"Metrics": ["GroupMaxSize"]})));
    assert_eq!(site.shown()["EnabledMetrics"], json!([{"Metric": "GroupMinSize", "Granularity": "1Minute"}]));
}

#[test]
fn what_there_is_to_choose_from_is_listed() {
    let site = site();
    for (operation, pointer, value) in [
        ("DescribeTerminationPolicyTypes", "/TerminationPolicyTypes/2", "Default"),
        ("DescribeScalingProcessTypes", "/Processes/5/ProcessName", "Launch"),
        ("DescribeAdjustmentTypes", "/AdjustmentTypes/0/AdjustmentType", "ChangeInCapacity"),
        ("DescribeLifecycleHookTypes", "/LifecycleHookTypes/0", "autoscaling:EC2_INSTANCE_LAUNCHING"),
        ("DescribeMetricCollectionTypes", "/Granularities/0/Granularity", "1Minute"),
        ("DescribeAutoScalingNotificationTypes", "/AutoScalingNotificationTypes/0", "autoscaling:EC2_INSTANCE_LAUNCH"),
    ] {
        let answer = site.ok(operation, json!({}));
        assert_eq!(answer.pointer(pointer).and_then(Value::as_str), Some(value), "{operation}: {answer}");
    }
    assert_eq!(site.ok("DescribeAccountLimits", json!({}))["NumberOfAutoScalingGroups"], 1);
    assert_eq!(site.ok("DescribeWarmPool", of(json!({})))["Instances"], json!([]));
    assert_eq!(site.ok("DescribeNotificationConfigurations", json!({}))["NotificationConfigurations"], json!([]));
    assert_eq!(site.ok("DescribeLoadBalancers", of(json!({})))["LoadBalancers"], json!([]));
}
