//! `DeleteAccessKey`.

use resource::AccessKey;
use serde::Deserialize;

use super::key;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    user_name: Option<String>,
    access_key_id: String,
}

/// Deletes a key: what it signs is refused from now on.
pub fn delete_access_key(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let key = key(cx.txn, cx.caller, input.user_name.as_deref(), &input.access_key_id)?;
    cx.txn.remove::<AccessKey>(&key.id);
    Ok(())
}
