//! `UploadPart`.

use resource::{Resource, UploadedPart};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::refusal::{invalid_argument, invalid_request};
use crate::s3::{Received, checksum, find};
use crate::{Error, Write};

/// How many parts an upload may have.
const MOST_PARTS: u32 = 10_000;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    body: Option<String>,
    bucket: String,
    key: String,
    part_number: u32,
    upload_id: String,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Makes a received body a part of an upload; another one of that number is replaced.
pub fn upload_part(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let received = Received::read("UploadPart", input.body.as_deref())?;
    let part = keep(cx, &input.bucket, &input.key, &input.upload_id, input.part_number, &received)?;
    let mut answer = Map::from_iter([
        ("ETag".to_owned(), json!(format!("\"{}\"", part.etag))),
        ("ServerSideEncryption".to_owned(), json!("AES256")),
    ]);
    checksum::show_part(&mut answer, part.checksum.as_ref());
    Ok(Value::Object(answer))
}

/// Keeps a part.
pub(super) fn keep(
    cx: &mut Write<'_>,
    bucket: &str,
    key: &str,
    upload: &str,
    number: u32,
    received: &Received,
) -> Result<UploadedPart, Error> {
    if !(1..=MOST_PARTS).contains(&number) {
        return Err(invalid_argument("Part number must be an integer between 1 and 10000, inclusive"));
    }
    let upload = find::upload(cx.txn, bucket, key, upload)?;
    let (wanted, found) = (upload.checksum.as_ref().map(|(algorithm, _)| algorithm), &received.checksum);
    if let (Some(wanted), Some((found, _))) = (wanted, found)
        && wanted != found
    {
        let (wanted, found) = (wanted.to_ascii_lowercase(), found.to_ascii_lowercase());
        let message = format!("Checksum Type mismatch occurred, expected checksum Type: {wanted}, actual checksum Type: {found}");
        return Err(invalid_request(message));
    }
    let part = UploadedPart {
        upload: upload.key(),
        number,
        modified: cx.now,
        etag: received.md5.clone(),
        part: received.part(),
        checksum: received.checksum(),
    };
    cx.txn.put(part.clone());
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::{Site, received};

    #[test]
    fn a_part_belongs_to_an_upload_has_a_number_and_the_right_checksum() {
        let site = Site::with("abc");
        let begun = site.ok("CreateMultipartUpload", json!({"Bucket": "abc", "Key": "k", "ChecksumAlgorithm": "CRC64NVME"}));
        let put = |upload: &Value, number: u32, body: String| {
            let input = json!({"Bucket": "abc", "Key": "k", "UploadId": upload, "PartNumber": number, "Body": body});
            site.call("UploadPart", input).map_err(|error| error.code)
        };
        let body = received(b"hello").body();
        let id = &begun["UploadId"];
        assert_eq!(put(&json!("none"), 1, body.clone()), Err("NoSuchUpload".into()));
        assert_eq!(put(id, 0, body.clone()), Err("InvalidArgument".into()));
        assert_eq!(put(id, 10_001, body.clone()), Err("InvalidArgument".into()));
        let other = Received { checksum: Some(("SHA1".into(), "AA==".into())), ..received(b"hello") };
        assert_eq!(put(id, 1, other.body()), Err("InvalidRequest".into()));
        let part = put(id, 10_000, body).expect("a good part");
        assert_eq!(
            (&part["ETag"], part["ChecksumCRC64NVME"].is_string()),
            (&json!("\"5d41402abc4b2a76b9719d911017c592\""), true)
        );
    }
}
