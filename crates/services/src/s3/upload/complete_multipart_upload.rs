//! `CompleteMultipartUpload`.

use std::sync::Arc;

use ::checksum::{Algorithm, Md5, hex};
use resource::{Checksum, Content, Object, Resource, Upload, UploadedPart};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::condition::Conditions;
use crate::s3::refusal::{invalid_request, malformed_xml, refused};
use crate::s3::{checksum, find, version};
use crate::{Error, Write};

/// What every part but the last must measure.
const SMALLEST: u64 = 5 << 20;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    upload_id: String,
    multipart_upload: Parts,
    checksum_type: Option<String>,
    mpu_object_size: Option<u64>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    expected_bucket_owner: Option<String>,
    #[serde(rename = "ChecksumCRC32")]
    crc32: Option<String>,
    #[serde(rename = "ChecksumCRC32C")]
    crc32c: Option<String>,
    #[serde(rename = "ChecksumCRC64NVME")]
    crc64nvme: Option<String>,
    #[serde(rename = "ChecksumSHA1")]
    sha1: Option<String>,
    #[serde(rename = "ChecksumSHA256")]
    sha256: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Parts {
    parts: Vec<Named>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Named {
    e_tag: String,
    part_number: u32,
    #[serde(rename = "ChecksumCRC32")]
    crc32: Option<String>,
    #[serde(rename = "ChecksumCRC32C")]
    crc32c: Option<String>,
    #[serde(rename = "ChecksumCRC64NVME")]
    crc64nvme: Option<String>,
    #[serde(rename = "ChecksumSHA1")]
    sha1: Option<String>,
    #[serde(rename = "ChecksumSHA256")]
    sha256: Option<String>,
}

/// Makes an object of the parts that are named, in their order; the others are forgotten.
pub fn complete_multipart_upload(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let upload = find::upload(cx.txn, &input.bucket, &input.key, &input.upload_id)?;
    let existing = cx.txn.find::<Object>(&Object::key_of(&bucket.name, &input.key));
    let known = existing.as_deref().and_then(Object::current).map(|(_, content)| content.etag.as_str());
    let (matches, none_match) = (input.if_match.as_deref(), input.if_none_match.as_deref());
    Conditions { matches, none_match, ..Conditions::default() }.check_write(known)?;
    let parts = named(cx, &upload, &input.multipart_upload.parts)?;
    let checksum = together(&upload, &parts);
    check_whole(&input, &upload, &parts, checksum.as_ref())?;
    let content = Content {
        etag: tag(&parts),
        parts: parts.iter().map(|part| part.part.clone()).collect(),
        checksum,
        headers: upload.headers.clone(),
        tags: upload.tags.clone(),
    };
    let mut answer = Map::from_iter([
        ("Location".to_owned(), json!(format!("https://{}.s3.{}.amazonaws.com/{}", bucket.name, bucket.owner.region, input.key))),
        ("Bucket".to_owned(), json!(bucket.name)),
        ("Key".to_owned(), json!(input.key)),
        ("ETag".to_owned(), json!(format!("\"{}\"", content.etag))),
        ("ServerSideEncryption".to_owned(), json!("AES256")),
    ]);
    checksum::show(&mut answer, content.checksum.as_ref());
    let done = version::put(cx.txn, &bucket, &input.key, content, cx.now);
    answer.extend(done.id.map(|id| ("VersionId".to_owned(), json!(id))));
    super::forget(cx.txn, &upload);
    Ok(Value::Object(answer))
}

/// The parts that the request names, as they were uploaded.
fn named(cx: &Write<'_>, upload: &Upload, asked: &[Named]) -> Result<Vec<Arc<UploadedPart>>, Error> {
    if asked.is_empty() {
        return Err(malformed_xml());
    }
    if !asked.is_sorted_by(|one, next| one.part_number < next.part_number) {
        let message = "The list of parts was not in ascending order. The parts list must be specified in order by part number.";
        return Err(refused("InvalidPartOrder", message, 400));
    }
    let upload = upload.key();
    let found = asked.iter().map(|named| {
        let part = cx.txn.find::<UploadedPart>(&UploadedPart::key_of(&upload, named.part_number));
        part.filter(|part| named.is(part)).ok_or_else(|| {
            let message = "One or more of the specified parts could not be found. The part may not have been uploaded, or the \
                           specified entity tag may not match the part's entity tag.";
            refused("InvalidPart", message, 400)
        })
    });
    let found: Vec<_> = found.collect::<Result<_, _>>()?;
    let (_, all_but_last) = found.split_last().ok_or_else(malformed_xml)?;
    if all_but_last.iter().any(|part| part.part.size < SMALLEST) {
        let message = "Your proposed upload is smaller than the minimum allowed size";
        return Err(refused("EntityTooSmall", message, 400));
    }
    Ok(found)
}

impl Named {
    fn is(&self, part: &UploadedPart) -> bool {
        let sums = [&self.crc32, &self.crc32c, &self.crc64nvme, &self.sha1, &self.sha256];
        let known = part.checksum.as_ref();
        let differs = sums.into_iter().zip(NAMES).any(|(sum, name)| {
            sum.as_ref().is_some_and(|sum| known.is_none_or(|known| known.algorithm != name || known.value != *sum))
        });
        self.e_tag.trim_matches('"') == part.etag && !differs
    }
}

const NAMES: [&str; 5] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

/// The checksum of the whole, of the kind that the upload was begun with, or what S3 computes by itself.
fn together(upload: &Upload, parts: &[Arc<UploadedPart>]) -> Option<Checksum> {
    let (algorithm, composite) = match &upload.checksum {
        Some((name, composite)) => (Algorithm::named(name)?, *composite),
        None => (Algorithm::Crc64Nvme, false),
    };
    checksum::of_parts(algorithm, composite, parts)
}

/// Checks what the request says about the whole object.
fn check_whole(input: &Input, upload: &Upload, parts: &[Arc<UploadedPart>], made: Option<&Checksum>) -> Result<(), Error> {
    let size: u64 = parts.iter().map(|part| part.part.size).sum();
    if input.mpu_object_size.is_some_and(|told| told != size) {
        return Err(invalid_request("The provided 'x-amz-mp-object-size' header does not match what was computed."));
    }
    let composite = upload.checksum.as_ref().is_some_and(|(_, composite)| *composite);
    if input.checksum_type.as_deref().is_some_and(|told| told != checksum::type_name(composite)) {
        return Err(invalid_request("The checksum type is not the one with which the upload was begun."));
    }
    let told = [&input.crc32, &input.crc32c, &input.crc64nvme, &input.sha1, &input.sha256];
    for (told, name) in told.into_iter().zip(NAMES) {
        let Some(told) = told else { continue };
        if made.is_none_or(|made| made.algorithm != name || made.value != *told) {
            let message = format!("The {} you specified did not match the calculated checksum.", name.to_ascii_lowercase());
            return Err(refused("BadDigest", message, 400));
        }
    }
    Ok(())
}

/// The MD5 of the parts' MD5s, and how many there are.
fn tag(parts: &[Arc<UploadedPart>]) -> String {
    let mut hasher = Md5::default();
    for part in parts {
        let digits = part.etag.as_bytes().chunks(2).filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        hasher.update(&digits.collect::<Vec<u8>>());
    }
    format!("{}-{}", hex(&hasher.finish()), parts.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    const MIB5: usize = 5 << 20;

    struct Story {
        site: Site,
        upload: Value,
    }

    impl Story {
        fn begun(with: Value) -> Self {
            let site = Site::with("abc");
            let mut input = json!({"Bucket": "abc", "Key": "k"});
            input.as_object_mut().into_iter().for_each(|all| all.extend(with.as_object().cloned().unwrap_or_default()));
            let upload = site.ok("CreateMultipartUpload", input)["UploadId"].clone();
            Self { site, upload }
        }

        fn part(&self, number: u32, bytes: &[u8]) -> Value {
            let body = crate::s3::tests::received(bytes).body();
            let input = json!({"Bucket": "abc", "Key": "k", "UploadId": self.upload, "PartNumber": number, "Body": body});
            let made = self.site.ok("UploadPart", input);
            json!({"PartNumber": number, "ETag": made["ETag"]})
        }

        fn complete(&self, parts: Value, more: Value) -> Result<Value, String> {
            let mut input = json!({"Bucket": "abc", "Key": "k", "UploadId": self.upload, "MultipartUpload": {"Parts": parts}});
            input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            self.site.call("CompleteMultipartUpload", input).map_err(|error| error.code)
        }
    }

    #[test]
    fn the_whole_has_the_tag_of_the_parts_tags_and_the_checksum_of_all_bytes() {
        let story = Story::begun(json!({}));
        let (first, last) = (vec![1; MIB5], b"end".to_vec());
        let parts = [story.part(1, &first), story.part(2, b"never named"), story.part(3, &last)];
        let made = story.complete(json!([parts[0], parts[2]]), json!({"MpuObjectSize": MIB5 + 3})).expect("two good parts");
        let tags = [Md5::of(&first), Md5::of(&last)].concat();
        assert_eq!(made["ETag"], format!("\"{}-2\"", hex(&Md5::of(&tags))));
        let sum = crate::s3::tests::received(&[first, last].concat()).checksum.map(|(_, sum)| sum);
        assert_eq!((made["ChecksumCRC64NVME"].as_str(), &made["ChecksumType"]), (sum.as_deref(), &json!("FULL_OBJECT")));
        let part = story.site.ok("GetObject", json!({"Bucket": "abc", "Key": "k", "PartNumber": 2}));
        assert_eq!((&part["ContentLength"], &part["PartsCount"]), (&json!(3), &json!(2)));
        assert_eq!(story.site.world().all::<UploadedPart>().count(), 0);
        assert_eq!(story.complete(json!([parts[0]]), json!({})), Err("NoSuchUpload".into()));
    }

    #[test]
    fn parts_that_are_missing_unordered_small_or_wrong_are_refused() {
        let story = Story::begun(json!({}));
        let (one, two) = (story.part(1, b"small"), story.part(2, b"small"));
        let complete = |parts: Value, more: Value| story.complete(parts, more);
        assert_eq!(complete(json!([]), json!({})), Err("MalformedXML".into()));
        assert_eq!(complete(json!([two, one]), json!({})), Err("InvalidPartOrder".into()));
        assert_eq!(complete(json!([one, two]), json!({})), Err("EntityTooSmall".into()));
        assert_eq!(complete(json!([{"PartNumber": 3, "ETag": "x"}]), json!({})), Err("InvalidPart".into()));
        assert_eq!(complete(json!([{"PartNumber": 1, "ETag": "x"}]), json!({})), Err("InvalidPart".into()));
        assert_eq!(complete(json!([one]), json!({"MpuObjectSize": 6})), Err("InvalidRequest".into()));
        assert_eq!(complete(json!([one]), json!({"ChecksumCRC64NVME": "AAAA"})), Err("BadDigest".into()));
        assert!(complete(json!([one]), json!({})).is_ok());
    }
}
