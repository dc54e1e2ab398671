//! `DeleteBucketEncryption`.

use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::{Error, Read};

/// Goes back to the default encryption, which is the only one.
pub fn delete_bucket_encryption(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(json!({}))
}
