//! Target groups and who may be in them.

use resource::InstanceState;
use serde_json::{Value, json};

use crate::elbv2::tests::site::{Site, text};

#[test]
fn a_group_has_the_checks_that_were_asked_for_and_is_made_once() {
    let site = Site::new();
    let input = json!({"Name": "web", "Protocol": "TCP", "Port": 80, "VpcId": site.vpc, "HealthCheckProtocol": "HTTP",
        "HealthCheckIntervalSeconds": 30, "HealthyThresholdCount": 3, "UnhealthyThresholdCount": 3});
    let made = site.ok("CreateTargetGroup", input.clone());
    let shown = &made["TargetGroups"][0];
    let arn = text(shown, "/TargetGroupArn");
    assert!(arn.starts_with("arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/web/"), "{arn}");
    assert_eq!((&shown["TargetType"], &shown["HealthCheckPort"]), (&json!("instance"), &json!("traffic-port")));
    assert_eq!((&shown["HealthCheckPath"], &shown["Matcher"]), (&json!("/"), &json!({"HttpCode": "200-399"})));
    assert_eq!(site.ok("CreateTargetGroup", input.clone()), made);
    let mut other = input;
    other["Port"] = json!(81);
    assert_eq!(site.refusal("CreateTargetGroup", other), "DuplicateTargetGroupName");

    let changed =
        site.ok("ModifyTargetGroup", json!({"TargetGroupArn": arn, "HealthCheckPath": "/up", "Matcher": {"HttpCode": "204"}}));
    assert_eq!(
        (&changed["TargetGroups"][0]["HealthCheckPath"], &changed["TargetGroups"][0]["HealthyThresholdCount"]),
        (&json!("/up"), &json!(3))
    );
    assert_eq!(site.ok("DescribeTargetGroups", json!({"Names": ["web"]})), changed);
    assert_eq!(site.ok("DescribeTargetGroups", json!({"TargetGroupArns": [arn]})), changed);
    assert_eq!(site.refusal("DescribeTargetGroups", json!({"Names": ["web"], "TargetGroupArns": [arn]})), "ValidationError");
    site.ok("DeleteTargetGroup", json!({"TargetGroupArn": arn}));
    site.ok("DeleteTargetGroup", json!({"TargetGroupArn": arn}));
    assert_eq!(site.refusal("DescribeTargetGroups", json!({"Names": ["web"]})), "TargetGroupNotFound");
}

#[test]
fn groups_that_cannot_be_served_are_refused_by_name() {
    let site = Site::new();
    let with = |member: &str, value: Value| {
        let mut input = json!({"Name": "web", "Protocol": "TCP", "Port": 80, "VpcId": site.vpc});
        input[member] = value;
        site.refusal("CreateTargetGroup", input)
    };
    assert_eq!(with("Protocol", json!("QUIC")), "UnsupportedOperation");
    assert_eq!(with("Protocol", json!("HTTP")), "UnsupportedOperation");
    assert_eq!(with("Protocol", json!(null)), "ValidationError");
    assert_eq!(with("TargetType", json!("lambda")), "UnsupportedOperation");
    assert_eq!(with("IpAddressType", json!("ipv6")), "UnsupportedOperation");
    assert_eq!(with("Port", json!(null)), "ValidationError");
    assert_eq!(with("VpcId", json!("vpc-00000000000000000")), "ValidationError");
    assert_eq!(with("ProtocolVersion", json!("HTTP2")), "UnsupportedOperation");
    assert_eq!(with("HealthCheckProtocol", json!("UDP")), "ValidationError");
}

#[test]
fn attributes_of_a_group_depend_on_its_type() {
    let site = Site::new();
    let value = |arn: &str, key: &str| {
        let shown = site.ok("DescribeTargetGroupAttributes", json!({"TargetGroupArn": arn}));
        let all = shown["Attributes"].as_array().expect("a list").clone();
        all.into_iter().find(|setting| setting["Key"] == key).map(|setting| setting["Value"].clone())
    };
    let (instances, addresses) = (site.target_group("instances", "instance"), site.target_group("addresses", "ip"));
    assert_eq!(value(&instances, "preserve_client_ip.enabled"), Some(json!("true")));
    assert_eq!(value(&addresses, "preserve_client_ip.enabled"), Some(json!("false")));
    let set = |key: &str, value: &str| json!({"TargetGroupArn": addresses, "Attributes": [{"Key": key, "Value": value}]});
    site.ok("ModifyTargetGroupAttributes", set("deregistration_delay.timeout_seconds", "5"));
    assert_eq!(value(&addresses, "deregistration_delay.timeout_seconds"), Some(json!("5")));
    assert_eq!(
        site.refusal("ModifyTargetGroupAttributes", set("deregistration_delay.timeout_seconds", "3601")),
        "ValidationError"
    );
    let (interval, ends) = (resource::DRAINING_INTERVAL, "target_health_state.unhealthy.connection_termination.enabled");
    assert_eq!(site.refusal("ModifyTargetGroupAttributes", set(interval, "60")), "InvalidConfigurationRequest");
    site.ok("ModifyTargetGroupAttributes", set(ends, "false"));
    site.ok("ModifyTargetGroupAttributes", set(interval, "60"));
    assert_eq!(site.refusal("ModifyTargetGroupAttributes", set(ends, "true")), "InvalidConfigurationRequest");
    assert_eq!(site.refusal("ModifyTargetGroupAttributes", set(interval, "360001")), "ValidationError");
    site.ok("ModifyTargetGroupAttributes", set("proxy_protocol_v2.enabled", "true"));
    assert_eq!(
        site.refusal("ModifyTargetGroupAttributes", set("slow_start.duration_seconds", "30")),
        "InvalidConfigurationRequest"
    );
}

#[test]
fn only_running_instances_of_the_vpc_can_be_targets() {
    let site = Site::new();
    let group = site.target_group("web", "instance");
    let register = |id: &str| json!({"TargetGroupArn": group, "Targets": [{"Id": id}]});
    let instance = site.instance(&site.subnets[0]);
    let elsewhere = Site::within(site.cloud.clone());
    assert_eq!(site.refusal("RegisterTargets", register(&elsewhere.instance(&elsewhere.subnets[0]))), "InvalidTarget");
    assert_eq!(site.refusal("RegisterTargets", register("i-00000000000000000")), "InvalidTarget");
    assert_eq!(site.refusal("RegisterTargets", register("10.0.1.9")), "ValidationError");
    site.set_instance(&instance, InstanceState::Stopped);
    assert_eq!(site.refusal("RegisterTargets", register(&instance)), "InvalidTarget");
    site.set_instance(&instance, InstanceState::Running);
    site.ok("RegisterTargets", register(&instance));
}

#[test]
fn an_address_is_of_the_vpc_or_private_with_a_zone() {
    let site = Site::new();
    let group = site.target_group("web", "ip");
    let register =
        |id: &str, zone: Value| json!({"TargetGroupArn": group, "Targets": [{"Id": id, "AvailabilityZone": zone, "Port": 8080}]});
    site.ok("RegisterTargets", register("10.0.2.9", Value::Null));
    site.ok("RegisterTargets", register("192.168.7.7", json!("all")));
    assert_eq!(site.refusal("RegisterTargets", register("192.168.7.7", Value::Null)), "ValidationError");
    assert_eq!(site.refusal("RegisterTargets", register("192.168.7.7", json!("eu-west-1a"))), "ValidationError");
    assert_eq!(site.refusal("RegisterTargets", register("8.8.8.8", json!("all"))), "InvalidTarget");
    assert_eq!(site.refusal("RegisterTargets", register("fd00::1", json!("all"))), "ValidationError");
    let shown = site.ok("DescribeTargetHealth", json!({"TargetGroupArn": group}));
    assert_eq!(
        shown["TargetHealthDescriptions"][0]["Target"],
        json!({"Id": "10.0.2.9", "Port": 8080, "AvailabilityZone": "us-east-1b"}),
        "the zone of an address of the VPC is found"
    );
}

#[test]
fn a_target_has_one_registration_per_port_and_no_port_outside_the_range() {
    let site = Site::new();
    let group = site.target_group("web", "ip");
    let register = |targets: Value| json!({"TargetGroupArn": group, "Targets": targets});
    site.ok(
        "RegisterTargets",
        register(json!([{"Id": "10.0.1.9"}, {"Id": "10.0.1.9", "Port": 80}, {"Id": "10.0.1.9", "Port": 81}])),
    );
    let shown = site.ok("DescribeTargetHealth", json!({"TargetGroupArn": group}));
    let ports: Vec<_> =
        shown["TargetHealthDescriptions"].as_array().expect("a list").iter().map(|d| d["Target"]["Port"].clone()).collect();
    assert_eq!(ports, [80, 81]);
    assert_eq!(site.refusal("RegisterTargets", register(json!([{"Id": "10.0.1.9", "Port": 70000}]))), "ValidationError");
    assert_eq!(site.refusal("RegisterTargets", json!({"TargetGroupArn": "arn:x", "Targets": []})), "TargetGroupNotFound");
    let many: Vec<Value> = (1..=1001).map(|port| json!({"Id": "10.0.1.10", "Port": port})).collect();
    assert_eq!(site.refusal("RegisterTargets", register(json!(many))), "TooManyTargets");
    let include = json!({"TargetGroupArn": group, "Include": ["AnomalyDetection"]});
    assert_eq!(site.refusal("DescribeTargetHealth", include), "UnsupportedOperation");
}

#[test]
fn groups_are_listed_page_by_page_and_only_to_their_owner() {
    let site = Site::new();
    let mut made: Vec<String> = (0..3).map(|n| site.target_group(&format!("g{n}"), "ip")).collect();
    made.sort();
    let first = site.ok("DescribeTargetGroups", json!({"PageSize": 2}));
    let second = site.ok("DescribeTargetGroups", json!({"PageSize": 2, "Marker": first["NextMarker"]}));
    let arns = |page: &Value| -> Vec<String> {
        page["TargetGroups"].as_array().expect("a list").iter().map(|group| text(group, "/TargetGroupArn")).collect()
    };
    assert_eq!([arns(&first), arns(&second)].concat(), made);
    assert_eq!(second.get("NextMarker"), None);
    let stranger = Site::within(site.cloud.account("222222222222"));
    assert_eq!(arns(&stranger.ok("DescribeTargetGroups", json!({}))), [""; 0]);
    for operation in ["DescribeTargetHealth", "DescribeTargetGroupAttributes"] {
        assert_eq!(stranger.refusal(operation, json!({"TargetGroupArn": made[0]})), "TargetGroupNotFound", "{operation}");
    }
    stranger.ok("DeleteTargetGroup", json!({"TargetGroupArn": made[0]}));
    assert_eq!(arns(&site.ok("DescribeTargetGroups", json!({}))).len(), 3, "a stranger's deletion deletes nothing");
}
