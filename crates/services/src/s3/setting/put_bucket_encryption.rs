//! `PutBucketEncryption`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::find;
use crate::s3::refusal::{malformed_xml, unsupported};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    server_side_encryption_configuration: Configuration,
    expected_bucket_owner: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Configuration {
    rules: Vec<Rule>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Rule {
    apply_server_side_encryption_by_default: Wanted,
    /// It is about keys of KMS only.
    #[serde(rename = "BucketKeyEnabled")]
    _bucket_key: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    #[serde(rename = "SSEAlgorithm")]
    algorithm: String,
    #[serde(rename = "KMSMasterKeyID")]
    key: Option<String>,
}

/// Takes the encryption that is the default anyway, and refuses any other by name.
pub fn put_bucket_encryption(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let [rule] = &input.server_side_encryption_configuration.rules[..] else { return Err(malformed_xml()) };
    let wanted = &rule.apply_server_side_encryption_by_default;
    match (wanted.algorithm.as_str(), &wanted.key) {
        ("AES256", None) => Ok(json!({})),
        ("AES256", Some(_)) => Err(malformed_xml()),
        (other, _) => Err(unsupported(&format!("PutBucketEncryption.SSEAlgorithm={other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn only_the_default_encryption_is_taken() {
        let site = Site::with("abc");
        let put = |algorithm: &str| {
            let rule = json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}});
            let input = json!({"Bucket": "abc", "ServerSideEncryptionConfiguration": {"Rules": [rule]}});
            site.call("PutBucketEncryption", input).map_err(|error| error.code)
        };
        assert_eq!(put("AES256"), Ok(json!({})));
        assert_eq!(put("aws:kms"), Err("NotImplemented".into()));
        site.ok("DeleteBucketEncryption", json!({"Bucket": "abc"}));
        let found = site.ok("GetBucketEncryption", json!({"Bucket": "abc"}));
        let pointer = "/ServerSideEncryptionConfiguration/Rules/0/ApplyServerSideEncryptionByDefault/SSEAlgorithm";
        assert_eq!(found.pointer(pointer), Some(&json!("AES256")));
    }
}
