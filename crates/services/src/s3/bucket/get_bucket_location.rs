//! `GetBucketLocation`.

use serde_json::{Value, json};

use super::Named;
use crate::s3::find;
use crate::{Error, Read};

/// Says in which Region a bucket lies; for us-east-1 the answer is empty.
pub fn get_bucket_location(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    match bucket.owner.region.as_str() {
        "us-east-1" => Ok(json!({})),
        region => Ok(json!({"LocationConstraint": region})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn the_first_region_has_no_name_here() {
        let site = Site::with("abc");
        assert_eq!(site.ok("GetBucketLocation", json!({"Bucket": "abc"})), json!({}));
        assert_eq!(site.refusal("GetBucketLocation", json!({"Bucket": "none"})), ("NoSuchBucket".into(), 404));
        let expected = json!({"Bucket": "abc", "ExpectedBucketOwner": "222222222222"});
        assert_eq!(site.refusal("GetBucketLocation", expected), ("AccessDenied".into(), 403));
    }
}
