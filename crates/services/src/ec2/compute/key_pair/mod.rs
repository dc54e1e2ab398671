//! Key pairs: instances trust the public half; the private half is given out once and never kept.

pub mod create_key_pair;
pub mod delete_key_pair;
mod der;
pub mod describe_key_pairs;
mod generate;
pub mod import_key_pair;
mod md5;
mod openssh;

use std::sync::Arc;

use resource::{KeyPair, Owner};
use store::Snapshot;

use crate::Error;

/// The key pair with a name.
fn named(world: &Snapshot, owner: &Owner, name: &str) -> Option<Arc<KeyPair>> {
    world.named("key-name", format!("{}/{}/{name}", owner.account, owner.region)).next()
}

/// The key pair with an id.
fn with_id(world: &Snapshot, owner: &Owner, id: &str) -> Option<Arc<KeyPair>> {
    world.find::<KeyPair>(id).filter(|pair| pair.owner == *owner)
}

fn missing(what: &str) -> Error {
    Error::new("InvalidKeyPair.NotFound", format!("The key pair '{what}' does not exist"))
}

/// Refuses a name that is taken or out of bounds.
fn check_name(world: &Snapshot, owner: &Owner, name: &str) -> Result<(), Error> {
    if name.is_empty() || name.len() > 255 || !name.chars().all(|c| (' '..='~').contains(&c)) {
        return Err(Error::invalid_value("A key name is up to 255 ASCII characters."));
    }
    match named(world, owner, name) {
        Some(_) => Err(Error::new("InvalidKeyPair.Duplicate", format!("The keypair already exists: {name}"))),
        None => Ok(()),
    }
}
