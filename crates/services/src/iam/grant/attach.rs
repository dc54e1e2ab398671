//! `AttachUserPolicy`, `AttachRolePolicy` and their opposites.

use serde::Deserialize;

use super::{Grantee, is_policy};
use crate::iam::find::{named, no_such_entity};
use crate::iam::name::quota;
use crate::{Error, Write};

const MOST_ATTACHED: usize = 10;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Input {
    #[serde(alias = "UserName", alias = "RoleName")]
    name: String,
    #[serde(rename = "PolicyArn")]
    policy: String,
}

/// Attaches a policy; attaching it again changes nothing.
pub fn attach<R: Grantee>(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let identity = named::<R>(cx.txn, cx.owner(), &input.name)?;
    if !is_policy(cx.txn, cx.owner(), &input.policy) {
        return Err(no_such_entity(format!("Policy {} does not exist or is not attachable.", input.policy)));
    }
    let attached = &identity.grants().attached;
    if attached.contains(&input.policy) {
        return Ok(());
    }
    if attached.len() >= MOST_ATTACHED {
        return Err(quota(R::ATTACHED_QUOTA, MOST_ATTACHED));
    }
    cx.txn.update::<R>(identity.arn(), |identity| identity.grants_mut().attached.push(input.policy));
    Ok(())
}

/// Detaches a policy.
pub fn detach<R: Grantee>(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let identity = named::<R>(cx.txn, cx.owner(), &input.name)?;
    if !identity.grants().attached.contains(&input.policy) {
        return Err(no_such_entity(format!("Policy {} was not found.", input.policy)));
    }
    cx.txn.update::<R>(identity.arn(), |identity| identity.grants_mut().attached.retain(|arn| *arn != input.policy));
    Ok(())
}
