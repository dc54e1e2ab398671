//! SetRulePriorities: a default rule is the last, whatever its number.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::refusal::validation;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    rule_priorities: Vec<Wish>,
}

/// A rule and its new number.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[allow(dead_code, reason = "the members are known, and the whole is refused")]
struct Wish {
    rule_arn: String,
    priority: Option<Value>,
}

/// Never answered.
#[derive(Serialize)]
pub struct Output {}

/// Refuses.
pub fn set_rule_priorities(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let first = input.rule_priorities.first().ok_or_else(|| validation("At least one rule priority must be specified"))?;
    Err(super::refuse(cx, &first.rule_arn, "given a priority"))
}
