//! `GetPublicAccessBlock`.

use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::s3::refusal::refused;
use crate::{Error, Read};

/// Tells what is blocked for the public.
pub fn get_public_access_block(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let block = bucket.public_access_block.ok_or_else(|| {
        let message = "The public access block configuration was not found";
        refused("NoSuchPublicAccessBlockConfiguration", message, 404)
    })?;
    Ok(json!({"PublicAccessBlockConfiguration": {
        "BlockPublicAcls": block.block_acls,
        "IgnorePublicAcls": block.ignore_acls,
        "BlockPublicPolicy": block.block_policy,
        "RestrictPublicBuckets": block.restrict_buckets,
    }}))
}
