//! `PutBucketVersioning`.

use resource::{Bucket, Versioning};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::find;
use crate::s3::refusal::{malformed_xml, unsupported};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    versioning_configuration: Configuration,
    expected_bucket_owner: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Configuration {
    #[serde(rename = "MFADelete")]
    mfa_delete: Option<String>,
    status: Option<String>,
}

/// Keeps versions from now on, or no more; those that are there stay.
pub fn put_bucket_versioning(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    if input.versioning_configuration.mfa_delete.is_some_and(|wanted| wanted != "Disabled") {
        return Err(unsupported("PutBucketVersioning.VersioningConfiguration.MFADelete"));
    }
    let versioning = match input.versioning_configuration.status.as_deref() {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        _ => return Err(malformed_xml()),
    };
    cx.txn.update::<Bucket>(&input.bucket, |bucket| bucket.versioning = versioning);
    Ok(json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn versioning_is_off_on_or_suspended_and_never_off_again() {
        let site = Site::with("abc");
        let status = || site.ok("GetBucketVersioning", json!({"Bucket": "abc"}))["Status"].clone();
        let put = |configuration: Value| {
            let input = json!({"Bucket": "abc", "VersioningConfiguration": configuration});
            site.call("PutBucketVersioning", input).map_err(|error| error.code)
        };
        assert_eq!(status(), Value::Null);
        assert_eq!(put(json!({"Status": "Enabled", "MFADelete": "Enabled"})), Err("NotImplemented".into()));
        assert_eq!(put(json!({})), Err("MalformedXML".into()));
        assert_eq!((put(json!({"Status": "Enabled"})), status()), (Ok(json!({})), json!("Enabled")));
        assert_eq!((put(json!({"Status": "Suspended"})), status()), (Ok(json!({})), json!("Suspended")));
    }
}
