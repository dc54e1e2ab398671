//! `GetBucketLogging`: always what a new bucket has, since `Put` is refused.

use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::{Error, Read};

/// Says where its access is logged: nowhere.
pub fn get_bucket_logging(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(json!({}))
}
