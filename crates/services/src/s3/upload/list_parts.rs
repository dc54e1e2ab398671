//! `ListParts`.

use std::sync::Arc;

use resource::{Resource, Upload, UploadedPart};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::listing::most;
use crate::s3::{checksum, find, owner};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    upload_id: String,
    max_parts: Option<i64>,
    part_number_marker: Option<u32>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Lists the parts of an upload in the order of their numbers.
pub fn list_parts(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let upload = find::upload(cx.world, &input.bucket, &input.key, &input.upload_id)?;
    let (most, marker) = (most(input.max_parts)?, input.part_number_marker.unwrap_or(0));
    let all = cx.world.linked::<UploadedPart>(Upload::KIND, upload.key());
    let mut parts: Vec<Arc<UploadedPart>> = all.filter(|part| part.number > marker).take(most.saturating_add(1)).collect();
    let more = parts.len() > most;
    parts.truncate(most);
    let account = &upload.owner.account;
    let mut answer = Map::from_iter([
        ("Bucket".to_owned(), json!(upload.bucket)),
        ("Key".to_owned(), json!(upload.name)),
        ("UploadId".to_owned(), json!(upload.id)),
        ("MaxParts".to_owned(), json!(most)),
        ("PartNumberMarker".to_owned(), json!(marker)),
        ("IsTruncated".to_owned(), json!(more)),
        ("Parts".to_owned(), json!(parts.iter().map(|part| view(part)).collect::<Vec<_>>())),
        ("Owner".to_owned(), owner::view(account)),
        ("Initiator".to_owned(), owner::view(account)),
        ("StorageClass".to_owned(), json!("STANDARD")),
    ]);
    answer.extend(parts.last().filter(|_| more).map(|part| ("NextPartNumberMarker".to_owned(), json!(part.number))));
    if let Some((algorithm, composite)) = &upload.checksum {
        answer.insert("ChecksumAlgorithm".into(), json!(algorithm));
        answer.insert("ChecksumType".into(), json!(checksum::type_name(*composite)));
    }
    Ok(Value::Object(answer))
}

fn view(part: &UploadedPart) -> Value {
    let mut view = Map::from_iter([
        ("PartNumber".to_owned(), json!(part.number)),
        ("LastModified".to_owned(), json!(part.modified)),
        ("ETag".to_owned(), json!(format!("\"{}\"", part.etag))),
        ("Size".to_owned(), json!(part.part.size)),
    ]);
    checksum::show_part(&mut view, part.checksum.as_ref());
    Value::Object(view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::{Site, received};

    #[test]
    fn uploads_and_their_parts_are_listed_page_by_page_until_they_are_aborted() {
        let site = Site::with("abc");
        let begin = |key: &str| site.ok("CreateMultipartUpload", json!({"Bucket": "abc", "Key": key}))["UploadId"].clone();
        let (first, second) = (begin("a"), begin("b"));
        let of = |more: Value| {
            let mut input = json!({"Bucket": "abc", "Key": "a", "UploadId": first});
            input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            input
        };
        for number in [2, 1, 10] {
            site.ok("UploadPart", of(json!({"PartNumber": number, "Body": received(b"x").body()})));
        }
        let page = site.ok("ListParts", of(json!({"MaxParts": 2})));
        assert_eq!((&page["Parts"][1]["PartNumber"], &page["NextPartNumberMarker"]), (&json!(2), &json!(2)));
        let rest = site.ok("ListParts", of(json!({"PartNumberMarker": 2})));
        assert_eq!((&rest["Parts"][0]["PartNumber"], &rest["IsTruncated"]), (&json!(10), &json!(false)));
        let uploads = |more: Value| {
            let mut input = json!({"Bucket": "abc"});
            input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            site.ok("ListMultipartUploads", input)
        };
        let page = uploads(json!({"MaxUploads": 1}));
        assert_eq!((&page["Uploads"][0]["UploadId"], &page["IsTruncated"]), (&first, &json!(true)));
        let rest = uploads(json!({"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}));
        assert_eq!(rest["Uploads"][0]["UploadId"], second);
        site.ok("AbortMultipartUpload", of(json!({})));
        assert_eq!(site.refusal("ListParts", of(json!({}))), ("NoSuchUpload".into(), 404));
        assert_eq!(site.refusal("AbortMultipartUpload", of(json!({}))), ("NoSuchUpload".into(), 404));
        assert_eq!(site.world().all::<UploadedPart>().count(), 0);
    }
}
