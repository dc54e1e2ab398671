//! `AddRoleToInstanceProfile` and `RemoveRoleFromInstanceProfile`.

use resource::{InstanceProfile, Role};
use serde::Deserialize;

use crate::iam::find::no_such_entity;
use crate::iam::name::quota;
use crate::iam::{find, may_pass};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_profile_name: String,
    role_name: String,
}

/// Puts a role into a profile that has none; the caller must be allowed to pass the role on.
pub fn add_role_to_instance_profile(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let profile = find::named::<InstanceProfile>(cx.txn, cx.owner(), &input.instance_profile_name)?;
    let role = find::named::<Role>(cx.txn, cx.owner(), &input.role_name)?;
    may_pass(cx.txn, cx.caller, &role.arn, "ec2.amazonaws.com")?;
    if profile.role.is_some() {
        return Err(quota("InstanceSessionsPerInstanceProfile", 1));
    }
    cx.txn.update::<InstanceProfile>(&profile.arn, |profile| profile.role = Some(role.arn.clone()));
    Ok(())
}

/// Takes a role out of the profile that holds it.
pub fn remove_role_from_instance_profile(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let profile = find::named::<InstanceProfile>(cx.txn, cx.owner(), &input.instance_profile_name)?;
    let role = find::named::<Role>(cx.txn, cx.owner(), &input.role_name)?;
    if profile.role.as_ref() != Some(&role.arn) {
        return Err(no_such_entity(format!("The role with name {} cannot be found.", input.role_name)));
    }
    cx.txn.update::<InstanceProfile>(&profile.arn, |profile| profile.role = None);
    Ok(())
}
