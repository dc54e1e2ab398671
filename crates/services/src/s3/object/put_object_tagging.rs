//! `PutObjectTagging`.

use resource::{Object, Tags};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::{find, headers};
use crate::tags::Tag;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    version_id: Option<String>,
    tagging: Tagging,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tagging {
    tag_set: Vec<Tag>,
}

/// Replaces the tags of an object.
pub fn put_object_tagging(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    let tags = headers::object_tags(&input.tagging.tag_set)?;
    set(cx, &input.bucket, &input.key, input.version_id, input.expected_bucket_owner.as_deref(), tags)
}

/// Gives a version of an object these tags.
pub(super) fn set(
    cx: &mut Write<'_>,
    bucket: &str,
    key: &str,
    version: Option<String>,
    expected: Option<&str>,
    tags: Tags,
) -> Result<Value, Error> {
    let bucket = find::bucket(cx.txn, bucket, expected)?;
    let found = find::version(cx.txn, cx.caller, &bucket, key, version.as_deref())?;
    let id = found.version().id.clone();
    cx.txn.update::<Object>(&Object::key_of(&bucket.name, key), |object| {
        let version = object.versions.iter_mut().find(|version| version.id == id);
        if let Some(content) = version.and_then(|version| version.content.as_mut()) {
            content.tags = tags;
        }
    });
    Ok(Value::Object(version.map(|id| ("VersionId".to_owned(), json!(id))).into_iter().collect::<Map<_, _>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn tags_are_put_read_and_deleted_and_stay_within_ten() {
        let site = Site::with("abc");
        let of = |more: Value| {
            let mut input = json!({"Bucket": "abc", "Key": "k"});
            input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            input
        };
        assert_eq!(site.refusal("GetObjectTagging", of(json!({}))), ("NoSuchKey".into(), 404));
        site.put("abc", "k", b"x");
        let tags = json!([{"Key": "a", "Value": "1"}]);
        site.ok("PutObjectTagging", of(json!({"Tagging": {"TagSet": tags}})));
        assert_eq!(site.ok("GetObjectTagging", of(json!({}))), json!({"TagSet": tags}));
        let many: Vec<Value> = (0..11).map(|n| json!({"Key": n.to_string(), "Value": ""})).collect();
        assert_eq!(site.refusal("PutObjectTagging", of(json!({"Tagging": {"TagSet": many}}))).0, "BadRequest");
        site.ok("DeleteObjectTagging", of(json!({})));
        assert_eq!(site.ok("GetObjectTagging", of(json!({}))), json!({"TagSet": []}));
    }
}
