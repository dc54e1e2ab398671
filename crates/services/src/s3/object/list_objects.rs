//! `ListObjects`, the first version, which pages by keys.

use std::sync::Arc;

use resource::{Bucket, Object};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::Snapshot;

use super::view;
use crate::s3::listing::{Ask, Listing, begin, common_prefixes, items, most, page, shown};
use crate::s3::{find, owner};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    prefix: Option<String>,
    delimiter: Option<String>,
    marker: Option<String>,
    max_keys: Option<i64>,
    encoding_type: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Lists objects in the order of their keys.
pub fn list_objects(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let ask = Ask {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        after: input.marker.as_deref().unwrap_or_default(),
        most: most(input.max_keys)?,
    };
    let page = objects(cx.world, &bucket, &ask);
    let encoding = input.encoding_type.as_deref();
    let contents = items(&page).filter_map(|object| content(object, encoding)).map(|mut shown| {
        shown.insert("Owner".into(), owner::view(&bucket.owner.account));
        Value::Object(shown)
    });
    let contents: Vec<Value> = contents.collect();
    let next = page.next.as_deref().filter(|_| input.delimiter.is_some());
    let optional = [
        ("Delimiter", input.delimiter.as_deref().map(|text| json!(shown(text, encoding)))),
        ("EncodingType", encoding.map(|encoding| json!(encoding))),
        ("NextMarker", next.map(|next| json!(shown(next, encoding)))),
    ];
    let mut answer = Map::from_iter([
        ("Name".to_owned(), json!(bucket.name)),
        ("Prefix".to_owned(), json!(shown(ask.prefix, encoding))),
        ("Marker".to_owned(), json!(shown(ask.after, encoding))),
        ("MaxKeys".to_owned(), json!(ask.most)),
        ("IsTruncated".to_owned(), json!(page.next.is_some())),
        ("Contents".to_owned(), json!(contents)),
        ("CommonPrefixes".to_owned(), json!(common_prefixes(&page, encoding))),
    ]);
    answer.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Ok(Value::Object(answer))
}

/// A page of the objects of a bucket that are not deleted.
pub(super) fn objects(world: &Snapshot, bucket: &Bucket, ask: &Ask<'_>) -> Listing<Arc<Object>> {
    let from = Object::key_of(&bucket.name, begin(ask));
    let all = world.all_from::<Object>(&from).take_while(|object| object.bucket == bucket.name);
    page(ask, all.filter(|object| object.current().is_some()), |object| &object.name)
}

/// An object as listings show it.
pub(super) fn content(object: &Object, encoding: Option<&str>) -> Option<Map<String, Value>> {
    let (version, content) = object.current()?;
    let mut view = Map::from_iter([
        ("Key".to_owned(), json!(shown(&object.name, encoding))),
        ("LastModified".to_owned(), json!(version.modified)),
        ("ETag".to_owned(), json!(view::quoted(&content.etag))),
        ("Size".to_owned(), json!(content.size())),
        ("StorageClass".to_owned(), json!("STANDARD")),
    ]);
    if let Some(checksum) = &content.checksum {
        view.insert("ChecksumAlgorithm".into(), json!([checksum.algorithm]));
        view.insert("ChecksumType".into(), json!(crate::s3::checksum::type_name(checksum.composite)));
    }
    Some(view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn the_marker_is_a_key_and_told_only_with_a_delimiter() {
        let site = Site::with("abc");
        for key in ["a", "b/1", "c"] {
            site.put("abc", key, b"x");
        }
        let plain = site.ok("ListObjects", json!({"Bucket": "abc", "MaxKeys": 1}));
        assert_eq!((&plain["Contents"][0]["Key"], &plain["IsTruncated"]), (&json!("a"), &json!(true)));
        assert!(plain["NextMarker"].is_null());
        let rolled = site.ok("ListObjects", json!({"Bucket": "abc", "MaxKeys": 1, "Delimiter": "/", "Marker": "a"}));
        assert_eq!((&rolled["CommonPrefixes"], &rolled["NextMarker"]), (&json!([{"Prefix": "b/"}]), &json!("b/")));
        let last = site.ok("ListObjects", json!({"Bucket": "abc", "Delimiter": "/", "Marker": "b/"}));
        assert_eq!((&last["Contents"][0]["Key"], last["Contents"].as_array().map(Vec::len)), (&json!("c"), Some(1)));
        let negative = json!({"Bucket": "abc", "MaxKeys": -1});
        assert_eq!(site.refusal("ListObjects", negative), ("InvalidArgument".into(), 400));
    }
}
