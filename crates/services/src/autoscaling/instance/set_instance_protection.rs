//! SetInstanceProtection: scaling in leaves an instance, or no longer does.

use serde::Deserialize;

use super::super::{Done, find};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_ids: Vec<String>,
    auto_scaling_group_name: String,
    protected_from_scale_in: bool,
}

/// Protects instances, or does no longer.
pub fn set_instance_protection(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    for id in &input.instance_ids {
        find::member(&mut group, id)?.protected = input.protected_from_scale_in;
    }
    cx.txn.put(group);
    Ok(Done {})
}
