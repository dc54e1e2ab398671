//! `UpdateAssumeRolePolicy`.

use resource::Role;
use serde::Deserialize;

use super::check_trust;
use crate::iam::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    role_name: String,
    policy_document: String,
}

/// Changes who may take on a role.
pub fn update_assume_role_policy(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let role = find::named::<Role>(cx.txn, cx.owner(), &input.role_name)?;
    check_trust(&input.policy_document)?;
    cx.txn.update::<Role>(&role.arn, |role| role.trust = input.policy_document);
    Ok(())
}
