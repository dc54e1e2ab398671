//! Roles.

mod create_role;
mod delete_role;
mod get_role;
mod list_roles;
mod update_assume_role_policy;
mod update_role;

use policy::Kind;

use super::document;
use crate::operation::operation;
use crate::{Error, Operation};

/// What a trust policy may measure.
const TRUST_SIZE: usize = 2048;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "CreateRole" create_role::create_role),
    operation!(read "GetRole" get_role::get_role),
    operation!(read "ListRoles" list_roles::list_roles),
    operation!(write "UpdateRole" update_role::update_role),
    operation!(write "UpdateAssumeRolePolicy" update_assume_role_policy::update_assume_role_policy),
    operation!(write "DeleteRole" delete_role::delete_role),
];

/// Checks the policy that says who may take on a role.
fn check_trust(document: &str) -> Result<(), Error> {
    document::check(document, Kind::Trust, "ACLSizePerRole", TRUST_SIZE)
}
