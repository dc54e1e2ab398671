//! A target group as answers show it.

use std::collections::BTreeSet;

use resource::TargetGroup;
use serde::Serialize;
use store::Snapshot;

use super::super::find;
use super::health_check::{Matcher, port_text};

/// A target group.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetGroupView {
    target_group_arn: String,
    target_group_name: String,
    protocol: String,
    port: u16,
    vpc_id: String,
    health_check_protocol: String,
    health_check_port: String,
    health_check_enabled: bool,
    health_check_interval_seconds: u32,
    health_check_timeout_seconds: u32,
    healthy_threshold_count: u32,
    unhealthy_threshold_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matcher: Option<Matcher>,
    load_balancer_arns: BTreeSet<String>,
    target_type: &'static str,
    ip_address_type: &'static str,
}

/// The answer of operations that show groups.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetGroups {
    /// The groups.
    pub target_groups: Vec<TargetGroupView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
}

/// Shows a group.
pub fn target_group(world: &Snapshot, group: &TargetGroup) -> TargetGroupView {
    let check = &group.health_check;
    TargetGroupView {
        target_group_arn: group.arn.clone(),
        target_group_name: group.name.clone(),
        protocol: group.protocol.clone(),
        port: group.port,
        vpc_id: group.vpc.to_string(),
        health_check_protocol: check.protocol.clone(),
        health_check_port: port_text(check),
        health_check_enabled: true,
        health_check_interval_seconds: check.interval,
        health_check_timeout_seconds: check.timeout,
        healthy_threshold_count: check.healthy_threshold,
        unhealthy_threshold_count: check.unhealthy_threshold,
        health_check_path: check.path.clone(),
        matcher: check.matcher.clone().map(|codes| Matcher { http_code: Some(codes) }),
        load_balancer_arns: find::listeners_to(world, &group.arn).map(|listener| listener.balancer.clone()).collect(),
        target_type: group.target_type.as_str(),
        ip_address_type: "ipv4",
    }
}
