//! `CreateMultipartUpload`.

use std::collections::BTreeMap;

use resource::Upload;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::headers::{Said, check_storage, tagging};
use crate::s3::refusal::invalid_request;
use crate::s3::{canned, checksum, find, name, version};
use crate::{Error, Write};

/// How long the ids of uploads are.
const ID_LENGTH: usize = 64;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    #[serde(rename = "ACL")]
    acl: Option<String>,
    bucket: String,
    key: String,
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    content_type: Option<String>,
    expires: Option<i64>,
    metadata: BTreeMap<String, String>,
    server_side_encryption: Option<String>,
    storage_class: Option<String>,
    tagging: Option<String>,
    checksum_algorithm: Option<String>,
    checksum_type: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Begins an upload.
pub fn create_multipart_upload(cx: &mut Write<'_>, input: Input) -> Result<Value, Error> {
    const OPERATION: &str = "CreateMultipartUpload";
    let bucket = find::bucket(cx.txn, &input.bucket, input.expected_bucket_owner.as_deref())?;
    name::check_key(&input.key)?;
    canned::check_object(OPERATION, &bucket, cx.caller, input.acl.as_deref())?;
    check_storage(OPERATION, input.storage_class.as_deref(), input.server_side_encryption.as_deref())?;
    let checksum = match &input.checksum_algorithm {
        Some(name) => {
            let algorithm = checksum::algorithm(OPERATION, name)?;
            let composite = checksum::is_composite(algorithm, input.checksum_type.as_deref())?;
            Some((algorithm.name().to_owned(), composite))
        }
        None if input.checksum_type.is_some() => {
            return Err(invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            ));
        }
        None => None,
    };
    let said = Said {
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_type: input.content_type,
        expires: input.expires,
        metadata: input.metadata,
    };
    let upload = Upload {
        id: version::random_id(ID_LENGTH),
        bucket: bucket.name.clone(),
        name: input.key,
        owner: bucket.owner.clone(),
        begun: cx.now,
        headers: said.kept()?,
        tags: tagging(input.tagging.as_deref())?,
        checksum: checksum.clone(),
    };
    let mut answer = Map::from_iter([
        ("Bucket".to_owned(), json!(upload.bucket)),
        ("Key".to_owned(), json!(upload.name)),
        ("UploadId".to_owned(), json!(upload.id)),
        ("ServerSideEncryption".to_owned(), json!("AES256")),
    ]);
    if let Some((algorithm, composite)) = checksum {
        answer.insert("ChecksumAlgorithm".into(), json!(algorithm));
        answer.insert("ChecksumType".into(), json!(checksum::type_name(composite)));
    }
    cx.txn.put(upload);
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::tests::Site;

    #[test]
    fn an_upload_says_which_checksum_its_parts_need() {
        let site = Site::with("abc");
        let create = |more: Value| {
            let mut input = json!({"Bucket": "abc", "Key": "k"});
            input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            site.call("CreateMultipartUpload", input).map_err(|error| error.code)
        };
        assert_eq!(create(json!({"Bucket": "none"})), Err("NoSuchBucket".into()));
        assert_eq!(create(json!({"ChecksumAlgorithm": "XXHASH64"})), Err("NotImplemented".into()));
        assert_eq!(create(json!({"ChecksumType": "COMPOSITE"})), Err("InvalidRequest".into()));
        let begun = create(json!({"ChecksumAlgorithm": "CRC32"})).expect("a plain upload");
        assert_eq!(begun["ChecksumType"], "COMPOSITE");
        let wanted =
            crate::s3::wanted_checksum(&site.world(), &json!({"Bucket": "abc", "Key": "k", "UploadId": begun["UploadId"]}));
        assert_eq!(wanted.as_deref(), Some("CRC32"));
    }
}
