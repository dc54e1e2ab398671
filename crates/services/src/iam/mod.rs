//! IAM: users, roles, policies and keys. They belong to an account and to no Region.

mod authority;
mod aws_managed;
mod document;
mod find;
mod grant;
mod key;
mod list;
mod name;
mod pass_role;
mod policy;
mod profile;
mod role;
pub(crate) mod secret;
mod service_linked;
mod tagging;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod user;
mod view;

pub use authority::Authority;
pub(crate) use document::{parse, session_policy};
pub(crate) use pass_role::may_pass;
pub use secret::access_key;
pub(crate) use service_linked::{AUTO_SCALING, ensure as service_linked_role};

use crate::Service;

/// IAM.
pub const SERVICE: Service = Service {
    name: "iam",
    action_prefix: "iam",
    operations: &[
        user::OPERATIONS,
        role::OPERATIONS,
        policy::OPERATIONS,
        grant::OPERATIONS,
        profile::OPERATIONS,
        key::OPERATIONS,
        tagging::OPERATIONS,
    ],
};
