//! `GetBucketVersioning`.

use resource::Versioning;
use serde_json::{Value, json};

use crate::s3::bucket::Named;
use crate::s3::find;
use crate::{Error, Read};

/// Says whether versions are kept; nothing while they never were.
pub fn get_bucket_versioning(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    match bucket.versioning {
        Versioning::Unversioned => Ok(json!({})),
        Versioning::Enabled => Ok(json!({"Status": "Enabled"})),
        Versioning::Suspended => Ok(json!({"Status": "Suspended"})),
    }
}
