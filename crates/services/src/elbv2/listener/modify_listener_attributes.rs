//! ModifyListenerAttributes: sets attributes of a listener, all or none.

use resource::Listener;
use serde::{Deserialize, Serialize};

use super::super::{attribute, find};
use super::attributes;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    attributes: Vec<attribute::Setting>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<attribute::Setting>,
}

/// Sets attributes; returns all of them.
pub fn modify_listener_attributes(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut listener = Listener::clone(&*find::listener(cx.txn, cx.owner(), &input.listener_arn)?);
    let known = attributes::of(&listener);
    attribute::change(known, &mut listener.attributes, &input.attributes)?;
    let shown = attribute::view(known, &listener.attributes);
    cx.txn.put(listener);
    Ok(Output { attributes: shown })
}
