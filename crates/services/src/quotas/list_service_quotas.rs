//! ListServiceQuotas: the quotas that the caller has of a service.

use serde::{Deserialize, Serialize};

use super::view::{self, QuotaView};
use super::{known, most, page};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_code: String,
    next_token: Option<String>,
    max_results: Option<usize>,
    quota_code: Option<String>,
    quota_applied_at_level: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    quotas: Vec<QuotaView>,
}

/// Lists quotas. There are none of single resources.
pub fn list_service_quotas(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let of_resources = input.quota_applied_at_level.as_deref() == Some("RESOURCE");
    let wanted = |code: &str| !of_resources && input.quota_code.as_deref().is_none_or(|wanted| wanted == code);
    let found = known::of(&input.service_code)?.filter(|quota| wanted(quota.code)).collect();
    let page = page::cut(input.max_results, input.next_token.as_deref(), found, |quota| quota.code.to_owned())?;
    let view = |quota| view::applied(cx.owner(), quota, most(cx.world, cx.owner(), quota));
    Ok(Output { next_token: page.next, quotas: page.items.into_iter().map(view).collect() })
}
