//! Users.

mod create_user;
mod delete_user;
mod get_user;
mod list_users;
mod update_user;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "CreateUser" create_user::create_user),
    operation!(read "GetUser" get_user::get_user),
    operation!(read "ListUsers" list_users::list_users),
    operation!(write "UpdateUser" update_user::update_user),
    operation!(write "DeleteUser" delete_user::delete_user),
];
