//! DescribeListenerAttributes: all attributes of a listener.

use serde::{Deserialize, Serialize};

use super::super::{attribute, find};
use super::attributes;
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<attribute::Setting>,
}

/// Describes the attributes of a listener.
pub fn describe_listener_attributes(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let listener = find::listener(cx.world, cx.owner(), &input.listener_arn)?;
    Ok(Output { attributes: attribute::view(attributes::of(&listener), &listener.attributes) })
}
