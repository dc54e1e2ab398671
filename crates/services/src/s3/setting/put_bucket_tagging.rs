//! `PutBucketTagging`.

use resource::Bucket;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::{find, headers};
use crate::tags::Tag;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    tagging: Tagging,
    expected_bucket_owner: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tagging {
    tag_set: Vec<Tag>,
}

/// Replaces all tags.
pub fn put_bucket_tagging(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let tags = headers::checked(&input.tagging.tag_set)?;
    cx.txn.update::<Bucket>(&input.bucket, |bucket| bucket.tags = tags);
    Ok(json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn tags_are_replaced_together_and_none_is_an_error_of_its_own() {
        let site = Site::with("abc");
        let put = |tags: Value| site.call("PutBucketTagging", json!({"Bucket": "abc", "Tagging": {"TagSet": tags}}));
        let read = || site.call("GetBucketTagging", json!({"Bucket": "abc"})).map_err(|error| (error.code, error.status));
        assert_eq!(read(), Err(("NoSuchTagSet".into(), 404)));
        assert!(put(json!([{"Key": "aws:x", "Value": ""}])).is_err_and(|error| error.code == "InvalidTag"));
        assert!(put(json!([{"Key": "a", "Value": "1"}])).is_ok());
        assert!(put(json!([{"Key": "b", "Value": "2"}])).is_ok());
        assert_eq!(read(), Ok(json!({"TagSet": [{"Key": "b", "Value": "2"}]})));
        site.ok("DeleteBucketTagging", json!({"Bucket": "abc"}));
        assert_eq!(read(), Err(("NoSuchTagSet".into(), 404)));
    }
}
