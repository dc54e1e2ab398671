//! Access keys of users, and of the account's root.

mod create_access_key;
mod delete_access_key;
mod list_access_keys;
mod update_access_key;

use std::sync::Arc;

use policy::Principal;
use resource::{AccessKey, Bearer, Owner, Resource, User};
use store::Snapshot;

use super::find::{self, no_such_entity};
use crate::operation::operation;
use crate::{Caller, Error, Operation};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "CreateAccessKey" create_access_key::create_access_key),
    operation!(read "ListAccessKeys" list_access_keys::list_access_keys),
    operation!(write "UpdateAccessKey" update_access_key::update_access_key),
    operation!(write "DeleteAccessKey" delete_access_key::delete_access_key),
];

/// Whose keys are meant.
#[derive(Debug, PartialEq, Eq)]
struct Holder {
    name: String,
    arn: String,
}

/// The user of that name; without a name, the caller.
fn holder(world: &Snapshot, caller: &Caller, name: Option<&str>) -> Result<Holder, Error> {
    if let Some(name) = name {
        let user = find::named::<User>(world, &caller.owner, name)?;
        return Ok(Holder { name: user.name.clone(), arn: user.arn.clone() });
    }
    match &caller.principal {
        Principal::User { arn, .. } => {
            let user = world.find::<User>(arn).ok_or_else(|| no_such_entity(format!("The user {arn} cannot be found.")))?;
            Ok(Holder { name: user.name.clone(), arn: user.arn.clone() })
        }
        Principal::Root { .. } => Ok(Holder { name: "root".to_owned(), arn: caller.arn.clone() }),
        _ => Err(Error::new("ValidationError", "Must specify userName when calling with non-User credentials")),
    }
}

/// The lasting keys of a holder, without those of sessions.
fn keys(world: &Snapshot, holder: &Holder) -> Vec<Arc<AccessKey>> {
    let keys = world.linked::<AccessKey>(User::KIND, &holder.arn);
    keys.filter(|key| matches!(key.bearer, Bearer::User(_))).collect()
}

/// A key of a holder by its id.
fn key(world: &Snapshot, caller: &Caller, name: Option<&str>, id: &str) -> Result<Arc<AccessKey>, Error> {
    let found = keys(world, &holder(world, caller, name)?).into_iter().find(|key| key.id == id);
    found.ok_or_else(|| no_such_entity(format!("The Access Key with id {id} cannot be found.")))
}

/// `Active` or `Inactive`.
fn status(key: &AccessKey) -> &'static str {
    if key.active { "Active" } else { "Inactive" }
}

/// Where the owner of keys of this account keeps them.
fn owner(caller: &Caller) -> Owner {
    super::name::global(&caller.owner)
}
