//! `DeletePublicAccessBlock`.

use resource::Bucket;
use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::{Error, Write};

/// Blocks nothing any more.
pub fn delete_public_access_block(cx: &mut Write<'_>, input: Named) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    cx.txn.update::<Bucket>(&input.bucket, |bucket| bucket.public_access_block = None);
    Ok(json!({}))
}
