//! Objects in buckets, and uploads in parts (S3 User Guide, "Uploading objects"). Their bytes lie in blobs, which are named
//! here and kept elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, Resource, Tags, Timestamp};

/// The namespace of blobs: what links to one needs it.
pub const BLOB: &str = "blob";

/// The version id of what was written while the bucket kept no versions.
pub const NULL_VERSION: &str = "null";

/// Everything that a bucket has under one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub name: String,
    /// Who owns the bucket.
    pub owner: Owner,
    /// Its versions, the latest first; never none.
    pub versions: Vec<Version>,
}

/// A version of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// Its id; `null` for what was written without versioning.
    pub id: String,
    /// When it was written.
    pub modified: Timestamp,
    /// What it holds; nothing when it marks a deletion.
    pub content: Option<Content>,
}

/// What a version holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The entity tag, without quotes.
    pub etag: String,
    /// The parts in which it came, in order; one when it came at once.
    pub parts: Vec<Part>,
    /// Its checksum.
    pub checksum: Option<Checksum>,
    /// What its writer said about it.
    pub headers: Headers,
    /// Its tags.
    pub tags: Tags,
}

/// What the writer of an object says about it, to be told to its readers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers {
    /// `Content-Type` and the like, by the names of the model's members.
    pub standard: BTreeMap<String, String>,
    /// `Expires`, in milliseconds.
    pub expires: Option<i64>,
    /// `x-amz-meta-…`, without the prefix.
    pub metadata: BTreeMap<String, String>,
}

/// A piece of an object: bytes of one blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The blob.
    pub blob: String,
    /// How many bytes.
    pub size: u64,
}

/// A checksum of an object or a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1` or `SHA256`.
    pub algorithm: String,
    /// The sum in base64; of a composite one with the number of parts at its end.
    pub value: String,
    /// Whether it is the sum of the parts' sums.
    pub composite: bool,
}

/// An upload in parts that has not been completed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// The bucket.
    pub bucket: String,
    /// The key of the object that it will make.
    pub name: String,
    /// Who owns the bucket.
    pub owner: Owner,
    /// When it was begun.
    pub begun: Timestamp,
    /// What the writer said about the object.
    pub headers: Headers,
    /// The object's tags.
    pub tags: Tags,
    /// The checksum that was asked for: its algorithm, and whether it will be composite.
    pub checksum: Option<(String, bool)>,
}

/// A part of an upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UploadedPart {
    /// The upload's key.
    pub upload: String,
    /// Its number, from 1.
    pub number: u32,
    /// When it came.
    pub modified: Timestamp,
    /// The MD5 of its bytes, in hexadecimal.
    pub etag: String,
    /// Its bytes.
    pub part: Part,
    /// Its checksum.
    pub checksum: Option<Checksum>,
}

impl Object {
    /// The key of the object `name` in `bucket`: objects of a bucket are neighbours, in the order of their names.
    pub fn key_of(bucket: &str, name: &str) -> String {
        format!("{bucket}/{name}")
    }

    /// The latest version that is no deletion.
    pub fn current(&self) -> Option<(&Version, &Content)> {
        let latest = self.versions.first()?;
        Some((latest, latest.content.as_ref()?))
    }
}

impl Content {
    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.size).sum()
    }
}

impl Upload {
    /// The key of an upload: those of a bucket are neighbours, in the order of their objects' names.
    pub fn key_of(bucket: &str, name: &str, id: &str) -> String {
        format!("{bucket}/{name}/{id}")
    }
}

impl UploadedPart {
    /// The key of a part: those of an upload are neighbours, in order.
    pub fn key_of(upload: &str, number: u32) -> String {
        format!("{upload}/{number:05}")
    }
}

impl Resource for Object {
    const KIND: Kind = Kind("object");

    fn key(&self) -> String {
        Self::key_of(&self.bucket, &self.name)
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let parts = self.versions.iter().filter_map(|version| version.content.as_ref()).flat_map(|content| &content.parts);
        parts.map(|part| Link::name(BLOB, &part.blob)).collect()
    }
}

impl Resource for Upload {
    const KIND: Kind = Kind("upload");

    fn key(&self) -> String {
        Self::key_of(&self.bucket, &self.name, &self.id)
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }
}

impl Resource for UploadedPart {
    const KIND: Kind = Kind("uploaded-part");

    fn key(&self) -> String {
        Self::key_of(&self.upload, self.number)
    }

    fn owner(&self) -> Option<&Owner> {
        None
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::name(BLOB, &self.part.blob), Link::to(Upload::KIND, &self.upload)]
    }
}
