//! `GetBucketTagging`.

use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::s3::refusal::refused;
use crate::tags;
use crate::{Error, Read};

/// Tells the tags.
pub fn get_bucket_tagging(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    match bucket.tags.0.is_empty() {
        true => Err(refused("NoSuchTagSet", "The TagSet does not exist", 404)),
        false => Ok(json!({"TagSet": tags::view(&bucket.tags)})),
    }
}
