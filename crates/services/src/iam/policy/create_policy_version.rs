//! `CreatePolicyVersion`.

use resource::ManagedPolicy;
use serde::{Deserialize, Serialize};

use super::check;
use super::version::{self, VersionView};
use crate::iam::find;
use crate::{Error, Write};

const MOST_VERSIONS: usize = 5;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    policy_arn: String,
    policy_document: String,
    set_as_default: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_version: VersionView,
}

/// Adds a version, which is in force at once when asked for. Numbers are not used again.
pub fn create_policy_version(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut policy = (*find::policy(cx.txn, cx.owner(), &input.policy_arn)?).clone();
    check(&input.policy_document)?;
    if policy.versions.len() >= MOST_VERSIONS {
        let message = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
                       existing version.";
        return Err(Error::new("LimitExceeded", message).with_status(409));
    }
    let sequence = format!("policy-version/{}", policy.id);
    // The first number of the sequence stands for v2, as every policy begins with v1.
    let number = cx.txn.next_number(&sequence).and_then(|n| n.checked_add(1));
    let id = format!("v{}", number.ok_or_else(|| Error::internal("all version numbers are used"))?);
    let made = (id.clone(), input.policy_document, cx.now);
    if input.set_as_default {
        policy.default_version = id;
    }
    let shown = version::view(&policy, &made);
    policy.versions.push(made);
    cx.txn.put::<ManagedPolicy>(policy);
    Ok(Output { policy_version: shown.without_document() })
}
