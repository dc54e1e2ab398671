//! `UpdateAccessKey`.

use resource::AccessKey;
use serde::Deserialize;

use super::key;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    user_name: Option<String>,
    access_key_id: String,
    status: String,
}

/// Switches a key on or off.
pub fn update_access_key(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let active = match input.status.as_str() {
        "Active" => true,
        "Inactive" => false,
        other => return Err(Error::new("ValidationError", format!("The status {other} cannot be set."))),
    };
    let key = key(cx.txn, cx.caller, input.user_name.as_deref(), &input.access_key_id)?;
    cx.txn.update::<AccessKey>(&key.id, |key| key.active = active);
    Ok(())
}
