//! `ListObjectsV2`.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::list_objects::{content, objects};
use crate::s3::listing::{Ask, common_prefixes, items, most, shown};
use crate::s3::refusal::invalid_argument;
use crate::s3::{find, owner};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    prefix: Option<String>,
    delimiter: Option<String>,
    start_after: Option<String>,
    continuation_token: Option<String>,
    max_keys: Option<i64>,
    encoding_type: Option<String>,
    fetch_owner: bool,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Lists objects in the order of their keys.
pub fn list_objects_v2(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let token = input.continuation_token.as_deref().map(read_token).transpose()?;
    let ask = Ask {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        after: token.as_deref().or(input.start_after.as_deref()).unwrap_or_default(),
        most: most(input.max_keys)?,
    };
    let page = objects(cx.world, &bucket, &ask);
    let encoding = input.encoding_type.as_deref();
    let owned = |mut shown: Map<String, Value>| {
        shown.extend(input.fetch_owner.then(|| ("Owner".to_owned(), owner::view(&bucket.owner.account))));
        Value::Object(shown)
    };
    let contents: Vec<Value> = items(&page).filter_map(|object| content(object, encoding)).map(owned).collect();
    let said = |text: &Option<String>| text.as_deref().map(|text| json!(shown(text, encoding)));
    let optional = [
        ("Delimiter", said(&input.delimiter)),
        ("StartAfter", said(&input.start_after)),
        ("EncodingType", encoding.map(|encoding| json!(encoding))),
        ("ContinuationToken", input.continuation_token.as_ref().map(|token| json!(token))),
        ("NextContinuationToken", page.next.as_deref().map(|next| json!(token_of(next)))),
    ];
    let mut answer = Map::from_iter([
        ("Name".to_owned(), json!(bucket.name)),
        ("Prefix".to_owned(), json!(shown(ask.prefix, encoding))),
        ("MaxKeys".to_owned(), json!(ask.most)),
        ("KeyCount".to_owned(), json!(page.entries.len())),
        ("IsTruncated".to_owned(), json!(page.next.is_some())),
        ("Contents".to_owned(), json!(contents)),
        ("CommonPrefixes".to_owned(), json!(common_prefixes(&page, encoding))),
    ]);
    answer.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Ok(Value::Object(answer))
}

fn token_of(key: &str) -> String {
    STANDARD.encode(key)
}

fn read_token(token: &str) -> Result<String, Error> {
    let key = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    key.ok_or_else(|| invalid_argument("The continuation token provided is incorrect"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn pages_follow_each_other_by_their_token() {
        let site = Site::with("abc");
        for key in ["a/1", "a/2", "b", "c d"] {
            site.put("abc", key, b"x");
        }
        site.ok("CreateBucket", json!({"Bucket": "abcd"}));
        site.put("abcd", "other", b"x");
        let list = |more: Value| {
            let mut input = json!({"Bucket": "abc", "EncodingType": "url", "FetchOwner": true});
            input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            site.ok("ListObjectsV2", input)
        };
        let keys = |answer: &Value| -> Vec<Value> {
            answer["Contents"].as_array().into_iter().flatten().map(|object| object["Key"].clone()).collect()
        };
        let first = list(json!({"Delimiter": "/", "MaxKeys": 2}));
        assert_eq!((keys(&first), &first["CommonPrefixes"]), (vec![json!("b")], &json!([{"Prefix": "a/"}])));
        assert_eq!((&first["KeyCount"], &first["IsTruncated"]), (&json!(2), &json!(true)));
        assert!(first["Contents"][0]["Owner"]["ID"].is_string());
        let next = list(json!({"Delimiter": "/", "ContinuationToken": first["NextContinuationToken"]}));
        assert_eq!((keys(&next), &next["IsTruncated"]), (vec![json!("c%20d")], &json!(false)));
        assert_eq!(keys(&list(json!({"StartAfter": "a/1", "Prefix": "a/"}))), [json!("a/2")]);
        let wrong = json!({"Bucket": "abc", "ContinuationToken": "?"});
        assert_eq!(site.refusal("ListObjectsV2", wrong), ("InvalidArgument".into(), 400));
    }
}
