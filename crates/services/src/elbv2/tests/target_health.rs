//! How targets are, from registration to the end of draining.

use resource::{HealthState, InstanceId, InstanceState, TargetGroup, TargetHealth, TargetId, Timestamp};
use serde_json::{Value, json};

use crate::elbv2::tests::site::Site;

/// State and reason of the first target.
fn health(site: &Site, group: &str) -> (String, String) {
    let shown = site.ok("DescribeTargetHealth", json!({"TargetGroupArn": group}));
    let health = &shown["TargetHealthDescriptions"][0]["TargetHealth"];
    let word = |member: &str| health[member].as_str().unwrap_or("-").to_owned();
    (word("State"), word("Reason"))
}

fn pair(state: &str, reason: &str) -> (String, String) {
    (state.to_owned(), reason.to_owned())
}

/// Writes what checks found, as health checking does.
fn found(site: &Site, group: &str, instance: &str, state: HealthState) {
    site.cloud.change(|txn| {
        let target = TargetId::Instance(InstanceId::parse(instance).expect("the id of an instance"));
        let since = Timestamp(0);
        txn.put(TargetHealth { group: group.into(), target, port: 80, state, since, reason: None, description: None });
    });
}

#[test]
fn a_target_goes_from_unused_to_healthy_to_draining_to_gone() {
    let site = Site::new();
    let instance = site.instance(&site.subnets[0]);
    let group = site.target_group("web", "instance");
    let targets = json!({"TargetGroupArn": group, "Targets": [{"Id": instance}]});
    site.ok("RegisterTargets", targets.clone());
    site.ok("RegisterTargets", targets.clone());
    assert_eq!(health(&site, &group), pair("unused", "Target.NotInUse"));

    let balancer = site.balancer("web");
    site.listener(&balancer, 80, &group);
    assert_eq!(health(&site, &group), pair("initial", "Elb.RegistrationInProgress"));
    site.settle();
    assert_eq!(health(&site, &group), pair("initial", "Elb.InitialHealthChecking"));
    found(&site, &group, &instance, HealthState::Initial);
    assert_eq!(health(&site, &group), pair("initial", "Elb.InitialHealthChecking"));
    found(&site, &group, &instance, HealthState::Healthy);
    assert_eq!(health(&site, &group), pair("healthy", "-"));
    found(&site, &group, &instance, HealthState::Unhealthy);
    assert_eq!(health(&site, &group), pair("unhealthy", "Target.FailedHealthChecks"));
    site.set_instance(&instance, InstanceState::Stopped);
    assert_eq!(health(&site, &group), pair("unused", "Target.InvalidState"));

    site.ok("DeregisterTargets", targets.clone());
    assert_eq!(health(&site, &group), pair("draining", "Target.DeregistrationInProgress"));
    site.cloud.change(|txn| {
        txn.update::<TargetGroup>(&group, |group| group.targets[0].draining_since = Some(Timestamp(0)));
    });
    assert_eq!(site.ok("DescribeTargetHealth", json!({"TargetGroupArn": group}))["TargetHealthDescriptions"], json!([]));
    let asked = site.ok("DescribeTargetHealth", targets);
    assert_eq!(asked["TargetHealthDescriptions"][0]["TargetHealth"]["Reason"], "Target.NotRegistered");
}

#[test]
fn a_draining_target_comes_back_by_registration() {
    let site = Site::new();
    let (balancer, group) = (site.balancer("web"), site.target_group("web", "ip"));
    site.listener(&balancer, 80, &group);
    let targets = json!({"TargetGroupArn": group, "Targets": [{"Id": "10.0.1.50"}, {"Id": "10.0.1.50", "Port": 81}]});
    site.ok("RegisterTargets", targets.clone());
    site.ok("DeregisterTargets", json!({"TargetGroupArn": group, "Targets": [{"Id": "10.0.1.50"}]}));
    let states = |site: &Site| -> Vec<Value> {
        let shown = site.ok("DescribeTargetHealth", json!({"TargetGroupArn": group}));
        shown["TargetHealthDescriptions"].as_array().expect("a list").iter().map(|d| d["TargetHealth"]["State"].clone()).collect()
    };
    assert_eq!(states(&site), ["draining", "draining"], "without a port all ports leave");
    site.ok("RegisterTargets", targets);
    assert_eq!(states(&site), ["initial", "initial"]);
}

#[test]
fn a_target_in_a_zone_without_a_node_is_unused() {
    let site = Site::new();
    let group = site.target_group("web", "instance");
    let subnet = site.subnet("us-east-1c", "10.0.3.0/24");
    let instance = site.instance(&subnet);
    site.ok("RegisterTargets", json!({"TargetGroupArn": group, "Targets": [{"Id": instance}]}));
    let balancer = site.balancer("web");
    site.listener(&balancer, 80, &group);
    let shown = site.ok("DescribeTargetHealth", json!({"TargetGroupArn": group}));
    let description = &shown["TargetHealthDescriptions"][0]["TargetHealth"]["Description"];
    assert_eq!(*description, "Target is in an Availability Zone that is not enabled for the load balancer");
    site.ok("SetSubnets", json!({"LoadBalancerArn": balancer, "Subnets": [site.subnets[0], site.subnets[1], subnet]}));
    assert_eq!(health(&site, &group), pair("initial", "Elb.RegistrationInProgress"));
}

#[test]
fn a_target_of_an_unused_group_leaves_at_once() {
    let site = Site::new();
    let group = site.target_group("web", "ip");
    let targets = json!({"TargetGroupArn": group, "Targets": [{"Id": "10.0.1.50"}]});
    site.ok("RegisterTargets", targets.clone());
    site.ok("DeregisterTargets", targets.clone());
    site.ok("DeregisterTargets", targets);
    assert_eq!(site.ok("DescribeTargetHealth", json!({"TargetGroupArn": group}))["TargetHealthDescriptions"], json!([]));
}
