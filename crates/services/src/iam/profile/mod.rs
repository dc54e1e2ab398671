//! Instance profiles: what gives an instance its role.

mod create_instance_profile;
mod delete_instance_profile;
mod get_instance_profile;
mod list_instance_profiles;
mod list_instance_profiles_for_role;
mod role;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "CreateInstanceProfile" create_instance_profile::create_instance_profile),
    operation!(read "GetInstanceProfile" get_instance_profile::get_instance_profile),
    operation!(read "ListInstanceProfiles" list_instance_profiles::list_instance_profiles),
    operation!(read "ListInstanceProfilesForRole" list_instance_profiles_for_role::list_instance_profiles_for_role),
    operation!(write "AddRoleToInstanceProfile" role::add_role_to_instance_profile),
    operation!(write "RemoveRoleFromInstanceProfile" role::remove_role_from_instance_profile),
    operation!(write "DeleteInstanceProfile" delete_instance_profile::delete_instance_profile),
];
