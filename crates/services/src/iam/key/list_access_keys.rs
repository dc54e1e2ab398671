//! `ListAccessKeys`.

use resource::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{holder, keys, status};
use crate::iam::list::{self, Paging};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    user_name: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    user_name: String,
    access_key_id: String,
    status: &'static str,
    create_date: Timestamp,
}

/// Lists a user's keys without their secrets.
pub fn list_access_keys(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let holder = holder(cx.world, cx.caller, input.user_name.as_deref())?;
    let shown = keys(cx.world, &holder).into_iter().map(|key| Metadata {
        user_name: holder.name.clone(),
        access_key_id: key.id.clone(),
        status: status(&key),
        create_date: key.created,
    });
    let paging = Paging { marker: input.marker, max_items: input.max_items };
    list::page(&paging, "AccessKeyMetadata", shown.collect(), |key| key.access_key_id.clone())
}
