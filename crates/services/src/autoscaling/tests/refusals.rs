//! What cannot be is refused, in AWS's words; what underpass cannot do, by name.

use serde_json::{Value, json};

use super::site::Site;

#[test]
fn a_group_that_makes_no_sense_is_refused() {
    let site = Site::new();
    let other = site.network.cloud.text("CreateVpc", json!({"CidrBlock": "10.9.0.0/16"}), "/Vpc/VpcId");
    let other = site.network.cloud.text("CreateSubnet", json!({"VpcId": other, "CidrBlock": "10.9.0.0/24"}), "/Subnet/SubnetId");
    let ip = site.network.target_group("ip", "ip");
    for (more, words) in [
        (json!({"AutoScalingGroupName": "a:b"}), "colons"),
        (json!({"MinSize": 4}), "Max bound must be greater than or equal to min bound"),
        (json!({"DesiredCapacity": 4}), "Desired capacity:4 must be between the specified min size:1 and max size:3"),
        (json!({"MinSize": -1}), "MinSize must not be negative"),
        (json!({"LaunchTemplate": null}), "Valid requests must contain either LaunchTemplate"),
        (json!({"LaunchTemplate": {"LaunchTemplateName": "none"}}), "You must use a valid fully-formed launch template."),
        (json!({"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "7"}}), "Could not find the specified version 7"),
        (json!({"VPCZoneIdentifier": null}), "At least one Availability Zone or VPC Subnet is required"),
        (json!({"VPCZoneIdentifier": "subnet-0123456789abcdef0"}), "does not exist"),
        (json!({"VPCZoneIdentifier": format!("{},{other}", site.network.subnets[0])}), "same VPC"),
        (json!({"AvailabilityZones": ["us-east-1d"]}), "do not match"),
        (json!({"TargetGroupARNs": ["arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/x/1"]}), "may not be valid"),
        (json!({"TargetGroupARNs": [ip]}), "target type instance"),
        (json!({"MaxInstanceLifetime": 3600}), "between 86400 and 31536000"),
        (json!({"HealthCheckType": "PING"}), "Invalid HealthCheckType"),
        (json!({"TerminationPolicies": ["Youngest"]}), "Invalid termination policy"),
        (json!({"Tags": [{"Key": "aws:x", "Value": "y"}]}), "reserved"),
    ] {
        let refused = site.refusal("CreateAutoScalingGroup", site.request(more.clone()));
        assert_eq!(refused.code, "ValidationError", "{more}");
        assert!(refused.message.contains(words), "{more}: {}", refused.message);
    }
    site.create(json!({}));
    assert_eq!(site.refusal("CreateAutoScalingGroup", site.request(json!({}))).code, "AlreadyExists");
}

#[test]
fn what_underpass_cannot_do_is_refused_by_name() {
    let site = Site::new();
    let spot = json!({"LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateName": "web"}},
                      "InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 50}});
    let refused = |more: Value| site.refusal("CreateAutoScalingGroup", site.request(more));
    for (more, what) in [
        (json!({"InstanceId": "i-0123456789abcdef0"}), "CreateAutoScalingGroup.InstanceId"),
        (json!({"LaunchConfigurationName": "lc", "LaunchTemplate": null}), "CreateAutoScalingGroup.LaunchConfigurationName"),
        (json!({"LoadBalancerNames": ["classic"]}), "Classic Load Balancers"),
        (json!({"CapacityRebalance": true}), "CapacityRebalance"),
        (json!({"PlacementGroup": "p"}), "PlacementGroup"),
        (json!({"LaunchTemplate": null, "MixedInstancesPolicy": spot}), "Spot Instances"),
        (json!({"TrafficSources": [{"Identifier": "x", "Type": "vpc-lattice"}]}), "vpc-lattice"),
    ] {
        let refused = refused(more.clone());
        assert_eq!(refused.code, "UnsupportedOperation", "{more}");
        assert!(refused.message.contains(what), "{}", refused.message);
    }
    site.create(json!({}));
    let of = |more: Value| crate::ec2::compute_testing::with(json!({"AutoScalingGroupName": "web"}), more);
    for (operation, more) in [
        ("PutScalingPolicy", json!({"PolicyName": "p", "PolicyType": "TargetTrackingScaling"})),
        (
            "PutLifecycleHook",
            json!({"LifecycleHookName": "h", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                                    "NotificationTargetARN": "arn:aws:sns:us-east-1:111111111111:t"}),
        ),
        (
            "PutScheduledUpdateGroupAction",
            json!({"ScheduledActionName": "a", "Recurrence": "0 9 * * *", "TimeZone": "Europe/Berlin", "MinSize": 1}),
        ),
        ("StartInstanceRefresh", json!({"Preferences": {"AutoRollback": true}})),
        ("StartInstanceRefresh", json!({"Preferences": {"CheckpointDelay": 10}})),
    ] {
        assert_eq!(site.refusal(operation, of(more)).code, "UnsupportedOperation", "{operation}");
    }
}

#[test]
fn a_group_that_is_not_there_is_not_found_and_others_do_not_see_it() {
    let site = Site::new();
    for (operation, more) in [
        ("UpdateAutoScalingGroup", json!({})),
        ("DeleteAutoScalingGroup", json!({})),
        ("SetDesiredCapacity", json!({"DesiredCapacity": 1})),
        ("DescribeLifecycleHooks", json!({})),
        ("DescribeWarmPool", json!({})),
        ("StartInstanceRefresh", json!({})),
        ("DescribeScalingActivities", json!({})),
        ("SuspendProcesses", json!({})),
    ] {
        let input = crate::ec2::compute_testing::with(json!({"AutoScalingGroupName": "none"}), more);
        let refused = site.refusal(operation, input);
        assert_eq!((refused.code.as_str(), refused.message.contains("not found")), ("ValidationError", true), "{operation}");
    }
    site.create(json!({}));
    let stranger = site.network.cloud.account("222222222222");
    let seen = stranger.call_in("autoscaling", "DescribeAutoScalingGroups", json!({})).expect("it may look");
    assert_eq!(seen["AutoScalingGroups"], json!([]));
}
