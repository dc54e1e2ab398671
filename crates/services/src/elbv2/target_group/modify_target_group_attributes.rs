//! ModifyTargetGroupAttributes: sets attributes of a group, all or none.

use resource::TargetGroup;
use serde::{Deserialize, Serialize};

use super::super::{attribute, find};
use super::attributes;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
    attributes: Vec<attribute::Setting>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<attribute::Setting>,
}

/// Sets attributes; returns all of them.
pub fn modify_target_group_attributes(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut group = TargetGroup::clone(&*find::target_group(cx.txn, cx.owner(), &input.target_group_arn)?);
    let known = attributes::of(&group);
    attribute::change(&known, &mut group.attributes, &input.attributes)?;
    attributes::check(&group)?;
    let shown = attribute::view(&known, &group.attributes);
    cx.txn.put(group);
    Ok(Output { attributes: shown })
}
