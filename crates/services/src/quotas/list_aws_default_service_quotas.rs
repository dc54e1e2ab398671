//! ListAWSDefaultServiceQuotas: the quotas of a service that accounts have that never asked for more.

use serde::{Deserialize, Serialize};

use super::view::{self, QuotaView};
use super::{known, page};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_code: String,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    quotas: Vec<QuotaView>,
}

/// Lists defaults.
pub fn list_aws_default_service_quotas(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let found = known::of(&input.service_code)?.collect();
    let page = page::cut(input.max_results, input.next_token.as_deref(), found, |quota| quota.code.to_owned())?;
    let view = |quota| view::default(&cx.owner().region, quota);
    Ok(Output { next_token: page.next, quotas: page.items.into_iter().map(view).collect() })
}
