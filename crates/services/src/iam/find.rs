//! Finding by name or ARN in the caller's account, with IAM's words for what is not there.

use std::sync::Arc;

use resource::{InstanceProfile, ManagedPolicy, Owner, ROLE_NAME, Resource, Role, USER_NAME, User};
use store::Snapshot;

use crate::Error;

/// What an account finds by its name.
pub(super) trait Named: Resource {
    /// The namespace of its names in the store.
    const NAMES: &'static str;

    /// How IAM says that there is none of that name.
    fn missing(name: &str) -> String;
}

impl Named for User {
    const NAMES: &'static str = USER_NAME;

    fn missing(name: &str) -> String {
        format!("The user with name {name} cannot be found.")
    }
}

impl Named for Role {
    const NAMES: &'static str = ROLE_NAME;

    fn missing(name: &str) -> String {
        format!("The role with name {name} cannot be found.")
    }
}

impl Named for InstanceProfile {
    const NAMES: &'static str = "instance-profile-name";

    fn missing(name: &str) -> String {
        format!("Instance Profile {name} cannot be found.")
    }
}

/// The resource of that name.
///
/// # Errors
/// `NoSuchEntity`.
pub(super) fn named<R: Named>(world: &Snapshot, owner: &Owner, name: &str) -> Result<Arc<R>, Error> {
    let found = world.named::<R>(R::NAMES, format!("{}/{name}", owner.account)).next();
    found.ok_or_else(|| no_such_entity(R::missing(name)))
}

/// The account's own policy with that ARN.
///
/// # Errors
/// `NoSuchEntity`.
pub(super) fn policy(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Arc<ManagedPolicy>, Error> {
    let found = world.find::<ManagedPolicy>(arn).filter(|policy| policy.owner.account == owner.account);
    found.ok_or_else(|| no_such_entity(format!("Policy {arn} was not found.")))
}

/// `NoSuchEntity`.
pub(super) fn no_such_entity(message: impl Into<String>) -> Error {
    Error::new("NoSuchEntity", message).with_status(404)
}
