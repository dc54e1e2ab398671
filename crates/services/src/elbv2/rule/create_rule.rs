//! CreateRule: refused for the listeners that there are, which have no rules but their own action.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::{find, refusal};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code, reason = "the members are known, and the whole is refused")]
pub struct Input {
    listener_arn: String,
    conditions: Option<Value>,
    priority: Option<Value>,
    actions: Option<Value>,
    tags: Option<Value>,
}

/// Never answered.
#[derive(Serialize)]
pub struct Output {}

/// Refuses.
pub fn create_rule(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let listener = find::listener(cx.txn, cx.owner(), &input.listener_arn)?;
    Err(refusal::configuration(format!("Listener '{}' of a Network Load Balancer cannot have rules", listener.arn)))
}
