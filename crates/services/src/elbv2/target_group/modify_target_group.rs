//! ModifyTargetGroup: changes how targets are checked.

use resource::TargetGroup;
use serde::Deserialize;

use super::super::find;
use super::health_check::{Matcher, Wish};
use super::view::{self, TargetGroups};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    target_group_arn: String,
    health_check_protocol: Option<String>,
    health_check_port: Option<String>,
    health_check_path: Option<String>,
    health_check_enabled: Option<bool>,
    health_check_interval_seconds: Option<u32>,
    health_check_timeout_seconds: Option<u32>,
    healthy_threshold_count: Option<u32>,
    unhealthy_threshold_count: Option<u32>,
    matcher: Option<Matcher>,
}

/// Changes the health check; what the request does not name stays.
pub fn modify_target_group(cx: &mut Write<'_>, input: Input) -> Result<TargetGroups, Error> {
    let mut group = TargetGroup::clone(&*find::target_group(cx.txn, cx.owner(), &input.target_group_arn)?);
    let wish = Wish {
        protocol: input.health_check_protocol,
        port: input.health_check_port,
        path: input.health_check_path,
        enabled: input.health_check_enabled,
        interval: input.health_check_interval_seconds,
        timeout: input.health_check_timeout_seconds,
        healthy: input.healthy_threshold_count,
        unhealthy: input.unhealthy_threshold_count,
        matcher: input.matcher.and_then(|matcher| matcher.http_code),
    };
    group.health_check = wish.modify(&group.health_check)?;
    cx.txn.put(group.clone());
    Ok(TargetGroups { target_groups: vec![view::target_group(cx.txn, &group)], next_marker: None })
}
