//! `GetObjectAttributes`.

use resource::Versioning;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::{checksum, find};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    version_id: Option<String>,
    object_attributes: Vec<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Tells what is asked for about an object.
pub fn get_object_attributes(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let found = find::version(cx.world, cx.caller, &bucket, &input.key, input.version_id.as_deref())?;
    let (version, content) = (found.version(), found.content()?);
    let asked = |name: &str| input.object_attributes.iter().any(|asked| asked == name);
    let mut sums = Map::new();
    checksum::show(&mut sums, content.checksum.as_ref());
    let parts = content.etag.contains('-').then(|| json!({"TotalPartsCount": content.parts.len()}));
    let attributes = [
        ("ETag", Some(json!(content.etag))),
        ("Checksum", (!sums.is_empty()).then_some(Value::Object(sums))),
        ("ObjectParts", parts),
        ("StorageClass", Some(json!("STANDARD"))),
        ("ObjectSize", Some(json!(content.size()))),
    ];
    let attributes = attributes.into_iter().filter(|(name, _)| asked(name));
    let mut answer: Map<String, Value> = attributes.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    answer.insert("LastModified".into(), json!(version.modified));
    if bucket.versioning != Versioning::Unversioned {
        answer.insert("VersionId".into(), json!(version.id));
    }
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn only_what_is_asked_for_is_told() {
        let site = Site::with("abc");
        let etag = site.put("abc", "k", b"hello")["ETag"].clone();
        let input = json!({"Bucket": "abc", "Key": "k", "ObjectAttributes": ["ETag", "ObjectSize", "Checksum", "ObjectParts"]});
        let found = site.ok("GetObjectAttributes", input);
        assert_eq!(
            (format!("\"{}\"", found["ETag"].as_str().expect("asked for")), &found["ObjectSize"]),
            (etag.as_str().expect("text").to_owned(), &json!(5))
        );
        assert_eq!((&found["Checksum"]["ChecksumType"], found["StorageClass"].is_null()), (&json!("FULL_OBJECT"), true));
    }
}
