//! `ListObjectVersions`.

use std::sync::Arc;

use resource::Object;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::view;
use crate::s3::listing::{Ask, Entry, begin, most, page, shown};
use crate::s3::refusal::invalid_argument;
use crate::s3::{find, owner};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    prefix: Option<String>,
    delimiter: Option<String>,
    key_marker: Option<String>,
    version_id_marker: Option<String>,
    max_keys: Option<i64>,
    encoding_type: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// One version, by its place among those of its object.
struct At {
    object: Arc<Object>,
    place: usize,
}

/// Lists all versions in the order of their keys, the latest of each first.
pub fn list_object_versions(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let (prefix, delimiter) = (input.prefix.as_deref().unwrap_or_default(), input.delimiter.as_deref().unwrap_or_default());
    let marker = input.key_marker.as_deref().unwrap_or_default();
    if input.version_id_marker.is_some() && marker.is_empty() {
        return Err(invalid_argument("A version-id marker cannot be specified without a key marker."));
    }
    let most = most(input.max_keys)?;
    let ask = Ask { prefix, delimiter, after: marker, most: usize::MAX };
    let from = Object::key_of(&bucket.name, begin(&ask));
    let all = cx.world.all_from::<Object>(&from).take_while(|object| object.bucket == bucket.name);
    // A key whose versions were shown in part comes again, from behind the marker on.
    let rest = input.version_id_marker.as_deref().and_then(|id| after(cx, &bucket.name, marker, id)).into_iter().flatten();
    let rolled = page(&ask, all, |object| &object.name).entries.into_iter().flat_map(|entry| match entry {
        Entry::Prefix(prefix) => vec![Entry::Prefix(prefix)],
        Entry::Item(object) => of(&object, 0).map(Entry::Item).collect(),
    });
    let mut entries: Vec<Entry<At>> = rest.map(Entry::Item).chain(rolled).take(most.saturating_add(1)).collect();
    let more = entries.len() > most && most > 0;
    entries.truncate(most);
    let encoding = input.encoding_type.as_deref();
    let mut answer = Map::from_iter([
        ("Name".to_owned(), json!(bucket.name)),
        ("Prefix".to_owned(), json!(shown(prefix, encoding))),
        ("KeyMarker".to_owned(), json!(shown(marker, encoding))),
        ("VersionIdMarker".to_owned(), json!(input.version_id_marker.unwrap_or_default())),
        ("MaxKeys".to_owned(), json!(most)),
        ("IsTruncated".to_owned(), json!(more)),
    ]);
    answer.extend(encoding.map(|encoding| ("EncodingType".to_owned(), json!(encoding))));
    answer.extend(input.delimiter.as_deref().map(|text| ("Delimiter".to_owned(), json!(shown(text, encoding)))));
    if more {
        next(&mut answer, entries.last(), encoding);
    }
    show(&mut answer, &entries, &bucket.owner.account, encoding);
    Ok(Value::Object(answer))
}

fn of(object: &Arc<Object>, from: usize) -> impl Iterator<Item = At> + use<> {
    let (object, count) = (Arc::clone(object), object.versions.len());
    (from..count).map(move |place| At { object: Arc::clone(&object), place })
}

/// The versions of a key that come after one of them.
fn after(cx: &Read<'_>, bucket: &str, key: &str, id: &str) -> Option<impl Iterator<Item = At> + use<>> {
    let object = cx.world.find::<Object>(&Object::key_of(bucket, key))?;
    let place = object.versions.iter().position(|version| version.id == id)?;
    Some(of(&object, place + 1))
}

fn next(answer: &mut Map<String, Value>, last: Option<&Entry<At>>, encoding: Option<&str>) {
    match last {
        Some(Entry::Item(at)) => {
            answer.insert("NextKeyMarker".into(), json!(shown(&at.object.name, encoding)));
            answer.insert("NextVersionIdMarker".into(), json!(at.object.versions[at.place].id));
        }
        Some(Entry::Prefix(prefix)) => {
            answer.insert("NextKeyMarker".into(), json!(shown(prefix, encoding)));
        }
        None => {}
    }
}

fn show(answer: &mut Map<String, Value>, entries: &[Entry<At>], account: &str, encoding: Option<&str>) {
    let (mut versions, mut markers, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let at = match entry {
            Entry::Prefix(prefix) => {
                prefixes.push(json!({"Prefix": shown(prefix, encoding)}));
                continue;
            }
            Entry::Item(at) => at,
        };
        let version = &at.object.versions[at.place];
        let mut view = Map::from_iter([
            ("Key".to_owned(), json!(shown(&at.object.name, encoding))),
            ("VersionId".to_owned(), json!(version.id)),
            ("IsLatest".to_owned(), json!(at.place == 0)),
            ("LastModified".to_owned(), json!(version.modified)),
            ("Owner".to_owned(), owner::view(account)),
        ]);
        match &version.content {
            None => markers.push(Value::Object(view)),
            Some(content) => {
                view.insert("ETag".into(), json!(view::quoted(&content.etag)));
                view.insert("Size".into(), json!(content.size()));
                view.insert("StorageClass".into(), json!("STANDARD"));
                versions.push(Value::Object(view));
            }
        }
    }
    answer.insert("Versions".into(), json!(versions));
    answer.insert("DeleteMarkers".into(), json!(markers));
    answer.insert("CommonPrefixes".into(), json!(prefixes));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn every_version_is_listed_once_whatever_the_size_of_a_page() {
        let site = Site::with("abc");
        site.ok("PutBucketVersioning", json!({"Bucket": "abc", "VersioningConfiguration": {"Status": "Enabled"}}));
        for key in ["a", "a", "b", "a"] {
            site.put("abc", key, b"x");
        }
        site.ok("DeleteObject", json!({"Bucket": "abc", "Key": "b"}));
        let whole = site.ok("ListObjectVersions", json!({"Bucket": "abc"}));
        let ids = |answer: &Value| -> Vec<Value> {
            let of = |member: &str| answer[member].as_array().cloned().unwrap_or_default();
            of("Versions").into_iter().chain(of("DeleteMarkers")).map(|version| version["VersionId"].clone()).collect()
        };
        assert_eq!((ids(&whole).len(), &whole["DeleteMarkers"][0]["IsLatest"]), (5, &json!(true)));
        let (mut seen, mut input) = (Vec::new(), json!({"Bucket": "abc", "MaxKeys": 2}));
        loop {
            let answer = site.ok("ListObjectVersions", input.clone());
            seen.extend(ids(&answer));
            if answer["IsTruncated"] == false {
                break;
            }
            input["KeyMarker"] = answer["NextKeyMarker"].clone();
            input["VersionIdMarker"] = answer["NextVersionIdMarker"].clone();
        }
        let sorted = |mut ids: Vec<Value>| {
            ids.sort_by_key(Value::to_string);
            ids
        };
        assert_eq!(sorted(seen), sorted(ids(&whole)));
        let wrong = json!({"Bucket": "abc", "VersionIdMarker": "x"});
        assert_eq!(site.refusal("ListObjectVersions", wrong), ("InvalidArgument".into(), 400));
    }
}
