//! `GetBucketEncryption`.

use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::{Error, Read};

/// Tells the default encryption, which nobody can switch off.
pub fn get_bucket_encryption(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let rule = json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": false});
    Ok(json!({"ServerSideEncryptionConfiguration": {"Rules": [rule]}}))
}
