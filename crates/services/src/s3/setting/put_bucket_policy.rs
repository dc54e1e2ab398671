//! `PutBucketPolicy`.

use policy::{Kind, Policy};
use resource::Bucket;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::find;
use crate::s3::public::is_public;
use crate::s3::refusal::{access_denied, refused};
use crate::{Error, Write};

/// What a policy may measure.
const LONGEST: usize = 20 << 10;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    policy: String,
    /// The owner's root can always take a policy back.
    #[serde(rename = "ConfirmRemoveSelfBucketAccess")]
    _confirmed: bool,
    expected_bucket_owner: Option<String>,
}

/// Sets the policy.
pub fn put_bucket_policy(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    check(&bucket.name, &input.policy)?;
    if bucket.public_access_block.is_some_and(|block| block.block_policy) && is_public(&input.policy) {
        return Err(access_denied(format!(
            "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{}\" because public policies are blocked \
             by the BlockPublicPolicy block public access setting.",
            cx.caller.arn,
            bucket.arn()
        )));
    }
    cx.txn.update::<Bucket>(&input.bucket, |bucket| bucket.policy = Some(input.policy));
    Ok(json!({}))
}

/// A policy that can be read and is about this bucket and nothing else.
fn check(bucket: &str, document: &str) -> Result<(), Error> {
    let malformed = |message: String| refused("MalformedPolicy", message, 400);
    if document.len() > LONGEST {
        return Err(refused("PolicyTooLarge", "Policy exceeds the maximum allowed document size.", 400));
    }
    Policy::parse(document, Kind::Resource).map_err(|fault| malformed(fault.to_string()))?;
    let policy: Value = serde_json::from_str(document).map_err(|error| malformed(error.to_string()))?;
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        one => vec![one],
    };
    let arn = format!("arn:aws:s3:::{bucket}");
    let is_ours = |resource: &str| match resource.strip_prefix(&arn) {
        Some(rest) => rest.is_empty() || rest.starts_with(['/', '*', '?']),
        None => {
            resource == "*" || resource.contains(['*', '?']) && arn.starts_with(resource.split(['*', '?']).next().unwrap_or(""))
        }
    };
    let resources = statements.into_iter().flat_map(|statement| match &statement["Resource"] {
        Value::Array(resources) => resources.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
        one => one.as_str().into_iter().collect(),
    });
    match resources.into_iter().all(is_ours) {
        true => Ok(()),
        false => Err(malformed("Policy has invalid resource".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    const DELIVERY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},
        "Action":"s3:PutObject","Resource":"arn:aws:s3:::abc/*"}]}"#;

    fn put(site: &Site, policy: &str) -> Result<Value, String> {
        site.call("PutBucketPolicy", json!({"Bucket": "abc", "Policy": policy})).map_err(|error| error.code)
    }

    #[test]
    fn a_policy_comes_back_as_it_was_written_until_it_is_deleted() {
        let site = Site::with("abc");
        let read = || site.call("GetBucketPolicy", json!({"Bucket": "abc"})).map_err(|error| (error.code, error.status));
        let none = Err(("NoSuchBucketPolicy".to_owned(), 404));
        assert_eq!(read(), none);
        assert_eq!(put(&site, DELIVERY), Ok(json!({})));
        assert_eq!(read(), Ok(json!({"Policy": DELIVERY})));
        let status = site.ok("GetBucketPolicyStatus", json!({"Bucket": "abc"}));
        assert_eq!(status, json!({"PolicyStatus": {"IsPublic": false}}));
        site.ok("DeleteBucketPolicy", json!({"Bucket": "abc"}));
        assert_eq!(read(), none);
    }

    #[test]
    fn a_policy_that_cannot_be_read_or_is_about_another_bucket_is_malformed() {
        let site = Site::with("abc");
        assert_eq!(put(&site, "{"), Err("MalformedPolicy".into()));
        assert_eq!(put(&site, &DELIVERY.replace(":::abc/", ":::abcd/")), Err("MalformedPolicy".into()));
        assert_eq!(put(&site, &DELIVERY.replace("arn:aws:s3:::abc/*", "*")), Ok(json!({})));
        assert_eq!(put(&site, &format!("{DELIVERY}{}", " ".repeat(LONGEST))), Err("PolicyTooLarge".into()));
    }

    #[test]
    fn a_public_policy_is_refused_while_such_are_blocked() {
        let site = Site::with("abc");
        let public = DELIVERY.replace(r#"{"Service":"delivery.logs.amazonaws.com"}"#, r#""*""#);
        assert_eq!(put(&site, &public), Err("AccessDenied".into()));
        site.ok("DeletePublicAccessBlock", json!({"Bucket": "abc"}));
        assert_eq!(put(&site, &public), Ok(json!({})));
        let status = site.ok("GetBucketPolicyStatus", json!({"Bucket": "abc"}));
        assert_eq!(status, json!({"PolicyStatus": {"IsPublic": true}}));
    }
}
