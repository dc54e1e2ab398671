//! `GetBucketAcl`.

use serde_json::Value;

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::s3::owner;
use crate::{Error, Read};

/// Tells the access control list, which gives everything to the owner.
pub fn get_bucket_acl(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(owner::private_list(&bucket.owner.account))
}
