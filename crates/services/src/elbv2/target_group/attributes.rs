//! The attributes of a target group of a Network Load Balancer (Elastic Load Balancing API, "TargetGroupAttribute").

use resource::{DRAINING_INTERVAL, TargetGroup};

use super::super::attribute::{Attribute, Rule};
use super::super::refusal::configuration;
use crate::Error;

/// What `group` can be set to, with its defaults.
pub fn of(group: &TargetGroup) -> Vec<Attribute> {
    let attribute = |key, rule| Attribute { key, default: group.default_attribute(key).unwrap_or_default(), rule };
    let preserve = if group.takes_datagrams() { Rule::Immutable } else { Rule::Flag };
    vec![
        attribute("deregistration_delay.timeout_seconds", Rule::Number(0..=3600)),
        attribute("deregistration_delay.connection_termination.enabled", Rule::Flag),
        attribute("stickiness.enabled", Rule::Flag),
        attribute("stickiness.type", Rule::Choice(&["source_ip"])),
        attribute("preserve_client_ip.enabled", preserve),
        attribute("proxy_protocol_v2.enabled", if group.takes_datagrams() { Rule::Fixed } else { Rule::Flag }),
        attribute("load_balancing.cross_zone.enabled", Rule::Choice(&["true", "false", "use_load_balancer_configuration"])),
        attribute("target_group_health.dns_failover.minimum_healthy_targets.count", Rule::NumberOrOff(1..=1000)),
        attribute("target_group_health.dns_failover.minimum_healthy_targets.percentage", Rule::NumberOrOff(1..=100)),
        attribute("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", Rule::Number(1..=1000)),
        attribute("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", Rule::NumberOrOff(1..=100)),
        // Flows of datagrams to unhealthy targets go on, as on AWS.
        attribute(
            "target_health_state.unhealthy.connection_termination.enabled",
            if group.protocol == "UDP" { Rule::Fixed } else { Rule::Flag },
        ),
        attribute(DRAINING_INTERVAL, if group.takes_datagrams() { Rule::Fixed } else { Rule::Number(0..=360_000) }),
    ]
}

/// Refuses attributes that exclude each other.
///
/// # Errors
/// `InvalidConfigurationRequest` for an interval in which connections go on and that they end at once.
pub fn check(group: &TargetGroup) -> Result<(), Error> {
    match group.unhealthy_draining() > 0 && group.ends_unhealthy() {
        true => Err(configuration(format!(
            "{DRAINING_INTERVAL} can be set only while target_health_state.unhealthy.connection_termination.enabled is false"
        ))),
        false => Ok(()),
    }
}
