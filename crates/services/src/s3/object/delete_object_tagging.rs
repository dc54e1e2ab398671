//! `DeleteObjectTagging`.

use resource::Tags;
use serde::Deserialize;
use serde_json::Value;

use super::put_object_tagging::set;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    version_id: Option<String>,
    expected_bucket_owner: Option<String>,
}

/// Removes the tags of an object.
pub fn delete_object_tagging(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    set(cx, &input.bucket, &input.key, input.version_id, input.expected_bucket_owner.as_deref(), Tags::default())
}
