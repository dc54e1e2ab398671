//! The first keys: with `--auth enforce` nobody is believed without one, so the root of each account gets one at the start.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;

use resource::{AccessKey, Bearer, Owner, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

use crate::state::StateDir;

/// A root key as its owner needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootKey {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

/// Makes sure that the root of each of `accounts` has a key, in the store and in a file that only its owner reads.
///
/// # Errors
/// When the store or the file cannot be written.
pub async fn ensure(state: &StateDir, store: &Store, accounts: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let mut known = read(state)?;
    for account in accounts {
        let owner = Owner::new(account, resource::GLOBAL);
        let root = format!("arn:aws:iam::{account}:root");
        let kept = known.get(account).map(|key| key.id.clone());
        if kept.is_some_and(|id| store.snapshot().find::<AccessKey>(&id).is_some()) {
            continue;
        }
        let key = services::iam::access_key(&owner, Bearer::User(root), Timestamp::now());
        known.insert(account.clone(), RootKey { id: key.id.clone(), secret: key.secret.clone() });
        let keep = store.write(|txn| -> Result<(), StoreError> {
            txn.put(key.clone());
            Ok(())
        });
        keep.await?;
    }
    Ok(write(state, &known)?)
}

/// The root keys by account.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(state: &StateDir) -> io::Result<BTreeMap<String, RootKey>> {
    match fs::read(state.root_keys()) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

fn write(state: &StateDir, keys: &BTreeMap<String, RootKey>) -> io::Result<()> {
    let fresh = state.root_keys().with_extension("new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    io::Write::write_all(&mut file, &serde_json::to_vec_pretty(keys)?)?;
    fs::rename(&fresh, state.root_keys())
}
