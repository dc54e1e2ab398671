//! What Terraform's `aws_autoscaling_group` and what CloudFormation for the CDK's `AutoScalingGroup` call, in their order.

use serde_json::{Value, json};

use super::site::Site;

fn capacity(site: &Site) -> usize {
    let instances = site.shown()["Instances"].as_array().cloned().unwrap_or_default();
    instances.iter().filter(|instance| instance["LifecycleState"] == "InService" && instance["HealthStatus"] == "Healthy").count()
}

#[test]
fn terraform_makes_a_group_waits_for_its_capacity_updates_it_and_takes_it_away_empty() {
    let site = Site::new();
    let tag = json!({"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": "Name", "Value": "web", "PropagateAtLaunch": true});
    site.ok("CreateAutoScalingGroup", json!({
        "AutoScalingGroupName": "web", "MinSize": 2, "MaxSize": 4, "DesiredCapacity": 2, "NewInstancesProtectedFromScaleIn": false,
        "LaunchTemplate": {"LaunchTemplateId": site.template, "Version": "$Latest"}, "HealthCheckGracePeriod": 300,
        "VPCZoneIdentifier": site.network.subnets.join(","), "TargetGroupARNs": [site.targets], "Tags": [tag], "MaxInstanceLifetime": 1_209_600,
        "CapacityRebalance": false,
    }));
    assert_eq!(capacity(&site), 0);
    site.fulfil();
    assert_eq!(capacity(&site), 2);
    site.ok("SuspendProcesses", json!({"AutoScalingGroupName": "web", "ScalingProcesses": ["AZRebalance"]}));
    site.ok("EnableMetricsCollection", json!({"AutoScalingGroupName": "web", "Granularity": "1Minute"}));
    let shown = site.shown();
    assert_eq!((&shown["MaxInstanceLifetime"], shown["EnabledMetrics"].as_array().map(Vec::len)), (&json!(1_209_600), Some(21)));
    assert_eq!(shown.get("WarmPoolConfiguration"), None);

    // An update of size and target groups.
    let other = site.network.target_group("other", "instance");
    site.ok(
        "UpdateAutoScalingGroup",
        json!({"AutoScalingGroupName": "web", "MinSize": 1, "MaxSize": 4, "DesiredCapacity": 3, "HealthCheckType": "ELB"}),
    );
    let sources = |arn: &str| json!({"AutoScalingGroupName": "web", "TrafficSources": [{"Identifier": arn, "Type": "elbv2"}]});
    site.ok("DetachTrafficSources", sources(&site.targets));
    site.ok("AttachTrafficSources", sources(&other));
    let states = || -> Vec<(String, String)> {
        let answer = site.ok("DescribeTrafficSources", json!({"AutoScalingGroupName": "web", "TrafficSourceType": "elbv2"}));
        let all = answer["TrafficSources"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.iter().map(|source| (text(&source["Identifier"]), text(&source["State"]))).collect()
    };
    let removing = states().into_iter().find(|(arn, _)| *arn == site.targets);
    let adding = states().into_iter().find(|(arn, _)| *arn == other);
    assert_eq!(
        (removing.map(|(_, state)| state).as_deref(), adding.map(|(_, state)| state).as_deref()),
        (Some("Removing"), Some("Adding"))
    );
    site.change(|group| {
        group.targets.retain(|target| !target.removing);
        let arn = group.targets[0].arn.clone();
        for member in &mut group.members {
            member.registered.insert(arn.clone());
        }
    });
    assert_eq!(states(), [(other.clone(), "Added".to_owned())]);
    assert_eq!(site.shown()["TargetGroupARNs"], json!([other]));
    site.fulfil();
    assert_eq!(capacity(&site), 3);

    // The end: to nothing, then away.
    site.ok("UpdateAutoScalingGroup", json!({"AutoScalingGroupName": "web", "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}));
    assert_eq!(
        site.refusal("DeleteAutoScalingGroup", json!({"AutoScalingGroupName": "web", "ForceDelete": false})).code,
        "ResourceInUse"
    );
    site.change(|group| group.members.iter_mut().for_each(|member| member.state = resource::LifecycleState::Terminating));
    assert_eq!(
        site.refusal("DeleteAutoScalingGroup", json!({"AutoScalingGroupName": "web", "ForceDelete": false})).code,
        "ScalingActivityInProgress"
    );
    site.fulfil();
    assert_eq!(capacity(&site), 0);
    site.ok("DeleteAutoScalingGroup", json!({"AutoScalingGroupName": "web", "ForceDelete": false}));
    assert_eq!(site.shown(), Value::Null);
}

#[test]
fn cloudformation_makes_a_group_with_a_generated_name_and_rolls_it() {
    let site = Site::new();
    let name = "Stack-FleetASG1234ABCD-0f9e8d7c6b5a";
    site.ok("CreateAutoScalingGroup", json!({
        "AutoScalingGroupName": name, "MinSize": 1, "MaxSize": 1,
        "LaunchTemplate": {"LaunchTemplateId": site.template, "Version": "1"}, "VPCZoneIdentifier": site.network.subnets[0],
        "Tags": [{"Key": "Name", "Value": "Stack/Fleet", "PropagateAtLaunch": true}],
        "LifecycleHookSpecificationList": [{"LifecycleHookName": "in", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING", "HeartbeatTimeout": 300}],
    }));
    let shown = site.ok("DescribeAutoScalingGroups", json!({"AutoScalingGroupNames": [name]}))["AutoScalingGroups"][0].clone();
    assert!(shown["AutoScalingGroupARN"].as_str().is_some_and(|arn| arn.ends_with(&format!(":autoScalingGroupName/{name}"))));
    let by_arn = json!({"AutoScalingGroupNames": [shown["AutoScalingGroupARN"]]});
    assert_eq!(site.ok("DescribeAutoScalingGroups", by_arn)["AutoScalingGroups"][0]["AutoScalingGroupName"], name);
    let hooks = site.ok("DescribeLifecycleHooks", json!({"AutoScalingGroupName": name}))["LifecycleHooks"].clone();
    assert_eq!(hooks[0]["LifecycleHookName"], "in");
    let roll = json!({"AutoScalingGroupName": name, "ScalingProcesses": ["HealthCheck", "ReplaceUnhealthy", "AZRebalance", "AlarmNotification", "ScheduledActions"]});
    site.ok("SuspendProcesses", roll.clone());
    site.ok("UpdateAutoScalingGroup", json!({"AutoScalingGroupName": name, "LaunchTemplate": {"LaunchTemplateId": site.template, "Version": "1"}, "MinSize": 1, "MaxSize": 1}));
    site.ok("ResumeProcesses", roll);
    site.ok("UpdateAutoScalingGroup", json!({"AutoScalingGroupName": name, "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}));
    site.ok("DeleteAutoScalingGroup", json!({"AutoScalingGroupName": name, "ForceDelete": true}));
}
