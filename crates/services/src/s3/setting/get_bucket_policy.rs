//! `GetBucketPolicy`.

use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::s3::refusal::refused;
use crate::{Error, Read};

/// Tells the policy as it was written.
pub fn get_bucket_policy(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    match &bucket.policy {
        Some(policy) => Ok(json!({"Policy": policy})),
        None => Err(refused("NoSuchBucketPolicy", "The bucket policy does not exist", 404)),
    }
}
