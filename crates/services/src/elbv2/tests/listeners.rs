//! Listeners: one port each, forwarding TCP to one target group.

use serde_json::json;

use crate::elbv2::tests::site::{Site, listener, text};

#[test]
fn a_listener_forwards_to_a_group_and_keeps_it_from_being_deleted() {
    let site = Site::new();
    let (balancer, group) = (site.balancer("web"), site.target_group("web", "ip"));
    let made = site.ok("CreateListener", listener(&balancer, 443, &group));
    let shown = &made["Listeners"][0];
    let arn = text(shown, "/ListenerArn");
    assert!(arn.starts_with(&balancer.replace(":loadbalancer/", ":listener/")), "{arn}");
    assert_eq!((&shown["Port"], &shown["Protocol"]), (&json!(443), &json!("TCP")));
    assert_eq!(shown["DefaultActions"][0]["TargetGroupArn"], json!(group));
    assert_eq!(shown["DefaultActions"][0]["ForwardConfig"]["TargetGroups"], json!([{"TargetGroupArn": group}]));
    assert_eq!(site.ok("CreateListener", listener(&balancer, 443, &group)), made, "the same again is the same");
    assert_eq!(site.ok("DescribeListeners", json!({"LoadBalancerArn": balancer})), made);
    assert_eq!(site.ok("DescribeListeners", json!({"ListenerArns": [arn]})), made);

    let groups = site.ok("DescribeTargetGroups", json!({"LoadBalancerArn": balancer}));
    assert_eq!(groups["TargetGroups"][0]["LoadBalancerArns"], json!([balancer]));
    assert_eq!(site.refusal("DeleteTargetGroup", json!({"TargetGroupArn": group})), "ResourceInUse");
    site.ok("DeleteListener", json!({"ListenerArn": arn}));
    assert_eq!(site.refusal("DeleteListener", json!({"ListenerArn": arn})), "ListenerNotFound");
    site.ok("DeleteTargetGroup", json!({"TargetGroupArn": group}));
}

#[test]
fn what_a_listener_cannot_be_is_refused_with_the_code_of_aws() {
    let site = Site::new();
    let (balancer, other) = (site.balancer("web"), site.balancer("other"));
    let (group, second) = (site.target_group("web", "ip"), site.target_group("second", "ip"));
    let elsewhere = Site::within(site.cloud.clone()).target_group("elsewhere", "ip");
    site.listener(&balancer, 80, &group);
    assert_eq!(site.refusal("CreateListener", listener(&balancer, 80, &second)), "DuplicateListener");
    assert_eq!(site.refusal("CreateListener", listener(&other, 80, &group)), "TargetGroupAssociationLimit");
    assert_eq!(site.refusal("CreateListener", listener(&other, 80, &elsewhere)), "InvalidConfigurationRequest");
    assert_eq!(site.refusal("CreateListener", listener(&other, 80, &format!("{group}0"))), "TargetGroupNotFound");
    assert_eq!(site.refusal("CreateListener", listener(&format!("{other}0"), 80, &second)), "LoadBalancerNotFound");
    assert_eq!(site.refusal("DescribeListeners", json!({})), "ValidationError");

    let with = |change: fn(&mut serde_json::Value)| {
        let mut input = listener(&other, 81, &second);
        change(&mut input);
        site.refusal("CreateListener", input)
    };
    assert_eq!(with(|input| input["Protocol"] = json!("TLS")), "ValidationError");
    assert_eq!(with(|input| input["Protocol"] = json!("UDP")), "IncompatibleProtocols");
    assert_eq!(with(|input| input["Protocol"] = json!("TCP_UDP")), "IncompatibleProtocols");
    assert_eq!(with(|input| input["Protocol"] = json!("QUIC")), "UnsupportedProtocol");
    assert_eq!(with(|input| input["Protocol"] = json!("HTTP")), "ValidationError");
    assert_eq!(with(|input| input["Port"] = json!(0)), "ValidationError");
    assert_eq!(with(|input| input["Certificates"] = json!([{"CertificateArn": "arn:aws:acm:x"}])), "InvalidConfigurationRequest");
    assert_eq!(with(|input| input["DefaultActions"] = json!([])), "ValidationError");
    assert_eq!(with(|input| input["DefaultActions"][0]["Type"] = json!("redirect")), "InvalidLoadBalancerAction");
    assert_eq!(with(|input| input["DefaultActions"][0]["TargetGroupArn"] = json!(null)), "ValidationError");
    assert_eq!(with(|input| input["DefaultActions"][0]["ForwardConfig"] = json!({"TargetGroups": []})), "UnsupportedOperation");
    let sticky =
        with(|input| input["DefaultActions"][0]["ForwardConfig"] = json!({"TargetGroupStickinessConfig": {"Enabled": true}}));
    assert_eq!(sticky, "UnsupportedOperation");
}

#[test]
fn a_listener_and_its_group_carry_the_same() {
    let site = Site::new();
    let balancer = site.balancer("web");
    let group = |name: &str, protocol: &str, target_type: &str| {
        let input = json!({"Name": name, "Protocol": protocol, "Port": 80, "VpcId": site.vpc, "TargetType": target_type});
        text(&site.ok("CreateTargetGroup", input), "/TargetGroups/0/TargetGroupArn")
    };
    let (udp, both) = (group("udp", "UDP", "ip"), group("both", "TCP_UDP", "instance"));
    let with = |protocol: &str, port: u16, group: &str| {
        let mut input = listener(&balancer, port, group);
        input["Protocol"] = json!(protocol);
        site.call("CreateListener", input).map_err(|refused| refused.code)
    };
    assert_eq!(with("TCP", 80, &udp), Err("IncompatibleProtocols".into()));
    assert_eq!(with("TCP_UDP", 80, &udp), Err("IncompatibleProtocols".into()));
    let made = with("UDP", 80, &udp).expect("datagrams to datagrams");
    assert_eq!(made["Listeners"][0]["Protocol"], json!("UDP"));
    assert_eq!(with("TCP", 80, &both), Err("DuplicateListener".into()), "a port is one listener's, whatever it carries");
    for (port, protocol) in [(81, "TCP"), (82, "UDP"), (83, "TCP_UDP")] {
        assert!(with(protocol, port, &both).is_ok(), "{protocol}");
    }
    let arn = text(&made, "/Listeners/0/ListenerArn");
    assert_eq!(site.refusal("ModifyListener", json!({"ListenerArn": arn, "Protocol": "TCP"})), "IncompatibleProtocols");

    for group in [udp, both] {
        let keep =
            |value: &str| json!({"TargetGroupArn": group, "Attributes": [{"Key": "preserve_client_ip.enabled", "Value": value}]});
        assert_eq!(site.refusal("ModifyTargetGroupAttributes", keep("false")), "InvalidConfigurationRequest");
        site.ok("ModifyTargetGroupAttributes", keep("true"));
    }
}

#[test]
fn a_listener_has_one_rule_which_is_its_own_action() {
    let site = Site::new();
    let (balancer, group) = (site.balancer("web"), site.target_group("web", "ip"));
    let arn = site.listener(&balancer, 80, &group);
    let shown = site.ok("DescribeRules", json!({"ListenerArn": arn}));
    let rule = &shown["Rules"][0];
    assert_eq!((&rule["Priority"], &rule["IsDefault"], &rule["Conditions"]), (&json!("default"), &json!(true), &json!([])));
    assert_eq!(rule["Actions"][0]["TargetGroupArn"], json!(group));
    let named = text(rule, "/RuleArn");
    assert!(named.starts_with(&arn.replace(":listener/", ":listener-rule/")), "{named}");
    assert_eq!(site.ok("DescribeRules", json!({"RuleArns": [named]})), shown);
    assert_eq!(site.refusal("DescribeRules", json!({})), "ValidationError");
    assert_eq!(site.refusal("DescribeRules", json!({"RuleArns": [format!("{named}0")]})), "RuleNotFound");
    let wish =
        json!({"ListenerArn": arn, "Priority": 1, "Conditions": [], "Actions": [{"Type": "forward", "TargetGroupArn": group}]});
    assert_eq!(site.refusal("CreateRule", wish), "InvalidConfigurationRequest");
    assert_eq!(site.refusal("DeleteRule", json!({"RuleArn": named})), "OperationNotPermitted");
    assert_eq!(site.refusal("ModifyRule", json!({"RuleArn": named})), "OperationNotPermitted");
    assert_eq!(site.refusal("ModifyRule", json!({"RuleArn": format!("{named}0")})), "RuleNotFound");
    let order = json!({"RulePriorities": [{"RuleArn": named, "Priority": 1}]});
    assert_eq!(site.refusal("SetRulePriorities", order), "OperationNotPermitted");
    let kind = |kind: &str| json!({"LoadBalancerArn": balancer, "IpAddressType": kind});
    assert_eq!(site.refusal("SetIpAddressType", kind("dualstack")), "UnsupportedOperation");
    assert_eq!(site.ok("SetIpAddressType", kind("ipv4")), json!({"IpAddressType": "ipv4"}));
}

#[test]
fn a_listener_moves_to_another_port_and_group() {
    let site = Site::new();
    let balancer = site.balancer("web");
    let (blue, green) = (site.target_group("blue", "ip"), site.target_group("green", "ip"));
    let arn = site.listener(&balancer, 80, &blue);
    site.listener(&balancer, 81, &blue);
    let forward =
        json!([{"Type": "forward", "Order": 1, "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": green, "Weight": 1}]}}]);
    let changed = site.ok("ModifyListener", json!({"ListenerArn": arn, "Port": 8080, "DefaultActions": forward}));
    assert_eq!(
        (&changed["Listeners"][0]["Port"], &changed["Listeners"][0]["DefaultActions"][0]["TargetGroupArn"]),
        (&json!(8080), &json!(green))
    );
    assert_eq!(site.refusal("ModifyListener", json!({"ListenerArn": arn, "Port": 81})), "DuplicateListener");
    assert_eq!(site.refusal("ModifyListener", json!({"ListenerArn": arn, "Protocol": "TLS"})), "ValidationError");

    let idle = |seconds: &str| json!({"ListenerArn": arn, "Attributes": [{"Key": "tcp.idle_timeout.seconds", "Value": seconds}]});
    let shown = || site.ok("DescribeListenerAttributes", json!({"ListenerArn": arn}))["Attributes"].clone();
    assert_eq!(shown(), json!([{"Key": "tcp.idle_timeout.seconds", "Value": "350"}]));
    for wrong in ["59", "6001", "soon"] {
        assert_eq!(site.refusal("ModifyListenerAttributes", idle(wrong)), "ValidationError", "{wrong}");
    }
    site.ok("ModifyListenerAttributes", idle("6000"));
    assert_eq!(shown(), json!([{"Key": "tcp.idle_timeout.seconds", "Value": "6000"}]));
    let proxied = |on: &str| json!({"TargetGroupArn": green, "Attributes": [{"Key": "proxy_protocol_v2.enabled", "Value": on}]});
    site.ok("ModifyTargetGroupAttributes", proxied("true"));
    assert_eq!(shown(), json!([{"Key": "tcp.idle_timeout.seconds", "Value": "6000"}]));
}
