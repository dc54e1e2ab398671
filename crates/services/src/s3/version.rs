//! Writing and deleting versions, as a bucket's versioning says.

use rand::Rng;
use rand::distr::Alphanumeric;
use resource::{Bucket, Content, NULL_VERSION, Object, Timestamp, Version, Versioning};
use store::Txn;

use super::refusal::no_such_version;
use crate::Error;

/// How long the ids of versions are.
const ID_LENGTH: usize = 32;

/// What a write or a deletion did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Done {
    /// The version that it made or removed, if the bucket ever kept versions.
    pub id: Option<String>,
    /// Whether that version marks a deletion.
    pub marker: bool,
}

/// A random id of letters and digits.
pub(super) fn random_id(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}

/// Puts `content` on top of what the key has.
pub(super) fn put(txn: &mut Txn, bucket: &Bucket, name: &str, content: Content, now: Timestamp) -> Done {
    push(txn, bucket, name, Some(content), now)
}

/// Deletes the latest version: for good where none are kept, and else by a mark on top.
pub(super) fn delete(txn: &mut Txn, bucket: &Bucket, name: &str, now: Timestamp) -> Done {
    if bucket.versioning == Versioning::Unversioned {
        txn.remove::<Object>(&Object::key_of(&bucket.name, name));
        return Done { id: None, marker: false };
    }
    push(txn, bucket, name, None, now)
}

/// Deletes one version for good; that it is not there is no error.
///
/// # Errors
/// `NoSuchVersion` for an id that cannot be one.
pub(super) fn delete_version(txn: &mut Txn, bucket: &Bucket, name: &str, id: &str) -> Result<Done, Error> {
    if id.is_empty() {
        return Err(no_such_version());
    }
    let key = Object::key_of(&bucket.name, name);
    let mut marker = false;
    txn.update::<Object>(&key, |object| {
        object.versions.retain(|version| {
            let gone = version.id == id;
            marker |= gone && version.content.is_none();
            !gone
        });
    });
    if txn.find::<Object>(&key).is_some_and(|object| object.versions.is_empty()) {
        txn.remove::<Object>(&key);
    }
    Ok(Done { id: Some(id.to_owned()), marker })
}

fn push(txn: &mut Txn, bucket: &Bucket, name: &str, content: Option<Content>, now: Timestamp) -> Done {
    let marker = content.is_none();
    let id = match bucket.versioning {
        Versioning::Enabled => random_id(ID_LENGTH),
        Versioning::Unversioned | Versioning::Suspended => NULL_VERSION.to_owned(),
    };
    let known = txn.find::<Object>(&Object::key_of(&bucket.name, name));
    let older = known.iter().flat_map(|object| &object.versions).filter(|version| version.id != id).cloned();
    let latest = Version { id: id.clone(), modified: now, content };
    let versions = std::iter::once(latest).chain(older).collect();
    txn.put(Object { bucket: bucket.name.clone(), name: name.to_owned(), owner: bucket.owner.clone(), versions });
    let told = bucket.versioning == Versioning::Enabled || (marker && bucket.versioning == Versioning::Suspended);
    Done { id: told.then_some(id), marker }
}
