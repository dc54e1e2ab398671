//! Looking up buckets, objects and uploads, with S3's errors for what is not there.

use std::sync::Arc;

use resource::{Bucket, Content, Object, Upload, Version};
use store::Snapshot;

use super::refusal::{access_denied, method_not_allowed, no_such_bucket, no_such_key, no_such_upload, no_such_version, refused};
use crate::{Caller, Error};

/// The bucket of that name, which must be `expected`'s if somebody is expected to own it.
pub(super) fn bucket(world: &Snapshot, name: &str, expected: Option<&str>) -> Result<Arc<Bucket>, Error> {
    let bucket = world.find::<Bucket>(name).ok_or_else(no_such_bucket)?;
    match expected {
        Some(owner) if owner != bucket.owner.account => Err(access_denied("Access Denied")),
        _ => Ok(bucket),
    }
}

/// What a request reads: a version and its content.
pub(super) struct Found {
    /// The object.
    pub object: Arc<Object>,
    /// Which of its versions.
    at: usize,
}

impl Found {
    /// The version.
    pub fn version(&self) -> &Version {
        &self.object.versions[self.at]
    }

    /// Its content; a deletion has none and is never found.
    pub fn content(&self) -> Result<&Content, Error> {
        self.version().content.as_ref().ok_or_else(no_such_key)
    }
}

/// The version of an object that is asked for, or its latest. Who may not list the bucket is not told what is not there.
///
/// # Errors
/// `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a deletion asked for by its version, `AccessDenied`.
pub(super) fn version(world: &Snapshot, caller: &Caller, bucket: &Bucket, key: &str, id: Option<&str>) -> Result<Found, Error> {
    let absent = |error: Error| match super::access::may_list(world, caller, bucket) {
        true => error,
        false => access_denied("Access Denied"),
    };
    let object = world.find::<Object>(&Object::key_of(&bucket.name, key));
    let Some(object) = object else { return Err(absent(if id.is_some() { no_such_version() } else { no_such_key() })) };
    let at = match id {
        None => 0,
        Some(id) => object.versions.iter().position(|version| version.id == id).ok_or_else(|| absent(no_such_version()))?,
    };
    match (object.versions.get(at), id) {
        (Some(version), _) if version.content.is_some() => Ok(Found { object, at }),
        (_, Some(_)) => Err(method_not_allowed()),
        (_, None) => Err(absent(no_such_key())),
    }
}

/// An upload in parts that still goes on.
pub(super) fn upload(world: &Snapshot, bucket: &str, key: &str, id: &str) -> Result<Arc<Upload>, Error> {
    world.find::<Upload>(&Upload::key_of(bucket, key, id)).ok_or_else(no_such_upload)
}

/// Bucket, key and perhaps version of `x-amz-copy-source`: `bucket/key?versionId=…`, percent-encoded, with or without a
/// slash before it.
pub(super) fn copy_source(text: &str) -> Result<(String, String, Option<String>), Error> {
    let invalid =
        || refused("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", 400);
    let (path, version) = match text.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_owned())),
        None => (text, None),
    };
    let path = percent_encoding::percent_decode_str(path).decode_utf8().map_err(|_| invalid())?;
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or_else(invalid)?;
    if bucket.is_empty() || key.is_empty() || bucket.starts_with("arn:") {
        return Err(invalid());
    }
    Ok((bucket.to_owned(), key.to_owned(), version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_source_names_bucket_key_and_perhaps_a_version() {
        let source = |text| copy_source(text).map_err(|error| error.code);
        assert_eq!(source("b/a/k"), Ok(("b".into(), "a/k".into(), None)));
        assert_eq!(source("/b/a%20k%3F?versionId=v1"), Ok(("b".into(), "a k?".into(), Some("v1".into()))));
        for bad in ["", "b", "b/", "/k", "%ff/k", "arn:aws:s3:us-east-1:111111111111:accesspoint/x/object/k"] {
            assert_eq!(source(bad), Err("InvalidArgument".into()), "{bad}");
        }
    }
}
