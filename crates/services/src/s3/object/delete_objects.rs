//! `DeleteObjects`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::action::Target;
use crate::s3::refusal::malformed_xml;
use crate::s3::{access, find, version};
use crate::{Error, Write};

/// How many objects may go at once.
const MOST: usize = 1000;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    delete: Delete,
    expected_bucket_owner: Option<String>,
    /// Nothing here is locked, and who pays is not a question.
    #[serde(rename = "BypassGovernanceRetention")]
    _bypass: bool,
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Delete {
    objects: Vec<Identifier>,
    quiet: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Identifier {
    key: String,
    version_id: Option<String>,
}

/// Deletes many objects; each is permitted, done and answered for itself.
pub fn delete_objects(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    if input.delete.objects.is_empty() || input.delete.objects.len() > MOST {
        return Err(malformed_xml());
    }
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for Identifier { key, version_id } in input.delete.objects {
        let mut shown = Map::from_iter([("Key".to_owned(), json!(key))]);
        shown.extend(version_id.as_ref().map(|id| ("VersionId".to_owned(), json!(id))));
        let action = if version_id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
        let target = Target::Object(bucket.name.clone(), key.clone());
        let done = access::may(cx.txn, cx.caller, action, target).and_then(|()| match version_id.as_deref() {
            Some(id) => version::delete_version(cx.txn, &bucket, &key, id),
            None => Ok(version::delete(cx.txn, &bucket, &key, cx.now)),
        });
        match done {
            Ok(done) => {
                if done.marker {
                    shown.insert("DeleteMarker".into(), json!(true));
                    shown.extend(done.id.map(|id| ("DeleteMarkerVersionId".to_owned(), json!(id))));
                }
                deleted.push(Value::Object(shown));
            }
            Err(error) => {
                shown.insert("Code".into(), json!(error.code));
                shown.insert("Message".into(), json!(error.message));
                errors.push(Value::Object(shown));
            }
        }
    }
    let mut answer = Map::new();
    answer.extend((!input.delete.quiet).then(|| ("Deleted".to_owned(), json!(deleted))));
    answer.extend((!errors.is_empty()).then(|| ("Errors".to_owned(), json!(errors))));
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn many_go_at_once_and_who_may_not_is_told_for_each() {
        let site = Site::with("abc");
        site.put("abc", "a", b"x");
        let objects = json!({"Objects": [{"Key": "a"}, {"Key": "none"}]});
        let stranger = site.account("222222222222").ok("DeleteObjects", json!({"Bucket": "abc", "Delete": objects}));
        assert_eq!(stranger["Errors"][0]["Code"], "AccessDenied");
        assert_eq!(stranger["Deleted"], json!([]));
        let done = site.ok("DeleteObjects", json!({"Bucket": "abc", "Delete": objects}));
        assert_eq!(done, json!({"Deleted": [{"Key": "a"}, {"Key": "none"}]}));
        let quiet = json!({"Objects": [{"Key": "a"}], "Quiet": true});
        assert_eq!(site.ok("DeleteObjects", json!({"Bucket": "abc", "Delete": quiet})), json!({}));
        let none = json!({"Bucket": "abc", "Delete": {"Objects": []}});
        assert_eq!(site.refusal("DeleteObjects", none), ("MalformedXML".into(), 400));
    }
}
