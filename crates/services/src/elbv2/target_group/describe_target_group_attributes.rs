//! DescribeTargetGroupAttributes: all attributes of a group, set or default.

use serde::{Deserialize, Serialize};

use super::super::{attribute, find};
use super::attributes;
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<attribute::Setting>,
}

/// Describes the attributes of a group.
pub fn describe_target_group_attributes(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let group = find::target_group(cx.world, cx.owner(), &input.target_group_arn)?;
    Ok(Output { attributes: attribute::view(&attributes::of(&group), &group.attributes) })
}
