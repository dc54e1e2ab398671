//! The attributes of a target group of a Network Load Balancer (Elastic Load Balancing API, "TargetGroupAttribute").

use resource::{TargetGroup, TargetType};

use super::super::attribute::{Attribute, Rule};

/// What `group` can be set to, with its defaults.
pub fn of(group: &TargetGroup) -> Vec<Attribute> {
    let preserve = if group.target_type == TargetType::Instance { "true" } else { "false" };
    let fixed = |key, default| Attribute { key, default, rule: Rule::Fixed };
    vec![
        Attribute { key: "deregistration_delay.timeout_seconds", default: "300", rule: Rule::Number(0..=3600) },
        fixed("deregistration_delay.connection_termination.enabled", "false"),
        fixed("stickiness.enabled", "false"),
        Attribute { key: "stickiness.type", default: "source_ip", rule: Rule::Choice(&["source_ip"]) },
        Attribute { key: "preserve_client_ip.enabled", default: preserve, rule: Rule::Flag },
        Attribute { key: "proxy_protocol_v2.enabled", default: "false", rule: Rule::Flag },
        fixed("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
        fixed("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
        fixed("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
        fixed("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
        fixed("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
        fixed("target_health_state.unhealthy.connection_termination.enabled", "true"),
        fixed("target_health_state.unhealthy.draining_interval_seconds", "0"),
    ]
}
