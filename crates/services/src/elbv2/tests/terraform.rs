//! What Terraform's `aws_lb`, `aws_lb_target_group`, `aws_lb_listener` and `aws_lb_target_group_attachment` call, in its order.

use serde_json::{Value, json};

use crate::elbv2::tests::site::{Site, listener, text};

fn values(answer: &Value) -> Vec<(String, String)> {
    let settings = answer["Attributes"].as_array().expect("attributes");
    settings.iter().map(|setting| (text(setting, "/Key"), text(setting, "/Value"))).collect()
}

#[test]
fn aws_lb_is_made_after_its_name_was_free_and_read_piece_by_piece() {
    let site = Site::new();
    assert_eq!(site.refusal("DescribeLoadBalancers", json!({"Names": ["web"]})), "LoadBalancerNotFound");
    let create = json!({
        "Name": "web", "Type": "network", "Scheme": "internal", "IpAddressType": "ipv4",
        "SubnetMappings": [{"SubnetId": site.subnets[0]}, {"SubnetId": site.subnets[1], "PrivateIPv4Address": "10.0.2.9"}],
        "Tags": [{"Key": "Name", "Value": "web"}],
    });
    let made = site.ok("CreateLoadBalancer", create)["LoadBalancers"][0].clone();
    let arn = text(&made, "/LoadBalancerArn");
    let off = [
        ("access_logs.s3.enabled", "false"),
        ("deletion_protection.enabled", "false"),
        ("load_balancing.cross_zone.enabled", "false"),
        ("dns_record.client_routing_policy", "any_availability_zone"),
        ("zonal_shift.config.enabled", "false"),
    ];
    let settings: Vec<Value> = off.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    site.ok("ModifyLoadBalancerAttributes", json!({"LoadBalancerArn": arn, "Attributes": settings}));
    let read = values(&site.ok("DescribeLoadBalancerAttributes", json!({"LoadBalancerArn": arn})));
    for (key, value) in off {
        assert!(read.contains(&(key.to_owned(), value.to_owned())), "{key}");
    }
    let capacity = site.ok("DescribeCapacityReservation", json!({"LoadBalancerArn": arn}));
    assert_eq!(capacity, json!({"CapacityReservationState": []}));
    let tags = site.ok("DescribeTags", json!({"ResourceArns": [arn]}));
    assert_eq!(tags["TagDescriptions"], json!([{"ResourceArn": arn, "Tags": [{"Key": "Name", "Value": "web"}]}]));
    let zones =
        site.ok("DescribeLoadBalancers", json!({"LoadBalancerArns": [arn]}))["LoadBalancers"][0]["AvailabilityZones"].clone();
    assert_eq!(zones[1]["LoadBalancerAddresses"], json!([{"PrivateIPv4Address": "10.0.2.9"}]));

    site.ok("DeleteLoadBalancer", json!({"LoadBalancerArn": arn}));
    assert_eq!(site.refusal("DescribeCapacityReservation", json!({"LoadBalancerArn": arn})), "LoadBalancerNotFound");
    let stranger = Site::within(site.cloud.account("222222222222"));
    let other = site.balancer("other");
    assert_eq!(stranger.refusal("DescribeCapacityReservation", json!({"LoadBalancerArn": other})), "LoadBalancerNotFound");
}

#[test]
fn aws_lb_target_group_and_listener_are_made_read_replaced_and_deleted() {
    let site = Site::new();
    let balancer = site.balancer("web");
    assert_eq!(site.refusal("DescribeTargetGroups", json!({"Names": ["web"]})), "TargetGroupNotFound");
    let create = json!({
        "Name": "web", "Protocol": "TCP", "Port": 80, "VpcId": site.vpc, "TargetType": "ip",
        "HealthCheckEnabled": true, "HealthCheckIntervalSeconds": 30, "HealthCheckPort": "traffic-port", "HealthCheckProtocol": "TCP",
        "HealthyThresholdCount": 3, "UnhealthyThresholdCount": 3,
    });
    let group = text(&site.ok("CreateTargetGroup", create), "/TargetGroups/0/TargetGroupArn");
    let read = values(&site.ok("DescribeTargetGroupAttributes", json!({"TargetGroupArn": group})));
    for (key, value) in [
        ("deregistration_delay.timeout_seconds", "300"),
        ("preserve_client_ip.enabled", "false"),
        ("proxy_protocol_v2.enabled", "false"),
    ] {
        assert!(read.contains(&(key.to_owned(), value.to_owned())), "{key}");
    }
    let open = site.listener(&balancer, 80, &group);
    let shown = site.ok("DescribeListeners", json!({"ListenerArns": [open]}))["Listeners"][0].clone();
    assert_eq!(shown["DefaultActions"][0]["TargetGroupArn"], group);
    assert_eq!(site.ok("DescribeListeners", json!({"LoadBalancerArn": balancer}))["Listeners"], json!([shown]));
    let idle = values(&site.ok("DescribeListenerAttributes", json!({"ListenerArn": open})));
    assert_eq!(idle, [("tcp.idle_timeout.seconds".to_owned(), "350".to_owned())]);
    let groups = site.ok("DescribeTargetGroups", json!({"LoadBalancerArn": balancer}));
    assert_eq!(groups["TargetGroups"][0]["LoadBalancerArns"], json!([balancer]));

    let target = json!({"TargetGroupArn": group, "Targets": [{"Id": "10.0.1.77", "Port": 8080}]});
    site.ok("RegisterTargets", target.clone());
    site.ok("RegisterTargets", target.clone());
    let health = site.ok("DescribeTargetHealth", target.clone())["TargetHealthDescriptions"].clone();
    assert_eq!(health.as_array().map(Vec::len), Some(1));
    assert_eq!(health[0]["Target"], json!({"Id": "10.0.1.77", "Port": 8080, "AvailabilityZone": "us-east-1a"}));
    site.ok("DeregisterTargets", target.clone());
    let leaving = site.ok("DescribeTargetHealth", target)["TargetHealthDescriptions"][0]["TargetHealth"]["State"].clone();
    assert_eq!(leaving, "draining");

    assert_eq!(site.refusal("DeleteTargetGroup", json!({"TargetGroupArn": group})), "ResourceInUse");
    site.ok("DeleteListener", json!({"ListenerArn": open}));
    assert_eq!(site.refusal("DeleteListener", json!({"ListenerArn": open})), "ListenerNotFound");
    assert_eq!(site.refusal("DescribeListeners", json!({"ListenerArns": [open]})), "ListenerNotFound");
    site.ok("DeleteTargetGroup", json!({"TargetGroupArn": group}));
    site.ok("DeleteTargetGroup", json!({"TargetGroupArn": group}));
    assert_eq!(site.refusal("DescribeTargetGroups", json!({"TargetGroupArns": [group]})), "TargetGroupNotFound");
}

#[test]
fn a_balancer_has_at_most_fifty_listeners_that_are_listed_page_by_page() {
    let site = Site::new();
    let balancer = site.balancer("web");
    let group = site.target_group("web", "ip");
    let mut made: Vec<String> = (1..=50).map(|port| site.listener(&balancer, port, &group)).collect();
    assert_eq!(site.refusal("CreateListener", listener(&balancer, 51, &group)), "TooManyListeners");
    assert_eq!(site.listener(&balancer, 50, &group), made[49], "the same again is no other listener");
    let other = site.target_group("other", "ip");
    assert_eq!(site.refusal("CreateListener", listener(&balancer, 50, &other)), "DuplicateListener");
    let (mut seen, mut marker) = (Vec::new(), Value::Null);
    loop {
        let mut input = json!({"LoadBalancerArn": balancer, "PageSize": 20});
        if !marker.is_null() {
            input["Marker"] = marker;
        }
        let page = site.ok("DescribeListeners", input);
        seen.extend(page["Listeners"].as_array().into_iter().flatten().map(|each| text(each, "/ListenerArn")));
        marker = page["NextMarker"].clone();
        if marker.is_null() {
            break;
        }
    }
    seen.sort_unstable();
    made.sort_unstable();
    assert_eq!(seen, made);
}
