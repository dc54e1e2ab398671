//! GetServiceQuota: one quota, as the caller has it.

use serde::{Deserialize, Serialize};

use super::view::{self, QuotaView};
use super::{known, most};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_code: String,
    quota_code: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    quota: QuotaView,
}

/// Tells a quota.
pub fn get_service_quota(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let quota = known::find(&input.service_code, &input.quota_code)?;
    Ok(Output { quota: view::applied(cx.owner(), quota, most(cx.world, cx.owner(), quota)) })
}
