//! Service Quotas: how many of something an account may have, and the wish for more, which is granted at once up to the most
//! that AWS gives.

mod get_aws_default_service_quota;
mod get_requested_service_quota_change;
mod get_service_quota;
pub mod known;
mod list_aws_default_service_quotas;
mod list_requested_changes;
mod list_service_quotas;
mod list_services;
mod page;
mod request_service_quota_increase;
#[cfg(test)]
mod tests;
mod view;

use resource::{Owner, QUOTA, QuotaChange};
use store::Snapshot;

use crate::operation::operation;
use crate::{Operation, Service};
use known::Quota;

/// Service Quotas.
pub const SERVICE: Service =
    Service { name: "service-quotas", action_prefix: "servicequotas", operations: &[LOOKING, OPERATIONS] };

/// The operations that tell what there is.
const LOOKING: &[Operation] = &[
    operation!(read "ListServices" list_services::list_services),
    operation!(read "ListServiceQuotas" list_service_quotas::list_service_quotas),
    operation!(read "GetServiceQuota" get_service_quota::get_service_quota),
    operation!(read "ListAWSDefaultServiceQuotas" list_aws_default_service_quotas::list_aws_default_service_quotas),
    operation!(read "GetAWSDefaultServiceQuota" get_aws_default_service_quota::get_aws_default_service_quota),
];

/// The operations about changes.
const OPERATIONS: &[Operation] = &[
    operation!(write "RequestServiceQuotaIncrease" request_service_quota_increase::request_service_quota_increase),
    operation!(read "GetRequestedServiceQuotaChange" get_requested_service_quota_change::get_requested_service_quota_change),
    operation!(read "ListRequestedServiceQuotaChangeHistory" list_requested_changes::of_service),
    operation!(read "ListRequestedServiceQuotaChangeHistoryByQuota" list_requested_changes::of_quota),
];

/// Whose quota it is: what is of no Region has its quotas in one.
fn holder(owner: &Owner, quota: &Quota) -> Owner {
    match quota.service.global {
        true => Owner::new(owner.account.clone(), "us-east-1"),
        false => owner.clone(),
    }
}

/// Whether `owner` asked for a change, in whatever Region if the quota is of none.
fn is_seen_by(change: &QuotaChange, owner: &Owner) -> bool {
    known::find(&change.service, &change.quota).is_ok_and(|quota| holder(owner, quota) == change.owner)
}

/// How many of what `quota` is about `owner` may have.
pub fn most(world: &Snapshot, owner: &Owner, quota: &Quota) -> usize {
    let key = QuotaChange::quota_key(&holder(owner, quota), quota.service.code, quota.code);
    let granted = world.named::<QuotaChange>(QUOTA, &key).filter(|change| change.granted).map(|change| change.desired);
    granted.max().unwrap_or(quota.default) as usize
}
