//! `CreateAccessKey`.

use resource::{Bearer, Timestamp};
use serde::{Deserialize, Serialize};

use super::{holder, keys, owner, status};
use crate::iam::name::quota;
use crate::iam::secret;
use crate::{Error, Write};

const MOST_KEYS: usize = 2;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    user_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    access_key: KeyView,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyView {
    user_name: String,
    access_key_id: String,
    status: &'static str,
    secret_access_key: String,
    create_date: Timestamp,
}

/// Makes a key; its secret is shown this once.
pub fn create_access_key(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let holder = holder(cx.txn, cx.caller, input.user_name.as_deref())?;
    if keys(cx.txn, &holder).len() >= MOST_KEYS {
        return Err(quota("AccessKeysPerUser", MOST_KEYS));
    }
    let key = secret::access_key(&owner(cx.caller), Bearer::User(holder.arn), cx.now);
    cx.txn.put(key.clone());
    let access_key = KeyView {
        user_name: holder.name,
        status: status(&key),
        access_key_id: key.id,
        secret_access_key: key.secret,
        create_date: key.created,
    };
    Ok(Output { access_key })
}
