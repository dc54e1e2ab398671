//! `GetObjectLockConfiguration`: no bucket here has one, since `Put` is refused.

use serde_json::Value;

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::s3::refusal::refused;
use crate::{Error, Read};

/// Says how its objects are locked: nothing was ever set.
pub fn get_object_lock_configuration(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Err(refused("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", 404))
}
