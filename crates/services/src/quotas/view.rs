//! Quotas and changes of them as answers show them.

use resource::{Owner, QuotaChange, Timestamp};
use serde::Serialize;

use super::known::{Quota, Raise};

/// All quotas here are of an account in a Region.
const LEVEL: &str = "ACCOUNT";

/// A quota with a value.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QuotaView {
    service_code: &'static str,
    service_name: &'static str,
    quota_arn: String,
    quota_code: &'static str,
    quota_name: &'static str,
    value: f64,
    unit: &'static str,
    adjustable: bool,
    global_quota: bool,
    quota_applied_at_level: &'static str,
}

/// A quota of `owner`, whose value is `value`.
pub fn applied(owner: &Owner, quota: &Quota, value: usize) -> QuotaView {
    QuotaView {
        service_code: quota.service.code,
        service_name: quota.service.name,
        quota_arn: arn(owner, quota),
        quota_code: quota.code,
        quota_name: quota.name,
        value: u32::try_from(value).map_or(f64::MAX, f64::from),
        unit: "None",
        adjustable: quota.raise != Raise::Never,
        global_quota: quota.service.global,
        quota_applied_at_level: LEVEL,
    }
}

/// A quota as accounts have it that never asked for more; it is nobody's.
pub fn default(region: &str, quota: &Quota) -> QuotaView {
    applied(&Owner::new("", region), quota, quota.default as usize)
}

/// A change.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangeView {
    id: String,
    service_code: String,
    service_name: &'static str,
    quota_code: String,
    quota_name: &'static str,
    desired_value: f64,
    status: &'static str,
    created: Timestamp,
    last_updated: Timestamp,
    requester: String,
    quota_arn: String,
    global_quota: bool,
    unit: &'static str,
    quota_requested_at_level: &'static str,
}

/// A change of `quota`.
pub fn change(change: &QuotaChange, quota: &Quota) -> ChangeView {
    ChangeView {
        id: change.id.clone(),
        service_code: change.service.clone(),
        service_name: quota.service.name,
        quota_code: change.quota.clone(),
        quota_name: quota.name,
        desired_value: f64::from(change.desired),
        status: status(change),
        created: change.created,
        last_updated: change.created,
        requester: serde_json::json!({"accountId": change.owner.account, "callerArn": change.requester}).to_string(),
        quota_arn: arn(&change.owner, quota),
        global_quota: quota.service.global,
        unit: "None",
        quota_requested_at_level: LEVEL,
    }
}

/// AWS's word for what became of a change.
pub fn status(change: &QuotaChange) -> &'static str {
    if change.granted { "APPROVED" } else { "NOT_APPROVED" }
}

fn arn(owner: &Owner, quota: &Quota) -> String {
    let place = if quota.service.global { Owner::new(owner.account.clone(), "") } else { owner.clone() };
    place.arn("servicequotas", &format!("{}/{}", quota.service.code, quota.code))
}
