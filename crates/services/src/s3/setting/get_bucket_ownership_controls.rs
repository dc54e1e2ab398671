//! `GetBucketOwnershipControls`.

use resource::Ownership;
use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::s3::refusal::refused;
use crate::{Error, Read};

/// Says who owns the bucket's objects.
pub fn get_bucket_ownership_controls(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let ownership = match bucket.ownership {
        Some(Ownership::BucketOwnerEnforced) => "BucketOwnerEnforced",
        Some(Ownership::BucketOwnerPreferred) => "BucketOwnerPreferred",
        None => {
            let message = "The bucket ownership controls were not found";
            return Err(refused("OwnershipControlsNotFoundError", message, 404));
        }
    };
    Ok(json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}))
}
