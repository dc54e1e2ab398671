//! `PutBucketOwnershipControls`.

use resource::{Bucket, Ownership};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::find;
use crate::s3::refusal::{malformed_xml, unsupported};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    ownership_controls: Controls,
    expected_bucket_owner: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Controls {
    rules: Vec<Rule>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Rule {
    object_ownership: String,
}

/// Says who owns what is written into the bucket.
pub fn put_bucket_ownership_controls(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let [rule] = &input.ownership_controls.rules[..] else { return Err(malformed_xml()) };
    let ownership = ownership("PutBucketOwnershipControls", &rule.object_ownership)?;
    cx.txn.update::<Bucket>(&input.bucket, |bucket| bucket.ownership = Some(ownership));
    Ok(json!({}))
}

/// An ownership by its name. Objects of other owners than the bucket's are not there yet.
///
/// # Errors
/// `MalformedXML`, and a refusal by name.
pub fn ownership(operation: &str, name: &str) -> Result<Ownership, Error> {
    match name {
        "BucketOwnerEnforced" => Ok(Ownership::BucketOwnerEnforced),
        "BucketOwnerPreferred" => Ok(Ownership::BucketOwnerPreferred),
        "ObjectWriter" => Err(unsupported(&format!("{operation}.ObjectOwnership=ObjectWriter"))),
        _ => Err(malformed_xml()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn objects_are_the_bucket_owners_one_way_or_the_other() {
        let site = Site::with("abc");
        let put = |name: &str| {
            let input = json!({"Bucket": "abc", "OwnershipControls": {"Rules": [{"ObjectOwnership": name}]}});
            site.call("PutBucketOwnershipControls", input).map_err(|error| error.code)
        };
        let read = || {
            let found = site.call("GetBucketOwnershipControls", json!({"Bucket": "abc"})).map_err(|error| error.code)?;
            Ok::<_, String>(found["OwnershipControls"]["Rules"][0]["ObjectOwnership"].clone())
        };
        assert_eq!(read(), Ok(json!("BucketOwnerEnforced")));
        assert_eq!(put("ObjectWriter"), Err("NotImplemented".into()));
        assert_eq!((put("BucketOwnerPreferred"), read()), (Ok(json!({})), Ok(json!("BucketOwnerPreferred"))));
        site.ok("DeleteBucketOwnershipControls", json!({"Bucket": "abc"}));
        assert_eq!(read(), Err("OwnershipControlsNotFoundError".into()));
    }
}
