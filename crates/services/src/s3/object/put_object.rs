//! `PutObject`.

use std::collections::BTreeMap;

use resource::{Content, Object};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::condition::Conditions;
use crate::s3::headers::{Said, check_storage, tagging};
use crate::s3::{Received, canned, checksum, find, name, version};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    #[serde(rename = "ACL")]
    acl: Option<String>,
    body: Option<String>,
    bucket: String,
    key: String,
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    content_type: Option<String>,
    expires: Option<i64>,
    metadata: BTreeMap<String, String>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    server_side_encryption: Option<String>,
    storage_class: Option<String>,
    tagging: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Makes a received body the latest version of an object.
pub fn put_object(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    name::check_key(&input.key)?;
    canned::check_object("PutObject", &bucket, cx.caller, input.acl.as_deref())?;
    check_storage("PutObject", input.storage_class.as_deref(), input.server_side_encryption.as_deref())?;
    let existing = cx.txn.find::<Object>(&Object::key_of(&bucket.name, &input.key));
    let etag = existing.as_deref().and_then(Object::current).map(|(_, content)| content.etag.as_str());
    let (matches, none_match) = (input.if_match.as_deref(), input.if_none_match.as_deref());
    Conditions { matches, none_match, ..Conditions::default() }.check_write(etag)?;
    let received = Received::read("PutObject", input.body.as_deref())?;
    let said = Said {
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_type: input.content_type,
        expires: input.expires,
        metadata: input.metadata,
    };
    let content = Content {
        etag: received.md5.clone(),
        parts: vec![received.part()],
        checksum: received.checksum(),
        headers: said.kept()?,
        tags: tagging(input.tagging.as_deref())?,
    };
    let mut answer = Map::new();
    checksum::show(&mut answer, content.checksum.as_ref());
    let done = version::put(cx.txn, &bucket, &input.key, content, cx.now);
    answer.insert("ETag".into(), json!(format!("\"{}\"", received.md5)));
    answer.insert("ServerSideEncryption".into(), json!("AES256"));
    answer.extend(done.id.map(|id| ("VersionId".to_owned(), json!(id))));
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::{Site, received};

    fn put(site: &Site, more: Value) -> Result<Value, String> {
        let mut input = json!({"Bucket": "abc", "Key": "k", "Body": received(b"hello").body()});
        input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
        site.call("PutObject", input).map_err(|error| error.code)
    }

    #[test]
    fn an_object_has_the_md5_of_its_bytes_as_tag_and_its_checksum() {
        let site = Site::with("abc");
        let made = put(&site, json!({})).expect("a plain object");
        assert_eq!(made["ETag"], "\"5d41402abc4b2a76b9719d911017c592\"");
        assert_eq!((&made["ChecksumType"], made["VersionId"].is_null()), (&json!("FULL_OBJECT"), true));
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let site = Site::with("abc");
        assert_eq!(put(&site, json!({"Bucket": "none"})), Err("NoSuchBucket".into()));
        assert_eq!(put(&site, json!({"Key": "k".repeat(1025)})), Err("KeyTooLongError".into()));
        assert_eq!(put(&site, json!({"Body": "aGVsbG8="})), Err("NotImplemented".into()));
        assert_eq!(put(&site, json!({"ACL": "public-read"})), Err("AccessControlListNotSupported".into()));
        assert_eq!(put(&site, json!({"ACL": "bucket-owner-full-control"})).map(|_| ()), Ok(()));
        assert_eq!(put(&site, json!({"ServerSideEncryption": "aws:kms"})), Err("NotImplemented".into()));
    }

    #[test]
    fn a_conditional_write_goes_over_nothing_or_over_just_this() {
        let site = Site::with("abc");
        let first = put(&site, json!({"IfNoneMatch": "*"})).expect("nothing is there");
        assert_eq!(put(&site, json!({"IfNoneMatch": "*"})), Err("PreconditionFailed".into()));
        assert_eq!(put(&site, json!({"IfMatch": "\"0\""})), Err("PreconditionFailed".into()));
        assert!(put(&site, json!({"IfMatch": first["ETag"]})).is_ok());
    }
}
