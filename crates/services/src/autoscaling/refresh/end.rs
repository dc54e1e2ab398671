//! CancelInstanceRefresh and RollbackInstanceRefresh: a refresh ends before it is done, or goes back.

use resource::{RefreshStatus, ScalingGroup};
use serde::{Deserialize, Serialize};

use super::super::find;
use crate::{Error, Write};

/// What is asked of CancelInstanceRefresh.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Cancel {
    auto_scaling_group_name: String,
    wait_for_transitioning_instances: Option<bool>,
}

/// What is asked of RollbackInstanceRefresh.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Rollback {
    auto_scaling_group_name: String,
}

/// The answer of both.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_refresh_id: String,
}

/// Cancels a refresh: what has been replaced stays so.
pub fn cancel_instance_refresh(cx: &mut Write<'_>, input: Cancel) -> Result<Output, Error> {
    let mut group = active(cx, &input.auto_scaling_group_name)?;
    let refresh = &mut group.refreshes[0];
    refresh.status = RefreshStatus::Cancelling;
    refresh.reason = Some("Cancelled due to user request.".into());
    if input.wait_for_transitioning_instances == Some(false) {
        refresh.status = RefreshStatus::Cancelled;
        refresh.ended = Some(cx.now);
    }
    let instance_refresh_id = refresh.id.clone();
    cx.txn.put(group);
    Ok(Output { instance_refresh_id })
}

/// Rolls a refresh back to what the group was launched from before.
pub fn rollback_instance_refresh(cx: &mut Write<'_>, input: Rollback) -> Result<Output, Error> {
    let mut group = active(cx, &input.auto_scaling_group_name)?;
    let refresh = &mut group.refreshes[0];
    let numbered = refresh.previous.version().parse::<u64>().is_ok();
    if refresh.desired.is_none() || !numbered {
        let message = "A rollback needs a desired configuration, and a group whose launch template has a numbered version.";
        return Err(Error::new("IrreversibleInstanceRefresh", message));
    }
    refresh.status = RefreshStatus::RollbackInProgress;
    refresh.reason = Some("Rolled back due to user request.".into());
    refresh.desired = Some(refresh.previous.clone());
    let instance_refresh_id = refresh.id.clone();
    cx.txn.put(group);
    Ok(Output { instance_refresh_id })
}

fn active(cx: &Write<'_>, name: &str) -> Result<ScalingGroup, Error> {
    let group = find::to_change(cx, name)?;
    let going = group.refresh().is_some_and(|refresh| refresh.status != RefreshStatus::Cancelling);
    match going {
        true => Ok(group),
        false => Err(Error::new(
            "ActiveInstanceRefreshNotFound",
            format!("No in progress or pending Instance Refresh found for Auto Scaling group {name}"),
        )),
    }
}
