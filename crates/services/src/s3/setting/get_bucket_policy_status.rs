//! `GetBucketPolicyStatus`.

use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::s3::public::is_public;
use crate::s3::refusal::refused;
use crate::{Error, Read};

/// Says whether the policy is public.
pub fn get_bucket_policy_status(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    match &bucket.policy {
        Some(policy) => Ok(json!({"PolicyStatus": {"IsPublic": is_public(policy)}})),
        None => Err(refused("NoSuchBucketPolicy", "The bucket policy does not exist", 404)),
    }
}
