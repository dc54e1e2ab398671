//! `AbortMultipartUpload`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    upload_id: String,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Forgets an upload and its parts.
pub fn abort_multipart_upload(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let upload = find::upload(cx.txn, &input.bucket, &input.key, &input.upload_id)?;
    super::forget(cx.txn, &upload);
    Ok(json!({}))
}
