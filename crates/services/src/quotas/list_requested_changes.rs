//! ListRequestedServiceQuotaChangeHistory and ListRequestedServiceQuotaChangeHistoryByQuota: what the caller asked for.

use std::sync::Arc;

use resource::QuotaChange;
use serde::{Deserialize, Serialize};

use super::view::{self, ChangeView};
use super::{known, page};
use crate::{Error, Read};

/// What is asked about a service, or about all.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OfService {
    service_code: Option<String>,
    status: Option<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
    quota_requested_at_level: Option<String>,
}

/// What is asked about a quota.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OfQuota {
    service_code: String,
    quota_code: String,
    status: Option<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
    quota_requested_at_level: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    requested_quotas: Vec<ChangeView>,
}

/// Lists the changes of a service's quotas, or of all.
pub fn of_service(cx: &Read<'_>, input: OfService) -> Result<Output, Error> {
    if let Some(service) = &input.service_code {
        known::of(service).map(drop)?;
    }
    let of = |change: &QuotaChange| input.service_code.as_ref().is_none_or(|service| *service == change.service);
    let kept = kept(cx, input.status.as_deref(), input.quota_requested_at_level.as_deref(), of);
    told(kept, input.max_results, input.next_token.as_deref())
}

/// Lists the changes of a quota.
pub fn of_quota(cx: &Read<'_>, input: OfQuota) -> Result<Output, Error> {
    let quota = known::find(&input.service_code, &input.quota_code)?;
    let of = |change: &QuotaChange| change.service == quota.service.code && change.quota == quota.code;
    let kept = kept(cx, input.status.as_deref(), input.quota_requested_at_level.as_deref(), of);
    told(kept, input.max_results, input.next_token.as_deref())
}

fn kept(cx: &Read<'_>, status: Option<&str>, level: Option<&str>, of: impl Fn(&QuotaChange) -> bool) -> Vec<Arc<QuotaChange>> {
    let changes = cx.world.all::<QuotaChange>().filter(|change| super::is_seen_by(change, cx.owner()));
    let changes = changes.filter(|change| level != Some("RESOURCE") && of(change));
    changes.filter(|change| status.is_none_or(|wanted| wanted == view::status(change))).collect()
}

fn told(changes: Vec<Arc<QuotaChange>>, max: Option<usize>, token: Option<&str>) -> Result<Output, Error> {
    let page = page::cut(max, token, changes, |change| change.id.clone())?;
    let view = |change: &Arc<QuotaChange>| Ok(view::change(change, known::find(&change.service, &change.quota)?));
    Ok(Output { next_token: page.next, requested_quotas: page.items.iter().map(view).collect::<Result<_, Error>>()? })
}
