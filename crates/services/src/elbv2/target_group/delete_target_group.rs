//! DeleteTargetGroup: removes a group that no listener uses.

use resource::{Resource, TargetGroup, TargetHealth};
use serde::{Deserialize, Serialize};

use super::super::find;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Deletes a group; one that does not exist is deleted already.
pub fn delete_target_group(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let Ok(group) = find::target_group(cx.txn, cx.owner(), &input.target_group_arn) else { return Ok(Output {}) };
    let arn = &group.arn;
    if find::listeners_to(cx.txn, arn).next().is_some() {
        return Err(Error::new("ResourceInUse", format!("Target group '{arn}' is currently in use by a listener or a rule")));
    }
    let checked: Vec<String> = cx.txn.linked::<TargetHealth>(TargetGroup::KIND, arn).map(|health| health.key()).collect();
    checked.iter().for_each(|key| cx.txn.remove::<TargetHealth>(key));
    cx.txn.remove::<TargetGroup>(arn);
    Ok(Output {})
}
