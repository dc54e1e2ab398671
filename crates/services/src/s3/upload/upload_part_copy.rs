//! `UploadPartCopy`.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::Snapshot;

use super::upload_part::keep;
use crate::s3::condition::Conditions;
use crate::s3::{Extents, Received, checksum, find, range};
use crate::{Caller, Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    /// The bytes of the source, which were received for this request.
    body: Option<String>,
    bucket: String,
    key: String,
    part_number: u32,
    upload_id: String,
    copy_source: String,
    #[serde(rename = "CopySourceRange")]
    _range: Option<String>,
    copy_source_if_match: Option<String>,
    copy_source_if_none_match: Option<String>,
    copy_source_if_modified_since: Option<i64>,
    copy_source_if_unmodified_since: Option<i64>,
    expected_bucket_owner: Option<String>,
    expected_source_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Makes bytes of another object a part of an upload.
pub fn upload_part_copy(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let (from, key, id) = find::copy_source(&input.copy_source)?;
    let from = find::bucket(cx.txn, &from, input.expected_source_bucket_owner.as_deref())?;
    let source = find::version(cx.txn, cx.caller, &from, &key, id.as_deref())?;
    let conditions = Conditions {
        matches: input.copy_source_if_match.as_deref(),
        none_match: input.copy_source_if_none_match.as_deref(),
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    conditions.check_copy(&source.content()?.etag, source.version().modified)?;
    let received = Received::read("UploadPartCopy", input.body.as_deref())?;
    let part = keep(cx, &input.bucket, &input.key, &input.upload_id, input.part_number, &received)?;
    let mut result = Map::from_iter([
        ("ETag".to_owned(), json!(format!("\"{}\"", part.etag))),
        ("LastModified".to_owned(), json!(part.modified)),
    ]);
    checksum::show_part(&mut result, part.checksum.as_ref());
    let mut answer = Map::from_iter([("CopyPartResult".to_owned(), Value::Object(result))]);
    answer.insert("ServerSideEncryption".into(), json!("AES256"));
    answer.extend(id.map(|id| ("CopySourceVersionId".to_owned(), json!(id))));
    Ok(Value::Object(answer))
}

/// The bytes that such a request copies, for whoever receives them for it.
///
/// # Errors
/// What the operation would say to a source or a range that is not there.
pub fn copied(world: &Snapshot, caller: &Caller, input: &Value) -> Result<Extents, Error> {
    let text = |member: &str| input[member].as_str();
    find::upload(
        world,
        text("Bucket").unwrap_or_default(),
        text("Key").unwrap_or_default(),
        text("UploadId").unwrap_or_default(),
    )?;
    let (bucket, key, id) = find::copy_source(text("CopySource").unwrap_or_default())?;
    let bucket = find::bucket(world, &bucket, text("ExpectedSourceBucketOwner"))?;
    let source = find::version(world, caller, &bucket, &key, id.as_deref())?;
    let content = source.content()?;
    let (from, to) = match text("CopySourceRange") {
        Some(text) => range::of_source(text, content.size())?,
        None => (0, content.size()),
    };
    Ok(Extents::of(&content.parts, from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::{Site, received};

    #[test]
    fn a_part_is_made_of_a_range_of_another_object() {
        let site = Site::with("abc");
        site.put("abc", "source", b"hello");
        let begun = site.ok("CreateMultipartUpload", json!({"Bucket": "abc", "Key": "k"}));
        let mut input =
            json!({"Bucket": "abc", "Key": "k", "UploadId": begun["UploadId"], "PartNumber": 1, "CopySource": "abc/source"});
        let caller = Caller::root("111111111111", "us-east-1");
        let lengths = |input: &Value| {
            let extents = copied(&site.world(), &caller, input).map_err(|error| error.code)?;
            Ok::<_, String>(extents.0.iter().map(|(_, offset, length)| (*offset, *length)).collect::<Vec<_>>())
        };
        assert_eq!(lengths(&input), Ok(vec![(0, 5)]));
        input["CopySourceRange"] = json!("bytes=1-2");
        assert_eq!(lengths(&input), Ok(vec![(1, 2)]));
        input["CopySourceRange"] = json!("bytes=1-9");
        assert_eq!(lengths(&input), Err("InvalidArgument".into()));
        input["Body"] = json!(received(b"el").body());
        assert!(site.ok("UploadPartCopy", input.clone())["CopyPartResult"]["ETag"].is_string());
        input["CopySourceIfMatch"] = json!("\"0\"");
        assert_eq!(site.refusal("UploadPartCopy", input), ("PreconditionFailed".into(), 412));
    }
}
