//! `PutPublicAccessBlock`.

use resource::{Bucket, PublicAccessBlock};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    public_access_block_configuration: Configuration,
    expected_bucket_owner: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Configuration {
    block_public_acls: bool,
    ignore_public_acls: bool,
    block_public_policy: bool,
    restrict_public_buckets: bool,
}

/// Blocks what is named, and nothing else.
pub fn put_public_access_block(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let asked = input.public_access_block_configuration;
    let block = PublicAccessBlock {
        block_acls: asked.block_public_acls,
        ignore_acls: asked.ignore_public_acls,
        block_policy: asked.block_public_policy,
        restrict_buckets: asked.restrict_public_buckets,
    };
    cx.txn.update::<Bucket>(&input.bucket, |bucket| bucket.public_access_block = Some(block));
    Ok(json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn a_new_bucket_blocks_everything_until_told_otherwise() {
        let site = Site::with("abc");
        let read = || {
            let found = site.call("GetPublicAccessBlock", json!({"Bucket": "abc"}));
            found.map(|found| found["PublicAccessBlockConfiguration"].clone()).map_err(|error| (error.code, error.status))
        };
        let all = |value: bool| json!({"BlockPublicAcls": value, "IgnorePublicAcls": value, "BlockPublicPolicy": value, "RestrictPublicBuckets": value});
        assert_eq!(read(), Ok(all(true)));
        site.ok("PutPublicAccessBlock", json!({"Bucket": "abc", "PublicAccessBlockConfiguration": {"BlockPublicAcls": false}}));
        assert_eq!(read(), Ok(all(false)));
        site.ok("DeletePublicAccessBlock", json!({"Bucket": "abc"}));
        assert_eq!(read(), Err(("NoSuchPublicAccessBlockConfiguration".into(), 404)));
    }
}
