//! What users do to single instances of a group.

use resource::{HookWait, LifecycleState, Timestamp};
use serde_json::{Value, json};

use super::site::Site;

fn of_two() -> (Site, String, String) {
    let site = Site::new();
    site.create(json!({"DesiredCapacity": 2}));
    site.fulfil();
    let ids = site.ids();
    (site, ids[0].clone(), ids[1].clone())
}

fn state(site: &Site, id: &str) -> Value {
    site.ok("DescribeAutoScalingInstances", json!({"InstanceIds": [id]}))["AutoScalingInstances"][0]["LifecycleState"].clone()
}

#[test]
fn an_instance_is_terminated_with_or_without_another_in_its_place() {
    let (site, one, two) = of_two();
    let terminate = |id: &str, shrink: bool| json!({"InstanceId": id, "ShouldDecrementDesiredCapacity": shrink});
    assert_eq!(
        site.refusal("TerminateInstanceInAutoScalingGroup", terminate("i-0123456789abcdef0", true)).code,
        "ValidationError"
    );
    let activity = site.ok("TerminateInstanceInAutoScalingGroup", terminate(&one, true))["Activity"].clone();
    assert_eq!((&activity["StatusCode"], activity["Progress"].as_u64()), (&json!("InProgress"), Some(50)));
    assert_eq!(activity["Description"], format!("Terminating EC2 instance: {one}"));
    let cause = activity["Cause"].as_str().expect("a cause");
    assert!(
        cause.ends_with("was taken out of service in response to a user request, shrinking the capacity from 2 to 1."),
        "{cause}"
    );
    assert_eq!((state(&site, &one), site.shown()["DesiredCapacity"].as_u64()), (json!("Terminating"), Some(1)));
    let below = site.refusal("TerminateInstanceInAutoScalingGroup", terminate(&two, true));
    assert!(below.message.contains("violate group's min size constraint"), "{below}");
    site.ok("TerminateInstanceInAutoScalingGroup", terminate(&two, false));
    assert_eq!(site.refusal("TerminateInstanceInAutoScalingGroup", terminate(&two, false)).code, "ScalingActivityInProgress");
    let all = site.ok("DescribeScalingActivities", json!({"AutoScalingGroupName": "web"}))["Activities"].clone();
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    assert_eq!(site.refusal("DescribeAutoScalingGroups", json!({"MaxRecords": 101})).code, "ValidationError");
    let first = site.ok("DescribeScalingActivities", json!({"AutoScalingGroupName": "web", "MaxRecords": 1}));
    let rest = json!({"AutoScalingGroupName": "web", "MaxRecords": 1, "NextToken": first["NextToken"]});
    assert_eq!(site.ok("DescribeScalingActivities", rest)["Activities"][0]["ActivityId"], all[1]["ActivityId"]);
}

#[test]
fn an_instance_stands_by_and_comes_back() {
    let (site, one, two) = of_two();
    let enter = |id: &str, shrink: bool| json!({"AutoScalingGroupName": "web", "InstanceIds": [id], "ShouldDecrementDesiredCapacity": shrink});
    let exit = |id: &str| json!({"AutoScalingGroupName": "web", "InstanceIds": [id]});
    site.ok("EnterStandby", enter(&one, true));
    assert_eq!((state(&site, &one), site.shown()["DesiredCapacity"].as_u64()), (json!("EnteringStandby"), Some(1)));
    assert_eq!(site.refusal("EnterStandby", enter(&one, false)).code, "ValidationError", "it is not in service");
    assert_eq!(site.refusal("EnterStandby", enter(&two, true)).code, "ValidationError", "one must stay");
    site.fulfil();
    assert_eq!(site.refusal("ExitStandby", exit(&two)).code, "ValidationError");
    site.ok("ExitStandby", exit(&one));
    assert_eq!((state(&site, &one), site.shown()["DesiredCapacity"].as_u64()), (json!("Pending"), Some(2)));
}

#[test]
fn instances_are_detached_and_attached() {
    let (site, one, _) = of_two();
    let detach = json!({"AutoScalingGroupName": "web", "InstanceIds": [one], "ShouldDecrementDesiredCapacity": true});
    let activities = site.ok("DetachInstances", detach)["Activities"].clone();
    assert_eq!(activities[0]["Description"], format!("Detaching EC2 instance: {one}"));
    assert_eq!(state(&site, &one), "Detaching");
    site.fulfil();
    let attach = |id: &str| json!({"AutoScalingGroupName": "web", "InstanceIds": [id]});
    assert_eq!(site.refusal("AttachInstances", attach(&one)).code, "ValidationError", "there is no such instance");
    let own = site.network.instance(&site.network.subnets[1]);
    site.ok("AttachInstances", attach(&own));
    assert_eq!((state(&site, &own), site.shown()["DesiredCapacity"].as_u64()), (json!("InService"), Some(2)));
    assert!(site.refusal("AttachInstances", attach(&own)).message.contains("already part of"));
    let shown = site.network.cloud.ok("DescribeInstances", json!({"InstanceIds": [own]}));
    assert_eq!(shown["Reservations"][0]["Instances"][0]["Tags"], json!([{"Key": "aws:autoscaling:groupName", "Value": "web"}]));
    let remove = |more: Value| crate::ec2::compute_testing::with(json!({"Resources": [own]}), more);
    let reserved = remove(json!({"Tags": [{"Key": "aws:autoscaling:groupName"}]}));
    assert_eq!(site.network.cloud.refusal("DeleteTags", reserved), "InvalidParameterValue");
    site.network.cloud.ok("DeleteTags", remove(json!({})));
    let kept = site.network.cloud.ok("DescribeTags", json!({"Filters": [{"Name": "resource-id", "Values": [own]}]}));
    assert_eq!(kept["Tags"].as_array().map(Vec::len), Some(1), "what the service wrote stays");
    site.ok("AttachInstances", attach(&site.network.instance(&site.network.subnets[0])));
    let over = site.refusal("AttachInstances", attach(&site.network.instance(&site.network.subnets[0])));
    assert!(over.message.contains("max size 3"), "{over}");
}

#[test]
fn users_say_who_is_ill_and_who_is_protected() {
    let (site, one, two) = of_two();
    let health = |id: &str, status: &str| json!({"InstanceId": id, "HealthStatus": status, "ShouldRespectGracePeriod": true});
    assert_eq!(site.refusal("SetInstanceHealth", health(&one, "Poorly")).code, "ValidationError");
    site.ok("SetInstanceHealth", health(&one, "Unhealthy"));
    let of = |id: &str| site.ok("DescribeAutoScalingInstances", json!({"InstanceIds": [id]}))["AutoScalingInstances"][0].clone();
    assert_eq!(of(&one)["HealthStatus"], "UNHEALTHY");
    site.ok("UpdateAutoScalingGroup", json!({"AutoScalingGroupName": "web", "HealthCheckGracePeriod": 300}));
    site.ok("SetInstanceHealth", health(&two, "Unhealthy"));
    assert_eq!(of(&two)["HealthStatus"], "HEALTHY", "it is in its grace period");
    let protect = json!({"AutoScalingGroupName": "web", "InstanceIds": [two], "ProtectedFromScaleIn": true});
    site.ok("SetInstanceProtection", protect);
    assert_eq!((&of(&two)["ProtectedFromScaleIn"], &of(&one)["ProtectedFromScaleIn"]), (&json!(true), &json!(false)));
}

#[test]
fn who_waits_for_a_hook_goes_on_when_somebody_answers() {
    let (site, one, _) = of_two();
    let hook = json!({"AutoScalingGroupName": "web", "LifecycleHookName": "h", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"});
    site.ok("PutLifecycleHook", hook);
    let complete = |result: &str| json!({"AutoScalingGroupName": "web", "LifecycleHookName": "h", "InstanceId": one, "LifecycleActionResult": result});
    assert!(site.refusal("CompleteLifecycleAction", complete("CONTINUE")).message.contains("No active Lifecycle Action"));
    let wait = HookWait { token: "t".repeat(36), hooks: vec!["h".into()], since: vec![Timestamp(0)], abandoned: false };
    let waits = || {
        site.change(|group| {
            group.members[0].state = LifecycleState::PendingWait;
            group.members[0].wait = Some(wait.clone());
        });
    };
    let seen = || site.network.cloud.world().all::<resource::ScalingGroup>().next().expect("it is there").members[0].wait.clone();
    waits();
    site.ok(
        "RecordLifecycleActionHeartbeat",
        json!({"AutoScalingGroupName": "web", "LifecycleHookName": "h", "LifecycleActionToken": "t".repeat(36)}),
    );
    assert!(seen().is_some_and(|wait| wait.since[0] > Timestamp(0)));
    assert_eq!(site.refusal("CompleteLifecycleAction", complete("MAYBE")).code, "ValidationError");
    site.ok("CompleteLifecycleAction", complete("CONTINUE"));
    assert!(seen().is_some_and(|wait| wait.hooks.is_empty() && !wait.abandoned));
    waits();
    site.ok("CompleteLifecycleAction", complete("ABANDON"));
    assert!(seen().is_some_and(|wait| wait.abandoned));
    waits();
    site.ok("DeleteLifecycleHook", json!({"AutoScalingGroupName": "web", "LifecycleHookName": "h"}));
    assert!(seen().is_some_and(|wait| wait.hooks.is_empty()), "a hook that is gone holds nobody");
}
