//! `PutObjectAcl`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::refusal::unsupported;
use crate::s3::{canned, find};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    version_id: Option<String>,
    #[serde(rename = "ACL")]
    acl: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Takes a list that grants nothing more than is granted anyway, and refuses any other.
pub fn put_object_acl(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    find::version(cx.world, cx.caller, &bucket, &input.key, input.version_id.as_deref())?;
    let acl = input.acl.ok_or_else(|| unsupported("PutObjectAcl without ACL"))?;
    canned::check_object("PutObjectAcl", &bucket, cx.caller, Some(&acl)).map(|()| json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn only_lists_that_change_nothing_are_taken() {
        let site = Site::with("abc");
        site.put("abc", "k", b"x");
        let put = |acl: &str| site.call("PutObjectAcl", json!({"Bucket": "abc", "Key": "k", "ACL": acl})).map_err(|e| e.code);
        assert_eq!(put("bucket-owner-full-control"), Ok(json!({})));
        assert_eq!(put("public-read"), Err("AccessControlListNotSupported".into()));
        let list = site.ok("GetObjectAcl", json!({"Bucket": "abc", "Key": "k"}));
        assert_eq!(list["Owner"]["ID"], list["Grants"][0]["Grantee"]["ID"]);
    }
}
