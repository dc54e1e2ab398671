//! The attributes of a target group of a Network Load Balancer (Elastic Load Balancing API, "TargetGroupAttribute").

use resource::{TargetGroup, TargetType};

use super::super::attribute::{Attribute, Rule};

/// What `group` can be set to, with its defaults.
pub fn of(group: &TargetGroup) -> Vec<Attribute> {
    let attribute = |key, rule| Attribute { key, default: group.default_attribute(key).unwrap_or_default(), rule };
    let preserve = match (group.target_type, group.takes_datagrams()) {
        (TargetType::Ip, true) => Rule::Immutable,
        _ => Rule::Flag,
    };
    vec![
        attribute("deregistration_delay.timeout_seconds", Rule::Number(0..=3600)),
        attribute("deregistration_delay.connection_termination.enabled", Rule::Fixed),
        attribute("stickiness.enabled", Rule::Fixed),
        attribute("stickiness.type", Rule::Choice(&["source_ip"])),
        attribute("preserve_client_ip.enabled", preserve),
        attribute("proxy_protocol_v2.enabled", if group.takes_datagrams() { Rule::Fixed } else { Rule::Flag }),
        attribute("load_balancing.cross_zone.enabled", Rule::Fixed),
        attribute("target_group_health.dns_failover.minimum_healthy_targets.count", Rule::Fixed),
        attribute("target_group_health.dns_failover.minimum_healthy_targets.percentage", Rule::Fixed),
        attribute("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", Rule::Fixed),
        attribute("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", Rule::Fixed),
        attribute("target_health_state.unhealthy.connection_termination.enabled", Rule::Fixed),
        attribute("target_health_state.unhealthy.draining_interval_seconds", Rule::Fixed),
    ]
}
