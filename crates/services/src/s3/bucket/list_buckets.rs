//! `ListBuckets`.

use resource::{BUCKET_OWNER, Bucket};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::page::{Ask, cut};
use crate::s3::owner;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    max_buckets: Option<usize>,
    continuation_token: Option<String>,
    prefix: Option<String>,
    bucket_region: Option<String>,
}

/// Lists the buckets of the account, in all Regions.
pub fn list_buckets(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let account = &cx.owner().account;
    let named = |bucket: &Bucket| input.prefix.as_ref().is_none_or(|prefix| bucket.name.starts_with(prefix));
    let there = |bucket: &Bucket| input.bucket_region.as_ref().is_none_or(|region| bucket.owner.region == *region);
    let all = cx.world.named::<Bucket>(BUCKET_OWNER, account).filter(|bucket| named(bucket) && there(bucket)).collect();
    let ask = Ask { max_results: input.max_buckets, token: input.continuation_token.as_deref() };
    let page = cut(ask, all, |bucket| bucket.name.clone())?;
    let paged = input.max_buckets.is_some();
    let view = |bucket: &std::sync::Arc<Bucket>| {
        let mut shown = Map::from_iter([
            ("Name".to_owned(), json!(bucket.name)),
            ("CreationDate".to_owned(), json!(bucket.created)),
            ("BucketArn".to_owned(), json!(bucket.arn())),
        ]);
        shown.extend(paged.then(|| ("BucketRegion".to_owned(), json!(bucket.owner.region))));
        Value::Object(shown)
    };
    let buckets: Vec<Value> = page.items.iter().map(view).collect();
    let mut answer = Map::from_iter([("Buckets".to_owned(), json!(buckets)), ("Owner".to_owned(), owner::view(account))]);
    answer.extend(page.next.map(|next| ("ContinuationToken".to_owned(), json!(next))));
    answer.extend(input.prefix.map(|prefix| ("Prefix".to_owned(), json!(prefix))));
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn an_account_sees_its_own_buckets_page_by_page() {
        let site = Site::new();
        for name in ["bbb", "aaa", "abc"] {
            site.ok("CreateBucket", json!({"Bucket": name}));
        }
        site.account("222222222222").ok("CreateBucket", json!({"Bucket": "other"}));
        let names = |answer: &Value| -> Vec<String> {
            answer["Buckets"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|b| b["Name"].as_str().unwrap_or_default().to_owned())
                .collect()
        };
        assert_eq!(names(&site.ok("ListBuckets", json!({}))), ["aaa", "abc", "bbb"]);
        assert_eq!(names(&site.ok("ListBuckets", json!({"Prefix": "a"}))), ["aaa", "abc"]);
        assert_eq!(names(&site.ok("ListBuckets", json!({"BucketRegion": "eu-west-1"}))), [""; 0]);
        let first = site.ok("ListBuckets", json!({"MaxBuckets": 2}));
        assert_eq!(names(&first), ["aaa", "abc"]);
        let second = site.ok("ListBuckets", json!({"MaxBuckets": 2, "ContinuationToken": first["ContinuationToken"]}));
        assert_eq!((names(&second), second["ContinuationToken"].is_null()), (vec!["bbb".to_owned()], true));
    }
}
