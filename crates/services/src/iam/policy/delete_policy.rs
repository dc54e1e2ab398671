//! `DeletePolicy`.

use resource::{ManagedPolicy, Resource};
use serde::Deserialize;

use crate::iam::find;
use crate::iam::name::conflict;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    policy_arn: String,
}

/// Deletes a policy that nobody uses and that has one version left.
pub fn delete_policy(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let policy = find::policy(cx.txn, cx.owner(), &input.policy_arn)?;
    if cx.txn.is_linked(ManagedPolicy::KIND, &policy.arn) {
        return Err(conflict("Cannot delete a policy attached to entities."));
    }
    if policy.versions.len() > 1 {
        return Err(conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. \
             The default version is deleted with the policy.",
        ));
    }
    cx.txn.remove::<ManagedPolicy>(&policy.arn);
    Ok(())
}
