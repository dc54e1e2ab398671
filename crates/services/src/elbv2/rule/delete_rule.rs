//! DeleteRule: a default rule goes with its listener.

use serde::{Deserialize, Serialize};

use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    rule_arn: String,
}

/// Never answered.
#[derive(Serialize)]
pub struct Output {}

/// Refuses.
pub fn delete_rule(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    Err(super::refuse(cx, &input.rule_arn, "deleted"))
}
