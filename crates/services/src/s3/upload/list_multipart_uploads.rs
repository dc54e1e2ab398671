//! `ListMultipartUploads`.

use std::sync::Arc;

use resource::Upload;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::listing::{Ask, common_prefixes, items, most, page, shown};
use crate::s3::{find, owner};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    prefix: Option<String>,
    delimiter: Option<String>,
    key_marker: Option<String>,
    upload_id_marker: Option<String>,
    max_uploads: Option<i64>,
    encoding_type: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Lists the uploads that go on, in the order of their keys.
pub fn list_multipart_uploads(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let marker = input.key_marker.as_deref().unwrap_or_default();
    // With the id of an upload the marker's own key goes on behind it; without, it is done.
    let behind = |upload: &Upload| match (upload.name.as_str().cmp(marker), &input.upload_id_marker) {
        (std::cmp::Ordering::Greater, _) => true,
        (std::cmp::Ordering::Equal, Some(id)) => upload.id > *id,
        _ => false,
    };
    let ask = Ask {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        after: "",
        most: most(input.max_uploads)?,
    };
    let prefixed = |upload: &Upload| upload.name.starts_with(ask.prefix);
    let all = cx.world.all_from::<Upload>(&format!("{}/", bucket.name)).take_while(|upload| upload.bucket == bucket.name);
    let mut all: Vec<Arc<Upload>> = all.filter(|upload| prefixed(upload) && (marker.is_empty() || behind(upload))).collect();
    all.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let page = page(&ask, all.into_iter(), |upload| &upload.name);
    let encoding = input.encoding_type.as_deref();
    let uploads: Vec<Value> = items(&page).map(|upload| view(upload, encoding)).collect();
    let mut answer = Map::from_iter([
        ("Bucket".to_owned(), json!(bucket.name)),
        ("KeyMarker".to_owned(), json!(shown(marker, encoding))),
        ("Prefix".to_owned(), json!(shown(ask.prefix, encoding))),
        ("MaxUploads".to_owned(), json!(ask.most)),
        ("IsTruncated".to_owned(), json!(page.next.is_some())),
        ("Uploads".to_owned(), json!(uploads)),
        ("CommonPrefixes".to_owned(), json!(common_prefixes(&page, encoding))),
    ]);
    let last = items(&page).last().filter(|_| page.next.is_some());
    let optional = [
        ("Delimiter", input.delimiter.as_deref().map(|text| json!(shown(text, encoding)))),
        ("EncodingType", encoding.map(|encoding| json!(encoding))),
        ("UploadIdMarker", input.upload_id_marker.as_ref().map(|id| json!(id))),
        ("NextKeyMarker", page.next.as_deref().map(|next| json!(shown(next, encoding)))),
        ("NextUploadIdMarker", last.map(|upload| json!(upload.id))),
    ];
    answer.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Ok(Value::Object(answer))
}

fn view(upload: &Upload, encoding: Option<&str>) -> Value {
    let account = &upload.owner.account;
    json!({
        "UploadId": upload.id,
        "Key": shown(&upload.name, encoding),
        "Initiated": upload.begun,
        "StorageClass": "STANDARD",
        "Owner": owner::view(account),
        "Initiator": owner::view(account),
    })
}
