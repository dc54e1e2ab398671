//! Refreshes as answers show them.

use resource::{InstanceRefresh, Maintenance, Reserved, ScalingGroup, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::super::source;
use crate::ec2::launch_template::TemplateReference;

/// AWS's `InstanceMaintenancePolicy`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MaintenanceView {
    min_healthy_percentage: u32,
    max_healthy_percentage: u32,
}

impl MaintenanceView {
    /// Shows percentages.
    pub fn of(maintenance: Maintenance) -> Self {
        Self { min_healthy_percentage: maintenance.min_healthy, max_healthy_percentage: maintenance.max_healthy }
    }
}

/// A refresh.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RefreshView {
    instance_refresh_id: String,
    auto_scaling_group_name: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<String>,
    start_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<Timestamp>,
    percentage_complete: u32,
    instances_to_update: u32,
    preferences: PreferencesView,
    #[serde(skip_serializing_if = "Option::is_none")]
    desired_configuration: Option<ConfigurationView>,
    strategy: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PreferencesView {
    min_healthy_percentage: u32,
    max_healthy_percentage: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_warmup: Option<u32>,
    skip_matching: bool,
    auto_rollback: bool,
    scale_in_protected_instances: &'static str,
    standby_instances: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigurationView {
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_template: Option<TemplateReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mixed_instances_policy: Option<Value>,
}

/// Shows a refresh.
pub fn refresh(group: &ScalingGroup, refresh: &InstanceRefresh) -> RefreshView {
    let configuration = refresh.desired.as_ref().map(|desired| {
        let (launch_template, mixed_instances_policy) = source::view(desired);
        ConfigurationView { launch_template, mixed_instances_policy }
    });
    RefreshView {
        instance_refresh_id: refresh.id.clone(),
        auto_scaling_group_name: group.name.clone(),
        status: refresh.status.as_str(),
        status_reason: refresh.reason.clone(),
        start_time: refresh.started,
        end_time: refresh.ended,
        percentage_complete: refresh.percentage(),
        instances_to_update: refresh.left,
        preferences: PreferencesView {
            min_healthy_percentage: refresh.min_healthy,
            max_healthy_percentage: refresh.max_healthy,
            instance_warmup: refresh.warmup,
            skip_matching: refresh.skip_matching,
            auto_rollback: false,
            scale_in_protected_instances: reserved(refresh.protected, "Refresh"),
            standby_instances: reserved(refresh.standby, "Terminate"),
        },
        desired_configuration: configuration,
        strategy: "Rolling",
    }
}

fn reserved(how: Reserved, replace: &'static str) -> &'static str {
    match how {
        Reserved::Replace => replace,
        Reserved::Ignore => "Ignore",
        Reserved::Wait => "Wait",
    }
}
