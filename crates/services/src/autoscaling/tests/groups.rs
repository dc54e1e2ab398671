//! Groups from their making to their end.

use serde_json::{Value, json};

use super::site::Site;

#[test]
fn a_new_group_has_awss_defaults_and_the_role_of_the_service() {
    let site = Site::new();
    site.create(json!({"TargetGroupARNs": [site.targets], "Tags": [{"Key": "k", "Value": "v", "PropagateAtLaunch": true}]}));
    let shown = site.shown();
    for (member, value) in [
        ("DesiredCapacity", json!(1)),
        ("DefaultCooldown", json!(300)),
        ("HealthCheckType", json!("EC2")),
        ("HealthCheckGracePeriod", json!(0)),
        ("TerminationPolicies", json!(["Default"])),
        ("NewInstancesProtectedFromScaleIn", json!(false)),
        ("AvailabilityZones", json!(["us-east-1a", "us-east-1b"])),
        ("VPCZoneIdentifier", json!(site.network.subnets.join(","))),
        ("TargetGroupARNs", json!([site.targets])),
        ("TrafficSources", json!([{"Identifier": site.targets, "Type": "elbv2"}])),
        ("Instances", json!([])),
        ("LaunchTemplate", json!({"LaunchTemplateId": site.template, "LaunchTemplateName": "web", "Version": "$Latest"})),
        (
            "Tags",
            json!([{"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": "k", "Value": "v", "PropagateAtLaunch": true}]),
        ),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    let role = "arn:aws:iam::111111111111:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    assert_eq!(shown["ServiceLinkedRoleARN"], role);
    let refused = site.network.cloud.call_in("iam", "DeleteRole", json!({"RoleName": "AWSServiceRoleForAutoScaling"}));
    assert_eq!(refused.map_err(|error| error.code), Err("UnmodifiableEntity".to_owned()));
    let states = site.ok("DescribeLoadBalancerTargetGroups", json!({"AutoScalingGroupName": "web"}));
    assert_eq!(states["LoadBalancerTargetGroups"], json!([{"LoadBalancerTargetGroupARN": site.targets, "State": "InService"}]));
}

#[test]
fn bounds_move_the_capacity_and_the_capacity_stays_within_them() {
    let site = Site::new();
    site.create(json!({}));
    let update = |more: Value| crate::ec2::compute_testing::with(json!({"AutoScalingGroupName": "web"}), more);
    site.ok("UpdateAutoScalingGroup", update(json!({"MinSize": 2})));
    assert_eq!(site.shown()["DesiredCapacity"], 2);
    let set =
        |desired: u32, honor: bool| json!({"AutoScalingGroupName": "web", "DesiredCapacity": desired, "HonorCooldown": honor});
    let above = site.refusal("SetDesiredCapacity", set(4, false));
    assert_eq!(above.message, "New SetDesiredCapacity value 4 is above max value 3 for the AutoScalingGroup.");
    assert!(site.refusal("SetDesiredCapacity", set(1, false)).message.contains("below min value 2"));
    site.ok("SetDesiredCapacity", set(3, false));
    assert_eq!(site.refusal("SetDesiredCapacity", set(2, true)).code, "ScalingActivityInProgress", "it cools down");
    site.ok("SetDesiredCapacity", set(2, false));
    assert_eq!(site.refusal("UpdateAutoScalingGroup", update(json!({"MinSize": 4}))).code, "ValidationError");
    site.ok("UpdateAutoScalingGroup", update(json!({"MinSize": 0, "MaxSize": 1})));
    assert_eq!(site.shown()["DesiredCapacity"], 1);
    let other = json!({"MaxInstanceLifetime": 86400, "HealthCheckType": "ELB", "TerminationPolicies": ["OldestInstance"],
                       "InstanceMaintenancePolicy": {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 120}});
    site.ok("UpdateAutoScalingGroup", update(other));
    let shown = site.shown();
    assert_eq!((&shown["MaxInstanceLifetime"], &shown["HealthCheckType"]), (&json!(86400), &json!("ELB")));
    assert_eq!(shown["InstanceMaintenancePolicy"], json!({"MinHealthyPercentage": 100, "MaxHealthyPercentage": 120}));
    site.ok(
        "UpdateAutoScalingGroup",
        update(json!({"MaxInstanceLifetime": 0,
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1}})),
    );
    assert_eq!((site.shown().get("MaxInstanceLifetime"), site.shown().get("InstanceMaintenancePolicy")), (None, None));
}

#[test]
fn a_group_goes_when_it_is_empty_or_by_force_with_all_it_has() {
    let site = Site::new();
    site.create(json!({"DeletionProtection": "prevent-force-deletion"}));
    site.fulfil();
    let delete = |force: bool| json!({"AutoScalingGroupName": "web", "ForceDelete": force});
    assert_eq!(site.refusal("DeleteAutoScalingGroup", delete(false)).code, "ResourceInUse");
    assert_eq!(site.refusal("DeleteAutoScalingGroup", delete(true)).code, "ValidationError");
    site.ok("UpdateAutoScalingGroup", json!({"AutoScalingGroupName": "web", "DeletionProtection": "none"}));
    site.ok("DeleteAutoScalingGroup", delete(true));
    assert_eq!(site.shown()["Status"], "Delete in progress");
    let set = json!({"AutoScalingGroupName": "web", "DesiredCapacity": 0});
    assert_eq!(site.refusal("SetDesiredCapacity", set).code, "ScalingActivityInProgress");
}

#[test]
fn a_template_goes_although_a_group_uses_it_and_the_group_cannot_be_given_another_that_is_not_there() {
    let site = Site::new();
    site.create(json!({}));
    site.network.cloud.ok("DeleteLaunchTemplate", json!({"LaunchTemplateId": site.template}));
    let update = json!({"AutoScalingGroupName": "web", "LaunchTemplate": {"LaunchTemplateId": site.template}});
    assert_eq!(site.refusal("UpdateAutoScalingGroup", update).code, "ValidationError");
    assert_eq!(site.shown()["LaunchTemplate"]["LaunchTemplateId"], site.template);
}

#[test]
fn mixed_instances_on_demand_are_shown_as_they_were_given() {
    let site = Site::new();
    let policy = json!({
        "LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateName": "web", "Version": "$Default"},
                           "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "t3.small"}]},
        "InstancesDistribution": {"OnDemandBaseCapacity": 1},
    });
    site.create(json!({"LaunchTemplate": null, "MixedInstancesPolicy": policy}));
    let shown = site.shown()["MixedInstancesPolicy"].clone();
    assert_eq!(shown["LaunchTemplate"]["Overrides"], policy["LaunchTemplate"]["Overrides"]);
    assert_eq!(shown["InstancesDistribution"]["OnDemandBaseCapacity"], 1);
    assert_eq!(shown["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"], 100);
    assert_eq!(site.shown().get("LaunchTemplate"), None);
}
