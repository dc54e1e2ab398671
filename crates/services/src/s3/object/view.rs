//! An object as reads show it.

use resource::{Bucket, Content, Version, Versioning};
use serde_json::{Map, Value, json};

use crate::s3::{checksum, headers};

/// Its headers, without the length.
pub(super) fn show(bucket: &Bucket, version: &Version, content: &Content) -> Map<String, Value> {
    let mut answer = Map::new();
    headers::show(&mut answer, &content.headers);
    answer.insert("ETag".into(), json!(quoted(&content.etag)));
    answer.insert("LastModified".into(), json!(version.modified));
    answer.insert("AcceptRanges".into(), json!("bytes"));
    answer.insert("ServerSideEncryption".into(), json!("AES256"));
    if bucket.versioning != Versioning::Unversioned {
        answer.insert("VersionId".into(), json!(version.id));
    }
    if !content.tags.0.is_empty() {
        answer.insert("TagCount".into(), json!(content.tags.0.len()));
    }
    answer
}

/// Adds the checksum, for those who ask for it.
pub(super) fn show_checksum(answer: &mut Map<String, Value>, content: &Content, mode: Option<&str>) {
    if mode.is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED")) {
        checksum::show(answer, content.checksum.as_ref());
    }
}

/// An entity tag as it stands in headers and documents.
pub(super) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}
