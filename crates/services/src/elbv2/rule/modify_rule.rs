//! ModifyRule: a default rule is changed with its listener.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code, reason = "the members are known, and the whole is refused")]
pub struct Input {
    rule_arn: String,
    conditions: Option<Value>,
    actions: Option<Value>,
}

/// Never answered.
#[derive(Serialize)]
pub struct Output {}

/// Refuses.
pub fn modify_rule(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    Err(super::refuse(cx, &input.rule_arn, "modified; modify its listener"))
}
