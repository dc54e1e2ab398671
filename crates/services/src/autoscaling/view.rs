//! Groups, their instances and activities as answers show them.

use resource::{ActivityStatus, Member, ScalingActivity, ScalingGroup, Timestamp, zone_id};
use serde::Serialize;
use serde_json::Value;

use super::refresh::view::MaintenanceView;
use super::source;
use super::tag::TagView;
use super::target::{SourceView, attached};
use crate::ec2::launch_template::TemplateReference;

/// A group.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupView {
    auto_scaling_group_name: String,
    #[serde(rename = "AutoScalingGroupARN")]
    arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_template: Option<TemplateReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mixed_instances_policy: Option<Value>,
    min_size: u32,
    max_size: u32,
    desired_capacity: u32,
    default_cooldown: u32,
    availability_zones: Vec<String>,
    load_balancer_names: [String; 0],
    #[serde(rename = "TargetGroupARNs")]
    target_group_arns: Vec<String>,
    health_check_type: &'static str,
    health_check_grace_period: u32,
    instances: Vec<InstanceView>,
    created_time: Timestamp,
    suspended_processes: Vec<SuspendedView>,
    #[serde(rename = "VPCZoneIdentifier")]
    vpc_zone_identifier: String,
    enabled_metrics: Vec<MetricView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    tags: Vec<TagView>,
    termination_policies: Vec<&'static str>,
    new_instances_protected_from_scale_in: bool,
    #[serde(rename = "ServiceLinkedRoleARN")]
    service_linked_role_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_instance_lifetime: Option<u64>,
    capacity_rebalance: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_instance_warmup: Option<u32>,
    traffic_sources: Vec<SourceView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_maintenance_policy: Option<MaintenanceView>,
    deletion_protection: &'static str,
    availability_zone_distribution: DistributionView,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SuspendedView {
    process_name: &'static str,
    suspension_reason: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetricView {
    metric: String,
    granularity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DistributionView {
    capacity_distribution_strategy: &'static str,
}

/// An instance of a group.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceView {
    instance_id: String,
    /// Only where the group is not the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_scaling_group_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_type: Option<String>,
    availability_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zone_id: Option<String>,
    lifecycle_state: &'static str,
    health_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_template: Option<TemplateReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_id: Option<String>,
    protected_from_scale_in: bool,
}

/// An activity.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ActivityView {
    activity_id: String,
    auto_scaling_group_name: String,
    description: String,
    cause: String,
    start_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<Timestamp>,
    status_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<String>,
    progress: u32,
    details: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_scaling_group_state: Option<&'static str>,
    #[serde(rename = "AutoScalingGroupARN")]
    arn: String,
}

/// Shows a group, with its instances if they are asked for.
pub fn group(group: &ScalingGroup, instances: bool) -> GroupView {
    let (launch_template, mixed_instances_policy) = source::view(&group.source);
    let members = group.members.iter().filter(|_| instances).filter_map(|member| instance(group, member));
    GroupView {
        auto_scaling_group_name: group.name.clone(),
        arn: group.arn(),
        launch_template,
        mixed_instances_policy,
        min_size: group.min,
        max_size: group.max,
        desired_capacity: group.desired,
        default_cooldown: group.cooldown,
        availability_zones: group.zones.clone(),
        load_balancer_names: [],
        target_group_arns: attached(group).map(|target| target.arn.clone()).collect(),
        health_check_type: if group.elb_health { "ELB" } else { "EC2" },
        health_check_grace_period: group.grace,
        instances: members.collect(),
        created_time: group.created,
        suspended_processes: suspended(group),
        vpc_zone_identifier: group.subnets.iter().map(|subnet| subnet.as_str()).collect::<Vec<_>>().join(","),
        enabled_metrics: group.metrics.iter().map(|m| MetricView { metric: m.clone(), granularity: "1Minute" }).collect(),
        status: group.deleting.then_some("Delete in progress"),
        tags: super::tag::views(group),
        termination_policies: group.termination.iter().map(|policy| policy.as_str()).collect(),
        new_instances_protected_from_scale_in: group.protect_new,
        service_linked_role_arn: group.role.clone(),
        max_instance_lifetime: group.max_lifetime,
        capacity_rebalance: false,
        context: group.context.clone(),
        default_instance_warmup: group.warmup,
        traffic_sources: attached(group).map(SourceView::of).collect(),
        instance_maintenance_policy: group.maintenance.map(MaintenanceView::of),
        deletion_protection: group.protection.as_str(),
        availability_zone_distribution: DistributionView {
            capacity_distribution_strategy: if group.balanced_only { "balanced-only" } else { "balanced-best-effort" },
        },
    }
}

fn suspended(group: &ScalingGroup) -> Vec<SuspendedView> {
    let view = |(process, since): (&resource::Process, &Timestamp)| {
        let reason = resource::sentence(*since, "").trim_end_matches([' ', '.']).replace("At ", "User suspended at ");
        SuspendedView { process_name: process.as_str(), suspension_reason: reason }
    };
    group.suspended.iter().map(view).collect()
}

/// Shows an instance of a group; one that has no id yet is not shown.
pub fn instance(group: &ScalingGroup, member: &Member) -> Option<InstanceView> {
    let version = member.version.as_ref().map(|version| TemplateReference {
        launch_template_id: Some(version.template.to_string()),
        launch_template_name: Some(version.name.clone()),
        version: Some(version.number.to_string()),
    });
    Some(InstanceView {
        instance_id: member.instance.as_ref()?.to_string(),
        auto_scaling_group_name: None,
        instance_type: member.instance_type.clone(),
        availability_zone: member.zone.clone(),
        availability_zone_id: zone_id(&group.owner.region, &member.zone),
        lifecycle_state: member.state.as_str(),
        health_status: if member.healthy { "Healthy" } else { "Unhealthy" },
        launch_template: version,
        image_id: member.image.clone(),
        protected_from_scale_in: member.protected,
    })
}

/// The same where the group is not the context; there health is written in capitals.
pub fn instance_of(group: &ScalingGroup, member: &Member) -> Option<InstanceView> {
    let health_status = if member.healthy { "HEALTHY" } else { "UNHEALTHY" };
    let auto_scaling_group_name = Some(group.name.clone());
    instance(group, member).map(|view| InstanceView { auto_scaling_group_name, health_status, ..view })
}

/// Shows an activity.
pub fn activity(activity: &ScalingActivity, group_is_there: bool) -> ActivityView {
    ActivityView {
        activity_id: activity.id.clone(),
        auto_scaling_group_name: activity.group.clone(),
        description: activity.description.clone(),
        cause: activity.cause.clone(),
        start_time: activity.started,
        end_time: activity.ended,
        status_code: activity.status.as_str(),
        status_message: activity.message.clone(),
        progress: ActivityStatus::progress(activity.status),
        details: activity.details.clone(),
        auto_scaling_group_state: (!group_is_there).then_some("Deleted"),
        arn: activity.group_arn.clone(),
    }
}
