//! `DeleteBucketOwnershipControls`.

use resource::Bucket;
use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::{Error, Write};

/// Removes the controls; then lists are on, of which none grants anything here.
pub fn delete_bucket_ownership_controls(cx: &mut Write<'_>, input: Named) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    cx.txn.update::<Bucket>(&input.bucket, |bucket| bucket.ownership = None);
    Ok(json!({}))
}
