//! GetRequestedServiceQuotaChange: what became of a wish for more.

use resource::QuotaChange;
use serde::{Deserialize, Serialize};

use super::known;
use super::view::{self, ChangeView};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    request_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    requested_quota: ChangeView,
}

/// Tells a change.
pub fn get_requested_service_quota_change(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let found = cx.world.find::<QuotaChange>(&input.request_id).filter(|change| super::is_seen_by(change, cx.owner()));
    let unknown = || Error::new("NoSuchResourceException", format!("The request {} does not exist.", input.request_id));
    let change = found.ok_or_else(unknown)?;
    Ok(Output { requested_quota: view::change(&change, known::find(&change.service, &change.quota)?) })
}
