//! `DeleteObject`.

use resource::Object;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::condition::Conditions;
use crate::s3::{find, version};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    version_id: Option<String>,
    if_match: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Nothing here is locked, and who pays is not a question.
    #[serde(rename = "BypassGovernanceRetention")]
    _bypass: bool,
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Deletes an object or a version of it; that there is none is no error.
pub fn delete_object(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    if input.if_match.is_some() {
        let existing = cx.txn.find::<Object>(&Object::key_of(&bucket.name, &input.key));
        let etag = existing.as_deref().and_then(Object::current).map(|(_, content)| content.etag.as_str());
        Conditions { matches: input.if_match.as_deref(), ..Conditions::default() }.check_write(etag)?;
    }
    let done = match input.version_id.as_deref() {
        Some(id) => version::delete_version(cx.txn, &bucket, &input.key, id)?,
        None => version::delete(cx.txn, &bucket, &input.key, cx.now),
    };
    let mut answer = Map::new();
    answer.extend(done.marker.then(|| ("DeleteMarker".to_owned(), json!(true))));
    answer.extend(done.id.map(|id| ("VersionId".to_owned(), json!(id))));
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    fn delete(site: &Site, more: Value) -> Value {
        let mut input = json!({"Bucket": "abc", "Key": "k"});
        input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
        site.ok("DeleteObject", input)
    }

    #[test]
    fn deleting_is_for_good_where_no_versions_are_kept() {
        let site = Site::with("abc");
        assert_eq!(delete(&site, json!({})), json!({}));
        site.put("abc", "k", b"x");
        let wrong = json!({"Bucket": "abc", "Key": "k", "IfMatch": "\"0\""});
        assert_eq!(site.refusal("DeleteObject", wrong), ("PreconditionFailed".into(), 412));
        assert_eq!(delete(&site, json!({})), json!({}));
        assert_eq!(site.world().all::<Object>().count(), 0);
    }

    #[test]
    fn a_suspended_bucket_replaces_the_null_version_by_a_mark() {
        let site = Site::with("abc");
        site.put("abc", "k", b"x");
        for status in ["Enabled", "Suspended"] {
            site.ok("PutBucketVersioning", json!({"Bucket": "abc", "VersioningConfiguration": {"Status": status}}));
        }
        assert_eq!(delete(&site, json!({})), json!({"DeleteMarker": true, "VersionId": "null"}));
        assert_eq!(delete(&site, json!({"VersionId": "null"})), json!({"DeleteMarker": true, "VersionId": "null"}));
        assert_eq!(site.world().all::<Object>().count(), 0);
    }
}
