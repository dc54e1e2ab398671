//! `CopyObject`.

use std::collections::BTreeMap;

use resource::{Content, Object};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::view;
use crate::s3::condition::Conditions;
use crate::s3::headers::{Said, check_storage, tagging};
use crate::s3::refusal::{invalid_argument, invalid_request, unsupported};
use crate::s3::{canned, checksum, find, name, version};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    #[serde(rename = "ACL")]
    acl: Option<String>,
    bucket: String,
    key: String,
    copy_source: String,
    copy_source_if_match: Option<String>,
    copy_source_if_none_match: Option<String>,
    copy_source_if_modified_since: Option<i64>,
    copy_source_if_unmodified_since: Option<i64>,
    metadata_directive: Option<String>,
    tagging_directive: Option<String>,
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
    checksum_algorithm: Option<String>,
    expected_bucket_owner: Option<String>,
    expected_source_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Makes what another object holds the latest version of this one. Both then need the same bytes, which are not copied.
pub fn copy_object(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    name::check_key(&input.key)?;
    canned::check_object("CopyObject", &bucket, cx.caller, input.acl.as_deref())?;
    check_storage("CopyObject", input.storage_class.as_deref(), input.server_side_encryption.as_deref())?;
    check_target(cx, &input)?;
    let (from, key, id) = find::copy_source(&input.copy_source)?;
    let from = find::bucket(cx.txn, &from, input.expected_source_bucket_owner.as_deref())?;
    let source = find::version(cx.txn, cx.caller, &from, &key, id.as_deref())?;
    let content = source.content()?;
    let conditions = Conditions {
        matches: input.copy_source_if_match.as_deref(),
        none_match: input.copy_source_if_none_match.as_deref(),
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    conditions.check_copy(&content.etag, source.version().modified)?;
    let itself = from.name == bucket.name && key == input.key && id.is_none();
    let mut answer = Map::new();
    answer.extend(id.map(|id| ("CopySourceVersionId".to_owned(), json!(id))));
    let name = input.key.clone();
    let content = copied(content, input, itself)?;
    let mut result =
        Map::from_iter([("ETag".to_owned(), json!(view::quoted(&content.etag))), ("LastModified".to_owned(), json!(cx.now))]);
    checksum::show(&mut result, content.checksum.as_ref());
    let done = version::put(cx.txn, &bucket, &name, content, cx.now);
    answer.extend(done.id.map(|id| ("VersionId".to_owned(), json!(id))));
    answer.insert("ServerSideEncryption".into(), json!("AES256"));
    answer.insert("CopyObjectResult".into(), Value::Object(result));
    Ok(Value::Object(answer))
}

/// What the copy holds: the source's bytes, with its headers and tags or those of the request.
fn copied(source: &Content, input: Input, itself: bool) -> Result<Content, Error> {
    let replaces = |directive: Option<&str>, member: &str| match directive {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(invalid_argument(format!("Unknown {member} directive."))),
    };
    let new_headers = replaces(input.metadata_directive.as_deref(), "metadata")?;
    let new_tags = replaces(input.tagging_directive.as_deref(), "tagging")?;
    if itself && !new_headers {
        return Err(invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's \
             metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    let known = source.checksum.as_ref().map(|checksum| checksum.algorithm.as_str());
    if let Some(other) = input.checksum_algorithm.as_deref().filter(|wanted| Some(*wanted) != known) {
        return Err(unsupported(&format!("CopyObject.ChecksumAlgorithm={other} for a source that has another")));
    }
    let said = Said {
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_type: input.content_type,
        expires: input.expires,
        metadata: input.metadata,
    };
    Ok(Content {
        headers: if new_headers { said.kept()? } else { source.headers.clone() },
        tags: if new_tags { tagging(input.tagging.as_deref())? } else { source.tags.clone() },
        ..source.clone()
    })
}

fn check_target(cx: &Write<'_>, input: &Input) -> Result<(), Error> {
    let existing = cx.txn.find::<Object>(&Object::key_of(&input.bucket, &input.key));
    let etag = existing.as_deref().and_then(Object::current).map(|(_, content)| content.etag.as_str());
    let (matches, none_match) = (input.if_match.as_deref(), input.if_none_match.as_deref());
    Conditions { matches, none_match, ..Conditions::default() }.check_write(etag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    fn copy(site: &Site, more: Value) -> Result<Value, String> {
        let mut input = json!({"Bucket": "abc", "Key": "copy", "CopySource": "abc/k"});
        input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
        site.call("CopyObject", input).map_err(|error| error.code)
    }

    #[test]
    fn a_copy_has_the_bytes_and_the_headers_of_its_source_or_new_headers() {
        let site = Site::with("abc");
        assert_eq!(copy(&site, json!({})), Err("NoSuchKey".into()));
        let etag = site.put("abc", "k", b"x")["ETag"].clone();
        assert_eq!(copy(&site, json!({})).map(|made| made["CopyObjectResult"]["ETag"].clone()), Ok(etag));
        let read = || site.ok("GetObject", json!({"Bucket": "abc", "Key": "copy"}));
        assert_eq!(read()["Body"], site.ok("GetObject", json!({"Bucket": "abc", "Key": "k"}))["Body"]);
        copy(&site, json!({"MetadataDirective": "REPLACE", "ContentType": "text/plain", "Metadata": {"a": "1"}}))
            .expect("new headers");
        assert_eq!((&read()["ContentType"], &read()["Metadata"]), (&json!("text/plain"), &json!({"a": "1"})));
        copy(&site, json!({"TaggingDirective": "REPLACE", "Tagging": "t=1"})).expect("new tags");
        assert_eq!((&read()["ContentType"], &read()["TagCount"]), (&json!("binary/octet-stream"), &json!(1)));
    }

    #[test]
    fn a_copy_onto_itself_has_to_change_something() {
        let site = Site::with("abc");
        site.put("abc", "k", b"x");
        assert_eq!(copy(&site, json!({"Key": "k"})), Err("InvalidRequest".into()));
        assert!(copy(&site, json!({"Key": "k", "MetadataDirective": "REPLACE"})).is_ok());
        assert_eq!(copy(&site, json!({"MetadataDirective": "MOVE"})), Err("InvalidArgument".into()));
        assert_eq!(copy(&site, json!({"CopySourceIfNoneMatch": "*"})), Err("PreconditionFailed".into()));
        assert_eq!(copy(&site, json!({"CopySource": "none/k"})), Err("NoSuchBucket".into()));
    }
}
