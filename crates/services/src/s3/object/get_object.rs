//! `GetObject` and `HeadObject`, which differ in the body and in nothing else.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::view;
use crate::s3::condition::Conditions;
use crate::s3::refusal::{refused, unsupported};
use crate::s3::{Extents, find, range};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    version_id: Option<String>,
    range: Option<String>,
    part_number: Option<u32>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    if_modified_since: Option<i64>,
    if_unmodified_since: Option<i64>,
    response_cache_control: Option<String>,
    response_content_disposition: Option<String>,
    response_content_encoding: Option<String>,
    response_content_language: Option<String>,
    response_content_type: Option<String>,
    response_expires: Option<i64>,
    checksum_mode: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Reads an object, or a range of it.
pub fn get_object(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let (mut answer, body) = answer(cx, &input)?;
    answer.insert("Body".into(), json!(body.body()));
    Ok(Value::Object(answer))
}

/// Tells all about an object but its bytes.
pub fn head_object(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    answer(cx, &input).map(|(answer, _)| Value::Object(answer))
}

fn answer(cx: &Read<'_>, input: &Input) -> Result<(Map<String, Value>, Extents), Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let found = find::version(cx.world, cx.caller, &bucket, &input.key, input.version_id.as_deref())?;
    let (version, content) = (found.version(), found.content()?);
    let conditions = Conditions {
        matches: input.if_match.as_deref(),
        none_match: input.if_none_match.as_deref(),
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check_read(&content.etag, version.modified)?;
    let size = content.size();
    let part = input.part_number.map(|number| part(content, number)).transpose()?;
    let ranged = input.range.as_deref().map(|text| range::of(text, size)).transpose()?.flatten();
    if part.is_some() && ranged.is_some() {
        return Err(refused("InvalidRequest", "Cannot specify both Range header and partNumber query parameter", 400));
    }
    let mut answer = view::show(&bucket, version, content);
    let (from, to) = part.or(ranged).unwrap_or((0, size));
    answer.insert("ContentLength".into(), json!(to - from));
    if part.is_some() || ranged.is_some() {
        answer.insert("ContentRange".into(), json!(format!("bytes {from}-{}/{size}", to.saturating_sub(1))));
    } else {
        view::show_checksum(&mut answer, content, input.checksum_mode.as_deref());
    }
    if part.is_some() && content.etag.contains('-') {
        answer.insert("PartsCount".into(), json!(content.parts.len()));
    }
    override_headers(&mut answer, input, cx.caller.access_key_id.is_some())?;
    Ok((answer, Extents::of(&content.parts, from, to)))
}

/// Where a part of an object begins and ends.
fn part(content: &resource::Content, number: u32) -> Result<(u64, u64), Error> {
    let index = (number as usize).checked_sub(1);
    let part = index.and_then(|index| Some((index, content.parts.get(index)?)));
    let (index, part) = part.ok_or_else(|| refused("InvalidPartNumber", "The requested partnumber is not satisfiable", 416))?;
    let from = content.parts[..index].iter().map(|part| part.size).sum();
    Ok((from, from + part.size))
}

/// `response-content-type` and the like, which only signed requests may use.
fn override_headers(answer: &mut Map<String, Value>, input: &Input, signed: bool) -> Result<(), Error> {
    let wanted = [
        ("CacheControl", &input.response_cache_control),
        ("ContentDisposition", &input.response_content_disposition),
        ("ContentEncoding", &input.response_content_encoding),
        ("ContentLanguage", &input.response_content_language),
        ("ContentType", &input.response_content_type),
    ];
    let wanted = wanted.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))));
    let wanted: Vec<_> = wanted.chain(input.response_expires.map(|at| ("Expires".to_owned(), json!(at)))).collect();
    if !signed && !wanted.is_empty() {
        return Err(unsupported("response headers in an anonymous request, as AWS does not,"));
    }
    answer.extend(wanted);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    fn get(site: &Site, more: Value) -> Result<Value, (String, u16)> {
        let mut input = json!({"Bucket": "abc", "Key": "k"});
        input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
        site.call("GetObject", input).map_err(|error| (error.code, error.status))
    }

    fn extents(answer: &Value) -> Vec<(u64, u64)> {
        let body = Extents::read(answer["Body"].as_str().expect("a body")).expect("extents");
        body.0.into_iter().map(|(_, offset, length)| (offset, length)).collect()
    }

    #[test]
    fn what_is_not_there_has_its_own_error_and_strangers_are_not_told() {
        let site = Site::with("abc");
        assert_eq!(get(&site, json!({"Bucket": "none"})), Err(("NoSuchBucket".into(), 404)));
        assert_eq!(get(&site, json!({})), Err(("NoSuchKey".into(), 404)));
        assert_eq!(get(&site, json!({"VersionId": "null"})), Err(("NoSuchVersion".into(), 404)));
        assert_eq!(get(&site.account("222222222222"), json!({})), Err(("AccessDenied".into(), 403)));
    }

    #[test]
    fn a_range_is_answered_with_what_it_is_a_range_of() {
        let site = Site::with("abc");
        site.put("abc", "k", b"hello");
        let whole = get(&site, json!({"ChecksumMode": "ENABLED"})).expect("it is there");
        assert_eq!((&whole["ContentLength"], &whole["ContentType"]), (&json!(5), &json!("binary/octet-stream")));
        assert_eq!((extents(&whole), whole["ChecksumCRC64NVME"].is_string()), (vec![(0, 5)], true));
        let range = get(&site, json!({"Range": "bytes=1-2", "ChecksumMode": "ENABLED"})).expect("it is there");
        assert_eq!((extents(&range), &range["ContentRange"]), (vec![(1, 2)], &json!("bytes 1-2/5")));
        assert!(range["ChecksumCRC64NVME"].is_null());
        assert_eq!(get(&site, json!({"Range": "bytes=5-"})), Err(("InvalidRange".into(), 416)));
        assert_eq!(get(&site, json!({"PartNumber": 2})), Err(("InvalidPartNumber".into(), 416)));
    }

    #[test]
    fn conditions_are_checked_and_headers_replaced() {
        let site = Site::with("abc");
        site.put("abc", "k", b"hello");
        let etag = get(&site, json!({})).expect("it is there")["ETag"].clone();
        assert_eq!(get(&site, json!({"IfNoneMatch": etag})), Err(("NotModified".into(), 304)));
        assert_eq!(get(&site, json!({"IfMatch": "\"x\""})), Err(("PreconditionFailed".into(), 412)));
        let signed = site.signed();
        let shown = get(&signed, json!({"IfMatch": etag, "ResponseContentType": "text/plain"})).expect("it matches");
        assert_eq!(shown["ContentType"], "text/plain");
    }

    #[test]
    fn versions_are_read_by_their_ids_and_a_deletion_hides_the_latest() {
        let site = Site::with("abc");
        site.put("abc", "k", b"old");
        site.ok("PutBucketVersioning", json!({"Bucket": "abc", "VersioningConfiguration": {"Status": "Enabled"}}));
        let new = site.put("abc", "k", b"newer")["VersionId"].clone();
        let marker = site.ok("DeleteObject", json!({"Bucket": "abc", "Key": "k"}));
        assert_eq!(get(&site, json!({})), Err(("NoSuchKey".into(), 404)));
        assert_eq!(get(&site, json!({"VersionId": marker["VersionId"]})), Err(("MethodNotAllowed".into(), 405)));
        let length = |id: Value| get(&site, json!({"VersionId": id})).map(|found| found["ContentLength"].clone());
        assert_eq!((length(new), length(json!("null"))), (Ok(json!(5)), Ok(json!(3))));
        site.ok("DeleteObject", json!({"Bucket": "abc", "Key": "k", "VersionId": marker["VersionId"]}));
        assert_eq!(get(&site, json!({})).map(|found| found["ContentLength"].clone()), Ok(json!(5)));
    }
}
