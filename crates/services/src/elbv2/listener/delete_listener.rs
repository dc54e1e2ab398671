//! DeleteListener: closes a port of a balancer.

use resource::Listener;
use serde::{Deserialize, Serialize};

use super::super::find;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Deletes a listener.
pub fn delete_listener(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let listener = find::listener(cx.txn, cx.owner(), &input.listener_arn)?;
    cx.txn.remove::<Listener>(&listener.arn);
    Ok(Output {})
}
