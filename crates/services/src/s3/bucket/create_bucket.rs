//! `CreateBucket`.

use resource::{Bucket, Ownership, PublicAccessBlock, Versioning};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::s3::refusal::{refused, unsupported};
use crate::s3::{canned, headers, name, setting};
use crate::tags::Tag;
use crate::{Error, Write};

/// The Region whose buckets have no location constraint, and where making one's own bucket again is no error.
const CLASSIC: &str = "us-east-1";

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    #[serde(rename = "ACL")]
    acl: Option<String>,
    bucket: String,
    create_bucket_configuration: Configuration,
    object_lock_enabled_for_bucket: bool,
    object_ownership: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Configuration {
    location_constraint: Option<String>,
    tags: Vec<Tag>,
}

/// Makes a bucket in the Region of the request.
pub fn create_bucket(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    name::check_bucket(&input.bucket)?;
    if input.object_lock_enabled_for_bucket {
        return Err(unsupported("CreateBucket.ObjectLockEnabledForBucket"));
    }
    let region = location(cx, input.create_bucket_configuration.location_constraint.as_deref())?;
    let ownership = input.object_ownership.as_deref().map(|name| setting::ownership("CreateBucket", name)).transpose()?;
    let mut owner = cx.owner().clone();
    owner.region = region;
    let bucket = Bucket {
        name: input.bucket,
        created: cx.now,
        policy: None,
        versioning: Versioning::Unversioned,
        public_access_block: Some(PublicAccessBlock::ALL),
        ownership: Some(ownership.unwrap_or(Ownership::BucketOwnerEnforced)),
        tags: headers::checked(&input.create_bucket_configuration.tags)?,
        owner,
    };
    if let Some(acl) = &input.acl {
        canned::check_bucket("CreateBucket", &bucket, acl)?;
    }
    let answer = json!({"Location": format!("/{}", bucket.name), "BucketArn": bucket.arn()});
    match cx.txn.find::<Bucket>(&bucket.name) {
        None => cx.txn.put(bucket),
        Some(known) if known.owner.account != bucket.owner.account => return Err(taken()),
        Some(known) if known.owner == bucket.owner && bucket.owner.region == CLASSIC => {}
        Some(_) => return Err(owned_already()),
    }
    Ok(answer)
}

/// Where the bucket is to lie: in the Region that the request was signed for, which a constraint has to name.
fn location(cx: &Write<'_>, constraint: Option<&str>) -> Result<String, Error> {
    let here = cx.owner().region.as_str();
    match constraint {
        Some("EU") if here == "eu-west-1" || here == CLASSIC => Ok("eu-west-1".to_owned()),
        Some(there) if there == here && here != CLASSIC => Ok(here.to_owned()),
        Some(there) if here == CLASSIC && there != CLASSIC && !there.is_empty() => Ok(there.to_owned()),
        None if here == CLASSIC => Ok(here.to_owned()),
        Some(CLASSIC) => Err(refused("InvalidLocationConstraint", "The specified location-constraint is not valid", 400)),
        constraint => {
            let constraint = constraint.filter(|text| !text.is_empty()).unwrap_or("unspecified");
            let message = format!(
                "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
            );
            Err(refused("IllegalLocationConstraintException", message, 400))
        }
    }
}

fn taken() -> Error {
    let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
                   Please select a different name and try again.";
    refused("BucketAlreadyExists", message, 409)
}

fn owned_already() -> Error {
    let message = "Your previous request to create the named bucket succeeded and you already own it.";
    refused("BucketAlreadyOwnedByYou", message, 409)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn a_name_is_taken_for_all_accounts_and_all_regions() {
        let site = Site::new();
        let plain = json!({"Bucket": "abc"});
        let made = site.ok("CreateBucket", plain.clone());
        assert_eq!(made, json!({"Location": "/abc", "BucketArn": "arn:aws:s3:::abc"}));
        site.ok("CreateBucket", plain.clone());
        assert_eq!(site.account("222222222222").refusal("CreateBucket", plain), ("BucketAlreadyExists".into(), 409));
        let in_europe = json!({"Bucket": "abc", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}});
        assert_eq!(site.region("eu-west-1").refusal("CreateBucket", in_europe), ("BucketAlreadyOwnedByYou".into(), 409));
    }

    #[test]
    fn a_bucket_lies_where_its_constraint_says() {
        let site = Site::new();
        let europe = site.region("eu-west-1");
        let there =
            |name: &str, region: &str| json!({"Bucket": name, "CreateBucketConfiguration": {"LocationConstraint": region}});
        let illegal = ("IllegalLocationConstraintException".to_owned(), 400);
        assert_eq!(europe.refusal("CreateBucket", json!({"Bucket": "abc"})), illegal);
        assert_eq!(europe.refusal("CreateBucket", there("abc", "eu-central-1")), illegal);
        assert_eq!(site.refusal("CreateBucket", there("abc", "us-east-1")).0, "InvalidLocationConstraint");
        europe.ok("CreateBucket", there("abc", "eu-west-1"));
        assert_eq!(europe.refusal("CreateBucket", there("abc", "eu-west-1")), ("BucketAlreadyOwnedByYou".into(), 409));
        assert_eq!(site.ok("GetBucketLocation", json!({"Bucket": "abc"}))["LocationConstraint"], "eu-west-1");
    }

    #[test]
    fn what_a_bucket_cannot_be_is_refused_by_name() {
        let site = Site::new();
        let refused = |more: Value| {
            let mut input = json!({"Bucket": "abc"});
            input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            site.refusal("CreateBucket", input).0
        };
        assert_eq!(refused(json!({"Bucket": "A_b"})), "InvalidBucketName");
        assert_eq!(refused(json!({"ObjectLockEnabledForBucket": true})), "NotImplemented");
        assert_eq!(refused(json!({"ObjectOwnership": "ObjectWriter"})), "NotImplemented");
        assert_eq!(refused(json!({"ACL": "public-read"})), "AccessControlListNotSupported");
        site.ok("CreateBucket", json!({"Bucket": "abc", "ACL": "private"}));
    }
}
