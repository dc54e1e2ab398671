//! `HeadBucket`.

use serde_json::{Value, json};

use super::Named;
use crate::s3::find;
use crate::{Error, Read};

/// Says whether a bucket is there and may be looked into, and where it lies.
pub fn head_bucket(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(json!({"BucketRegion": bucket.owner.region, "BucketArn": bucket.arn(), "AccessPointAlias": false}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn a_bucket_says_where_it_is() {
        let site = Site::with("abc");
        assert_eq!(site.ok("HeadBucket", json!({"Bucket": "abc"}))["BucketRegion"], "us-east-1");
        assert_eq!(site.refusal("HeadBucket", json!({"Bucket": "none"})), ("NoSuchBucket".into(), 404));
    }
}
