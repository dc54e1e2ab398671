//! What users and roles are granted: policies of their own, attached policies and boundaries. One file serves both, as
//! the operations differ in nothing but the names of their members.

mod attach;
mod boundary;
mod entities;
mod inline;
mod list_attached;

use resource::{Grants, ManagedPolicy, Owner, Role, User};
use store::Snapshot;

use super::find::{self, Named};
use super::name::conflict;
use super::{aws_managed, find::no_such_entity};
use crate::operation::operation;
use crate::{Error, Operation};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "PutUserPolicy" inline::put::<User>),
    operation!(write "PutRolePolicy" inline::put::<Role>),
    operation!(read "GetUserPolicy" inline::show::<User>),
    operation!(read "GetRolePolicy" inline::show::<Role>),
    operation!(read "ListUserPolicies" inline::list::<User>),
    operation!(read "ListRolePolicies" inline::list::<Role>),
    operation!(write "DeleteUserPolicy" inline::delete::<User>),
    operation!(write "DeleteRolePolicy" inline::delete::<Role>),
    operation!(write "AttachUserPolicy" attach::attach::<User>),
    operation!(write "AttachRolePolicy" attach::attach::<Role>),
    operation!(write "DetachUserPolicy" attach::detach::<User>),
    operation!(write "DetachRolePolicy" attach::detach::<Role>),
    operation!(read "ListAttachedUserPolicies" list_attached::list_attached::<User>),
    operation!(read "ListAttachedRolePolicies" list_attached::list_attached::<Role>),
    operation!(write "PutUserPermissionsBoundary" boundary::put::<User>),
    operation!(write "PutRolePermissionsBoundary" boundary::put::<Role>),
    operation!(write "DeleteUserPermissionsBoundary" boundary::delete::<User>),
    operation!(write "DeleteRolePermissionsBoundary" boundary::delete::<Role>),
    operation!(read "ListEntitiesForPolicy" entities::list_entities_for_policy),
];

/// A user or a role.
pub(super) trait Grantee: Named {
    /// `user` or `role`, as messages say it.
    const NOUN: &'static str;
    /// The member that names it.
    const MEMBER: &'static str;
    /// What its own policies may measure together.
    const INLINE_SIZE: usize;
    /// The quota of attached policies.
    const ATTACHED_QUOTA: &'static str;

    fn arn(&self) -> &str;
    fn grants(&self) -> &Grants;
    fn grants_mut(&mut self) -> &mut Grants;
}

macro_rules! grantee {
    ($name:ident, $noun:literal, $member:literal, $size:literal, $quota:literal) => {
        impl Grantee for $name {
            const NOUN: &'static str = $noun;
            const MEMBER: &'static str = $member;
            const INLINE_SIZE: usize = $size;
            const ATTACHED_QUOTA: &'static str = $quota;

            fn arn(&self) -> &str {
                &self.arn
            }

            fn grants(&self) -> &Grants {
                &self.grants
            }

            fn grants_mut(&mut self) -> &mut Grants {
                &mut self.grants
            }
        }
    };
}

grantee!(User, "user", "UserName", 2048, "PoliciesPerUser");
grantee!(Role, "role", "RoleName", 10240, "PoliciesPerRole");

/// Checks that nothing is granted any more, as deleting an identity demands.
///
/// # Errors
/// `DeleteConflict`.
pub(super) fn none_left(grants: &Grants) -> Result<(), Error> {
    if !grants.attached.is_empty() {
        return Err(conflict("Cannot delete entity, must detach all policies first."));
    }
    if !grants.inline.is_empty() {
        return Err(conflict("Cannot delete entity, must delete policies first."));
    }
    Ok(())
}

/// An ARN that can be a boundary: a policy of AWS's or of the account.
///
/// # Errors
/// `NoSuchEntity`.
pub(super) fn boundary_of(world: &Snapshot, owner: &Owner, arn: String) -> Result<String, Error> {
    if is_policy(world, owner, &arn) {
        return Ok(arn);
    }
    Err(no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable.")))
}

fn is_policy(world: &Snapshot, owner: &Owner, arn: &str) -> bool {
    aws_managed::find(arn).is_some() || find::policy(world, owner, arn).is_ok()
}

/// The name under which a policy is attached.
fn policy_name(world: &Snapshot, arn: &str) -> String {
    let own = || world.find::<ManagedPolicy>(arn).map(|policy| policy.name.clone());
    aws_managed::find(arn).map(|policy| policy.name.to_owned()).or_else(own).unwrap_or_default()
}
