//! GetAWSDefaultServiceQuota: one quota, as accounts have it that never asked for more.

use serde::{Deserialize, Serialize};

use super::known;
use super::view::{self, QuotaView};
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

/// Tells a default.
pub fn get_aws_default_service_quota(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let quota = known::find(&input.service_code, &input.quota_code)?;
    Ok(Output { quota: view::default(&cx.owner().region, quota) })
}
