//! `GetObjectAcl`.

use serde::Deserialize;
use serde_json::Value;

use crate::s3::{find, owner};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    version_id: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Tells the access control list of an object, which gives everything to the bucket's owner.
pub fn get_object_acl(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    find::version(cx.world, cx.caller, &bucket, &input.key, input.version_id.as_deref())?;
    Ok(owner::private_list(&bucket.owner.account))
}
