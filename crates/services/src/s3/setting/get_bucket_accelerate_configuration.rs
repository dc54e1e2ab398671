//! `GetBucketAccelerateConfiguration`: always what a new bucket has, since `Put` is refused.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::find;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Says whether transfers are accelerated: they never were.
pub fn get_bucket_accelerate_configuration(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(json!({}))
}
