//! RequestServiceQuotaIncrease: asks for more, and gets it at once up to the most that AWS gives.

use resource::{Owner, QuotaChange, random_uuid};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::known::{self, GROUP_RULES, GROUPS_OF_INTERFACE, Quota, RULES_OF_INTERFACE, Raise};
use super::view::{self, ChangeView};
use super::{holder, most};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_code: String,
    quota_code: String,
    desired_value: f64,
    /// Nobody opens a support case here, whether or not it may be.
    #[serde(rename = "SupportCaseAllowed")]
    _support_case_allowed: Option<bool>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    requested_quota: ChangeView,
}

/// Notes the wish. More than AWS gives is not approved, and changes nothing.
pub fn request_service_quota_increase(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let quota = known::find(&input.service_code, &input.quota_code)?;
    let desired = number(input.desired_value)?;
    if quota.raise == Raise::Never {
        return Err(illegal(format!("The quota {} ({}) cannot be raised.", quota.code, quota.name)));
    }
    if desired as usize <= most(cx.txn, cx.owner(), quota) {
        return Err(illegal("You must provide a quota value greater than the current quota value.".to_owned()));
    }
    let change = QuotaChange {
        id: random_uuid().replace('-', ""),
        owner: holder(cx.owner(), quota),
        service: quota.service.code.to_owned(),
        quota: quota.code.to_owned(),
        desired,
        granted: is_given(cx.txn, cx.owner(), quota, desired),
        requester: cx.caller.arn.clone(),
        created: cx.now,
    };
    let requested_quota = view::change(&change, quota);
    cx.txn.put(change);
    Ok(Output { requested_quota })
}

fn number(value: f64) -> Result<u32, Error> {
    let whole = (0.0..=f64::from(u32::MAX)).contains(&value) && value.fract() == 0.0;
    // Exact, as just seen.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let number = value as u32;
    if whole { Ok(number) } else { Err(illegal(format!("The quota value {value} must be a whole number."))) }
}

/// Whether AWS gives so many. Of groups on an interface and rules in a group, one is raised at the other's cost.
fn is_given(world: &Snapshot, owner: &Owner, quota: &Quota, desired: u32) -> bool {
    let other = match quota.code {
        code if code == GROUPS_OF_INTERFACE.code => most(world, owner, &GROUP_RULES),
        code if code == GROUP_RULES.code => most(world, owner, &GROUPS_OF_INTERFACE),
        _ => 0,
    };
    let fits = desired as usize * other <= RULES_OF_INTERFACE as usize;
    match quota.raise {
        Raise::Never => false,
        Raise::To(most) => desired <= most && fits,
        Raise::Freely => fits,
    }
}

fn illegal(message: String) -> Error {
    Error::new("IllegalArgumentException", message)
}
