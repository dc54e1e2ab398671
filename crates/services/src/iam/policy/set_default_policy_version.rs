//! `SetDefaultPolicyVersion`.

use resource::ManagedPolicy;
use serde::Deserialize;

use super::version;
use crate::iam::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    policy_arn: String,
    version_id: String,
}

/// Puts a version into force.
pub fn set_default_policy_version(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let policy = find::policy(cx.txn, cx.owner(), &input.policy_arn)?;
    if !policy.versions.iter().any(|(id, ..)| *id == input.version_id) {
        return Err(version::missing(&input.policy_arn, &input.version_id));
    }
    cx.txn.update::<ManagedPolicy>(&policy.arn, |policy| policy.default_version = input.version_id);
    Ok(())
}
