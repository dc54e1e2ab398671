//! `PutBucketAcl`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::refusal::unsupported;
use crate::s3::{canned, find};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    #[serde(rename = "ACL")]
    acl: Option<String>,
    bucket: String,
    expected_bucket_owner: Option<String>,
}

/// Takes the list that every bucket has, and refuses any other.
pub fn put_bucket_acl(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let acl = input.acl.ok_or_else(|| unsupported("PutBucketAcl without ACL"))?;
    canned::check_bucket("PutBucketAcl", &bucket, &acl).map(|()| json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn a_list_that_would_grant_something_is_refused() {
        let site = Site::with("abc");
        let put = |acl: &str| site.call("PutBucketAcl", json!({"Bucket": "abc", "ACL": acl})).map_err(|error| error.code);
        assert_eq!(put("private"), Ok(json!({})));
        assert_eq!(put("public-read"), Err("AccessControlListNotSupported".into()));
        site.ok("DeleteBucketOwnershipControls", json!({"Bucket": "abc"}));
        assert_eq!(put("public-read"), Err("AccessDenied".into()));
        site.ok("DeletePublicAccessBlock", json!({"Bucket": "abc"}));
        assert_eq!(put("public-read"), Err("NotImplemented".into()));
        let list = site.ok("GetBucketAcl", json!({"Bucket": "abc"}));
        assert_eq!(list["Grants"][0]["Permission"], "FULL_CONTROL");
    }
}
