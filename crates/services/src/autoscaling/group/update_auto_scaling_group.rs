//! UpdateAutoScalingGroup: other settings. Running instances stay as they are.

use resource::{ScalingGroup, sentence};
use serde::Deserialize;

use super::super::source::{self, Policy};
use super::super::{Done, find, refusal};
use super::create_auto_scaling_group::warmup;
use super::settings::{self, Distribution, MaintenancePolicy};
use super::{check_sizes, place};
use crate::ec2::launch_template::TemplateReference;
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    launch_template: Option<TemplateReference>,
    mixed_instances_policy: Option<Policy>,
    min_size: Option<i64>,
    max_size: Option<i64>,
    desired_capacity: Option<i64>,
    default_cooldown: Option<i64>,
    availability_zones: Vec<String>,
    health_check_type: Option<String>,
    health_check_grace_period: Option<i64>,
    #[serde(rename = "VPCZoneIdentifier")]
    vpc_zone_identifier: Option<String>,
    termination_policies: Option<Vec<String>>,
    new_instances_protected_from_scale_in: Option<bool>,
    #[serde(rename = "ServiceLinkedRoleARN")]
    service_linked_role_arn: Option<String>,
    max_instance_lifetime: Option<i64>,
    capacity_rebalance: bool,
    context: Option<String>,
    desired_capacity_type: Option<String>,
    default_instance_warmup: Option<i64>,
    instance_maintenance_policy: Option<MaintenancePolicy>,
    availability_zone_distribution: Option<Distribution>,
    deletion_protection: Option<String>,
}

/// Updates a group.
pub fn update_auto_scaling_group(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    settings::only_plain(input.capacity_rebalance, input.desired_capacity_type.as_deref())?;
    if input.service_linked_role_arn.as_ref().is_some_and(|arn| *arn != group.role) {
        return Err(refusal::unsupported("other service-linked roles", "leave ServiceLinkedRoleARN out"));
    }
    resize(cx, &mut group, &input)?;
    launch_and_place(cx, &mut group, &input)?;
    settle(&mut group, &input)?;
    cx.txn.put(group);
    Ok(Done {})
}

/// New bounds; a desired capacity outside of them follows, unless it is said itself.
fn resize(cx: &Write<'_>, group: &mut ScalingGroup, input: &Input) -> Result<(), Error> {
    let min = input.min_size.map_or(Ok(group.min), |min| settings::count("MinSize", min))?;
    let max = input.max_size.map_or(Ok(group.max), |max| settings::count("MaxSize", max))?;
    let desired = match input.desired_capacity {
        Some(desired) => settings::count("DesiredCapacity", desired)?,
        None => group.desired.min(max).max(min),
    };
    check_sizes(min, max, desired)?;
    if desired != group.desired {
        let what = format!(
            "a user request update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {desired} \
             changing the desired capacity from {} to {desired}",
            group.desired
        );
        group.wish = Some(sentence(cx.now, &what));
    }
    (group.min, group.max, group.desired) = (min, max, desired);
    Ok(())
}

fn launch_and_place(cx: &Write<'_>, group: &mut ScalingGroup, input: &Input) -> Result<(), Error> {
    let read = cx.read();
    if let Some(source) = source::read(&read, input.launch_template.as_ref(), input.mixed_instances_policy.as_ref())? {
        group.source = source;
    }
    if let Some(place) = place::read(&read, input.vpc_zone_identifier.as_deref(), &input.availability_zones)? {
        (group.subnets, group.zones) = (place.subnets, place.zones);
    }
    Ok(())
}

fn settle(group: &mut ScalingGroup, input: &Input) -> Result<(), Error> {
    if let Some(cooldown) = input.default_cooldown {
        group.cooldown = settings::count("DefaultCooldown", cooldown)?;
    }
    if let Some(kind) = &input.health_check_type {
        group.elb_health = settings::elb_health(kind)?;
    }
    if let Some(grace) = input.health_check_grace_period {
        group.grace = settings::count("HealthCheckGracePeriod", grace)?;
    }
    if let Some(policies) = &input.termination_policies {
        group.termination = settings::termination(policies)?;
    }
    if let Some(lifetime) = input.max_instance_lifetime {
        group.max_lifetime = settings::lifetime(lifetime)?;
    }
    if input.default_instance_warmup.is_some() {
        group.warmup = warmup(input.default_instance_warmup)?;
    }
    if let Some(policy) = &input.instance_maintenance_policy {
        group.maintenance = policy.read()?;
    }
    if let Some(protection) = &input.deletion_protection {
        group.protection = settings::protection(protection)?;
    }
    if let Some(distribution) = &input.availability_zone_distribution {
        group.balanced_only = distribution.balanced_only();
    }
    group.protect_new = input.new_instances_protected_from_scale_in.unwrap_or(group.protect_new);
    group.context = input.context.clone().or_else(|| group.context.take());
    Ok(())
}
