//! `GetBucketWebsite`: no bucket here has one, since `Put` is refused.

use serde_json::Value;

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::s3::refusal::refused;
use crate::{Error, Read};

/// Says how it is a website: nothing was ever set.
pub fn get_bucket_website(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Err(refused("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", 404))
}
