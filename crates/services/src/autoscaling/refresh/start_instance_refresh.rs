//! StartInstanceRefresh: what instances there are shall be replaced.

use resource::{InstanceRefresh, RefreshStatus, Reserved, random_uuid};
use serde::{Deserialize, Serialize};

use super::super::find;
use super::super::refusal::{unsupported, validation};
use super::super::source::{self, Policy};
use crate::ec2::launch_template::TemplateReference;
use crate::{Error, Write};

const DEFAULT_MIN_HEALTHY: u32 = 90;
const DEFAULT_MAX_HEALTHY: u32 = 100;
/// How many are kept.
const KEPT: usize = 20;

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    strategy: Option<String>,
    desired_configuration: Option<Configuration>,
    preferences: Preferences,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Configuration {
    launch_template: Option<TemplateReference>,
    mixed_instances_policy: Option<Policy>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Preferences {
    min_healthy_percentage: Option<u32>,
    max_healthy_percentage: Option<u32>,
    instance_warmup: Option<u32>,
    skip_matching: bool,
    auto_rollback: bool,
    scale_in_protected_instances: Option<String>,
    standby_instances: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_refresh_id: String,
}

/// Starts a refresh.
pub fn start_instance_refresh(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    if let Some(known) = group.refresh() {
        let message =
            format!("An Instance Refresh is already in progress and blocks the execution of this Instance Refresh: {}", known.id);
        return Err(Error::new("InstanceRefreshInProgress", message));
    }
    if let Some(other) = input.strategy.as_deref().filter(|strategy| *strategy != "Rolling") {
        return Err(unsupported(&format!("Strategy={other}"), "use Rolling"));
    }
    if input.preferences.auto_rollback {
        return Err(unsupported("AutoRollback", "call RollbackInstanceRefresh"));
    }
    let configuration = input.desired_configuration.as_ref();
    let desired = configuration.map_or(Ok(None), |wanted| {
        source::read(&cx.read(), wanted.launch_template.as_ref(), wanted.mixed_instances_policy.as_ref())
    })?;
    let (min_healthy, max_healthy) = percentages(&input.preferences, group.maintenance)?;
    let id = random_uuid();
    group.refreshes.insert(
        0,
        InstanceRefresh {
            id: id.clone(),
            status: RefreshStatus::Pending,
            reason: None,
            desired,
            previous: group.source.clone(),
            min_healthy,
            max_healthy,
            warmup: input.preferences.instance_warmup,
            skip_matching: input.preferences.skip_matching,
            protected: reserved(input.preferences.scale_in_protected_instances.as_deref(), "Refresh")?,
            standby: reserved(input.preferences.standby_instances.as_deref(), "Terminate")?,
            total: 0,
            left: 0,
            started: cx.now,
            ended: None,
        },
    );
    group.refreshes.truncate(KEPT);
    cx.txn.put(group);
    Ok(Output { instance_refresh_id: id })
}

fn percentages(wanted: &Preferences, policy: Option<resource::Maintenance>) -> Result<(u32, u32), Error> {
    let min = wanted.min_healthy_percentage.or(policy.map(|p| p.min_healthy)).unwrap_or(DEFAULT_MIN_HEALTHY);
    let max = wanted.max_healthy_percentage.or(policy.map(|p| p.max_healthy)).unwrap_or(DEFAULT_MAX_HEALTHY);
    if wanted.max_healthy_percentage.is_some() && wanted.min_healthy_percentage.is_none() {
        return Err(validation("MinHealthyPercentage must be specified when MaxHealthyPercentage is."));
    }
    match max.checked_sub(min).is_some_and(|range| range <= 100) {
        true => Ok((min, max)),
        false => Err(validation("The difference between MinHealthyPercentage and MaxHealthyPercentage must be at most 100.")),
    }
}

fn reserved(text: Option<&str>, replace: &str) -> Result<Reserved, Error> {
    match text {
        None | Some("Ignore") => Ok(Reserved::Ignore),
        Some("Wait") => Ok(Reserved::Wait),
        Some(word) if word == replace => Ok(Reserved::Replace),
        Some(other) => Err(validation(format!("Invalid value '{other}': use {replace}, Ignore or Wait"))),
    }
}
