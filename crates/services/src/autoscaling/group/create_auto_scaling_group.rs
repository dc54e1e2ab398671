//! CreateAutoScalingGroup: how many instances of what are wanted where. The reconciler launches them.

use std::collections::BTreeMap;

use resource::{ScalingGroup, TargetAttachment, random_uuid, sentence};
use serde::Deserialize;

use super::super::hook::Specification as HookSpecification;
use super::super::refusal::{unsupported, validation};
use super::super::source::{self, Policy};
use super::super::tag::{self, TagMember};
use super::super::target::{self, Source};
use super::super::{Done, hook};
use super::settings::{self, Distribution, MaintenancePolicy};
use super::{check_sizes, place};
use crate::ec2::launch_template::TemplateReference;
use crate::iam::{AUTO_SCALING, service_linked_role};
use crate::quotas::{self, known::SCALING_GROUPS};
use crate::{Error, Write};

const DEFAULT_COOLDOWN: i64 = 300;

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    launch_template: Option<TemplateReference>,
    mixed_instances_policy: Option<Policy>,
    instance_id: Option<String>,
    min_size: i64,
    max_size: i64,
    desired_capacity: Option<i64>,
    default_cooldown: Option<i64>,
    availability_zones: Vec<String>,
    load_balancer_names: Vec<String>,
    #[serde(rename = "TargetGroupARNs")]
    target_group_arns: Vec<String>,
    traffic_sources: Vec<Source>,
    health_check_type: Option<String>,
    health_check_grace_period: Option<i64>,
    #[serde(rename = "VPCZoneIdentifier")]
    vpc_zone_identifier: Option<String>,
    termination_policies: Vec<String>,
    new_instances_protected_from_scale_in: bool,
    capacity_rebalance: bool,
    lifecycle_hook_specification_list: Vec<HookSpecification>,
    deletion_protection: Option<String>,
    tags: Vec<TagMember>,
    #[serde(rename = "ServiceLinkedRoleARN")]
    service_linked_role_arn: Option<String>,
    max_instance_lifetime: Option<i64>,
    context: Option<String>,
    desired_capacity_type: Option<String>,
    default_instance_warmup: Option<i64>,
    instance_maintenance_policy: Option<MaintenancePolicy>,
    availability_zone_distribution: Option<Distribution>,
}

/// Creates a group.
pub fn create_auto_scaling_group(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let (owner, now) = (cx.owner().clone(), cx.now);
    check_name(&input.auto_scaling_group_name)?;
    if cx.txn.find::<ScalingGroup>(&ScalingGroup::key_of(&owner, &input.auto_scaling_group_name)).is_some() {
        let message = "AutoScalingGroup by this name already exists - A group with the name";
        return Err(Error::new("AlreadyExists", format!("{message} {} already exists", input.auto_scaling_group_name)));
    }
    let most = quotas::most(cx.txn, &owner, &SCALING_GROUPS);
    if cx.txn.owned::<ScalingGroup>(&owner).count() >= most {
        return Err(Error::new("LimitExceeded", format!("You have reached your limit of {most} Auto Scaling groups.")));
    }
    refuse_others(&input)?;
    let mut group = read(cx, &input)?;
    group.role = role(cx, input.service_linked_role_arn.as_deref())?;
    for specification in input.lifecycle_hook_specification_list {
        group.hooks.push(hook::read(specification)?);
    }
    let what = "a user request created an AutoScalingGroup changing the desired capacity from 0 to";
    group.wish = (group.desired > 0).then(|| sentence(now, &format!("{what} {}", group.desired)));
    cx.txn.put(group);
    Ok(Done {})
}

fn check_name(name: &str) -> Result<(), Error> {
    match name.is_empty() || name.contains(':') {
        true => Err(validation("Group name must not be empty and must not contain colons")),
        false => Ok(()),
    }
}

fn refuse_others(input: &Input) -> Result<(), Error> {
    settings::only_plain(input.capacity_rebalance, input.desired_capacity_type.as_deref())?;
    if input.instance_id.is_some() {
        return Err(unsupported("CreateAutoScalingGroup.InstanceId", "make a launch template of the instance"));
    }
    match input.load_balancer_names.is_empty() {
        true => Ok(()),
        false => Err(unsupported("Classic Load Balancers", "use target groups")),
    }
}

/// The role that the group acts as: that of the service in this account, which comes with the first group.
fn role(cx: &mut Write<'_>, asked: Option<&str>) -> Result<String, Error> {
    let (owner, now) = (cx.owner().clone(), cx.now);
    let own = service_linked_role(cx.txn, &owner, &AUTO_SCALING, now);
    match asked.filter(|arn| *arn != own) {
        Some(_) => Err(unsupported("other service-linked roles", &format!("use {own}, or leave ServiceLinkedRoleARN out"))),
        None => Ok(own),
    }
}

fn read(cx: &Write<'_>, input: &Input) -> Result<ScalingGroup, Error> {
    let read = cx.read();
    let source = source::read(&read, input.launch_template.as_ref(), input.mixed_instances_policy.as_ref())?;
    let place = place::read(&read, input.vpc_zone_identifier.as_deref(), &input.availability_zones)?;
    let place = place.ok_or_else(|| validation("At least one Availability Zone or VPC Subnet is required."))?;
    let (min, max) = (settings::count("MinSize", input.min_size)?, settings::count("MaxSize", input.max_size)?);
    let desired = settings::count("DesiredCapacity", input.desired_capacity.unwrap_or(input.min_size))?;
    check_sizes(min, max, desired)?;
    let targets = target::named(&read, &input.target_group_arns, &input.traffic_sources)?;
    Ok(ScalingGroup {
        name: input.auto_scaling_group_name.clone(),
        owner: cx.owner().clone(),
        uuid: random_uuid(),
        source: source.ok_or_else(|| validation(source::ONE))?,
        min,
        max,
        desired,
        subnets: place.subnets,
        zones: place.zones,
        targets: targets.into_iter().map(|arn| TargetAttachment { arn, original: true, removing: false }).collect(),
        cooldown: settings::count("DefaultCooldown", input.default_cooldown.unwrap_or(DEFAULT_COOLDOWN))?,
        elb_health: input.health_check_type.as_deref().map_or(Ok(false), settings::elb_health)?,
        grace: settings::count("HealthCheckGracePeriod", input.health_check_grace_period.unwrap_or(0))?,
        termination: settings::termination(&input.termination_policies)?,
        protect_new: input.new_instances_protected_from_scale_in,
        max_lifetime: input.max_instance_lifetime.map_or(Ok(None), settings::lifetime)?,
        warmup: warmup(input.default_instance_warmup)?,
        maintenance: input.instance_maintenance_policy.as_ref().map_or(Ok(None), MaintenancePolicy::read)?,
        balanced_only: input.availability_zone_distribution.as_ref().is_some_and(Distribution::balanced_only),
        protection: input.deletion_protection.as_deref().map_or(Ok(resource::DeletionProtection::None), settings::protection)?,
        context: input.context.clone(),
        role: String::new(),
        suspended: BTreeMap::new(),
        metrics: Vec::new(),
        tags: tag::new(&input.auto_scaling_group_name, &input.tags)?,
        hooks: Vec::new(),
        policies: Vec::new(),
        schedules: Vec::new(),
        refreshes: Vec::new(),
        members: Vec::new(),
        scaled: None,
        wish: None,
        deleting: false,
        created: cx.now,
    })
}

/// `DefaultInstanceWarmup`: -1 is as if it had not been said.
///
/// # Errors
/// `ValidationError`.
pub fn warmup(seconds: Option<i64>) -> Result<Option<u32>, Error> {
    seconds.filter(|seconds| *seconds != -1).map(|seconds| settings::count("DefaultInstanceWarmup", seconds)).transpose()
}
