//! `PutUserPermissionsBoundary`, `PutRolePermissionsBoundary` and their opposites.

use serde::Deserialize;

use super::{Grantee, boundary_of};
use crate::iam::find::{named, no_such_entity};
use crate::{Error, Write};

/// An identity.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Named {
    #[serde(alias = "UserName", alias = "RoleName")]
    name: String,
}

/// An identity and what is to limit it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Bounded {
    #[serde(alias = "UserName", alias = "RoleName")]
    name: String,
    #[serde(rename = "PermissionsBoundary")]
    boundary: String,
}

/// Limits an identity to what a policy allows.
pub fn put<R: Grantee>(cx: &mut Write<'_>, input: Bounded) -> Result<(), Error> {
    let identity = named::<R>(cx.txn, cx.owner(), &input.name)?;
    let boundary = boundary_of(cx.txn, cx.owner(), input.boundary)?;
    cx.txn.update::<R>(identity.arn(), |identity| identity.grants_mut().boundary = Some(boundary));
    Ok(())
}

/// Takes the limit away.
pub fn delete<R: Grantee>(cx: &mut Write<'_>, input: Named) -> Result<(), Error> {
    let identity = named::<R>(cx.txn, cx.owner(), &input.name)?;
    if identity.grants().boundary.is_none() {
        return Err(no_such_entity(format!("The {} with name {} has no permissions boundary.", R::NOUN, input.name)));
    }
    cx.txn.update::<R>(identity.arn(), |identity| identity.grants_mut().boundary = None);
    Ok(())
}
