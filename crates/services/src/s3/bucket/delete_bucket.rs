//! `DeleteBucket`.

use resource::{Bucket, Object, Upload};
use serde_json::{Value, json};

use super::Named;
use crate::s3::find;
use crate::s3::refusal::refused;
use crate::{Error, Write};

/// Removes a bucket that has no object and no version. Uploads that were never completed go with it.
pub fn delete_bucket(cx: &mut Write<'_>, input: Named) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let first = cx.txn.all_from::<Object>(&Object::key_of(&input.bucket, "")).next();
    if let Some(object) = first.filter(|object| object.bucket == input.bucket) {
        let versions = if object.current().is_some() { "" } else { " You must delete all versions in the bucket." };
        let message = format!("The bucket you tried to delete is not empty.{versions}");
        return Err(refused("BucketNotEmpty", message, 409));
    }
    let uploads = cx.txn.all_from::<Upload>(&format!("{}/", input.bucket)).take_while(|upload| upload.bucket == input.bucket);
    for upload in uploads.collect::<Vec<_>>() {
        crate::s3::upload::forget(cx.txn, &upload);
    }
    cx.txn.remove::<Bucket>(&input.bucket);
    Ok(json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn a_bucket_goes_when_it_has_neither_objects_nor_versions() {
        let site = Site::with("abc");
        let delete = || site.call("DeleteBucket", json!({"Bucket": "abc"})).map_err(|error| (error.code, error.status));
        site.put("abc", "k", b"x");
        site.ok("CreateBucket", json!({"Bucket": "ab-other"}));
        assert_eq!(delete(), Err(("BucketNotEmpty".into(), 409)));
        site.ok("PutBucketVersioning", json!({"Bucket": "abc", "VersioningConfiguration": {"Status": "Enabled"}}));
        let marker = site.ok("DeleteObject", json!({"Bucket": "abc", "Key": "k"}));
        assert_eq!(delete(), Err(("BucketNotEmpty".into(), 409)));
        for id in ["null", marker["VersionId"].as_str().expect("a marker has an id")] {
            site.ok("DeleteObject", json!({"Bucket": "abc", "Key": "k", "VersionId": id}));
        }
        let upload = site.ok("CreateMultipartUpload", json!({"Bucket": "abc", "Key": "k"}));
        assert!(upload["UploadId"].is_string());
        assert_eq!(delete(), Ok(json!({})));
        assert_eq!(delete(), Err(("NoSuchBucket".into(), 404)));
        assert_eq!(site.world().all::<Upload>().count(), 0);
    }
}
