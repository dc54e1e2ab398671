//! Managed policies and their versions.

mod create_policy;
mod create_policy_version;
mod delete_policy;
mod delete_policy_version;
mod get_policy;
mod get_policy_version;
mod list_policies;
mod list_policy_versions;
mod set_default_policy_version;
mod version;

use policy::Kind;

use super::document;
use crate::operation::operation;
use crate::{Error, Operation};

/// What a managed policy may measure.
const POLICY_SIZE: usize = 6144;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "CreatePolicy" create_policy::create_policy),
    operation!(read "GetPolicy" get_policy::get_policy),
    operation!(read "ListPolicies" list_policies::list_policies),
    operation!(write "DeletePolicy" delete_policy::delete_policy),
    operation!(write "CreatePolicyVersion" create_policy_version::create_policy_version),
    operation!(read "GetPolicyVersion" get_policy_version::get_policy_version),
    operation!(read "ListPolicyVersions" list_policy_versions::list_policy_versions),
    operation!(write "SetDefaultPolicyVersion" set_default_policy_version::set_default_policy_version),
    operation!(write "DeletePolicyVersion" delete_policy_version::delete_policy_version),
];

/// Checks the document of a managed policy.
fn check(document: &str) -> Result<(), Error> {
    document::check(document, Kind::Identity, "PolicySize", POLICY_SIZE)
}
