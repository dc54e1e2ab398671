//! What the writer of an object says about it: media type, caching, metadata, tags.

use std::collections::BTreeMap;

use resource::{Headers, Tags};
use serde_json::{Map, Value, json};

use super::refusal::{invalid_argument, refused, unsupported};
use crate::Error;
use crate::tags::{self, Tag};

/// What metadata may measure.
const MOST_METADATA: usize = 2048;
const MOST_TAGS: usize = 10;
const DEFAULT_TYPE: &str = "binary/octet-stream";

/// The members of a request that say it.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub content_type: Option<String>,
    pub expires: Option<i64>,
    pub metadata: BTreeMap<String, String>,
}

impl Said {
    /// In the form in which it is kept. How the body came over the wire is no part of it.
    ///
    /// # Errors
    /// `MetadataTooLarge`.
    pub fn kept(self) -> Result<Headers, Error> {
        let size: usize = self.metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
        if size > MOST_METADATA {
            return Err(refused("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400));
        }
        let content_type = self.content_type.or_else(|| Some(DEFAULT_TYPE.to_owned()));
        let standard = [
            ("CacheControl", self.cache_control),
            ("ContentDisposition", self.content_disposition),
            ("ContentEncoding", self.content_encoding.and_then(|encoding| without_chunks(&encoding))),
            ("ContentLanguage", self.content_language),
            ("ContentType", content_type),
        ];
        let standard = standard.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        Ok(Headers { standard, expires: self.expires, metadata: self.metadata })
    }
}

/// A content encoding without `aws-chunked`, which is only how the body travelled.
fn without_chunks(encoding: &str) -> Option<String> {
    let kept: Vec<&str> = encoding.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "aws-chunked").collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// Adds headers to an answer.
pub(super) fn show(answer: &mut Map<String, Value>, headers: &Headers) {
    answer.extend(headers.standard.iter().map(|(name, value)| (name.clone(), json!(value))));
    answer.extend(headers.expires.map(|at| ("Expires".to_owned(), json!(at))));
    if !headers.metadata.is_empty() {
        answer.insert("Metadata".into(), json!(headers.metadata));
    }
}

/// The tags of `x-amz-tagging`, which is written like a query.
///
/// # Errors
/// `InvalidArgument`, and those of tags.
pub(super) fn tagging(text: Option<&str>) -> Result<Tags, Error> {
    let Some(text) = text else { return Ok(Tags::default()) };
    let decoded = |part: &str| {
        let spaced = part.replace('+', " ");
        percent_encoding::percent_decode_str(&spaced).decode_utf8().map(String::from)
    };
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok(Tag { key: decoded(key)?, value: decoded(value)? })
    });
    let tags: Result<Vec<Tag>, std::str::Utf8Error> = pairs.collect();
    object_tags(&tags.map_err(|_| invalid_argument("The header 'x-amz-tagging' shall be encoded as UTF-8"))?)
}

/// The tags of an object, of which it may have ten.
///
/// # Errors
/// `BadRequest` for more, `InvalidTag` for a bad one.
pub(super) fn object_tags(given: &[Tag]) -> Result<Tags, Error> {
    if given.len() > MOST_TAGS {
        return Err(refused("BadRequest", "Object tags cannot be greater than 10", 400));
    }
    checked(given)
}

/// Tags, with S3's code for a bad one.
///
/// # Errors
/// `InvalidTag`.
pub(super) fn checked(given: &[Tag]) -> Result<Tags, Error> {
    let mut set = Tags::default();
    tags::add(&mut set, given).map_err(|error| refused("InvalidTag", error.message, 400))?;
    Ok(set)
}

/// Checks what a writer asks for about storage and encryption: only what we do by default.
///
/// # Errors
/// A refusal by name.
pub(super) fn check_storage(operation: &str, class: Option<&str>, encryption: Option<&str>) -> Result<(), Error> {
    match (class, encryption) {
        (Some(class), _) if class != "STANDARD" => Err(unsupported(&format!("{operation}.StorageClass={class}"))),
        (_, Some(encryption)) if encryption != "AES256" => {
            Err(unsupported(&format!("{operation}.ServerSideEncryption={encryption}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_body_travelled_is_not_kept() {
        let encoding = |text: &str| {
            let said = Said { content_encoding: Some(text.into()), ..Said::default() };
            said.kept().expect("small").standard.get("ContentEncoding").cloned()
        };
        assert_eq!(encoding("aws-chunked"), None);
        assert_eq!(encoding("gzip, aws-chunked").as_deref(), Some("gzip"));
        assert_eq!(encoding("gzip").as_deref(), Some("gzip"));
    }

    #[test]
    fn metadata_and_tags_have_their_limits() {
        let metadata = BTreeMap::from([("k".to_owned(), "v".repeat(2048))]);
        let refused = Said { metadata, ..Said::default() }.kept();
        assert_eq!(refused.map_err(|error| error.code), Err("MetadataTooLarge".into()));
        let tags = tagging(Some("a=1&b+c=%2F")).expect("good tags");
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("a", "1"), ("b c", "/")]);
        assert!(tagging(Some("a=%ff")).is_err());
        let many: Vec<String> = (0..11).map(|n| format!("{n}=")).collect();
        assert_eq!(tagging(Some(&many.join("&"))).map_err(|error| error.code), Err("BadRequest".into()));
        assert_eq!(tagging(Some("aws:x=1")).map_err(|error| error.code), Err("InvalidTag".into()));
    }

    #[test]
    fn storage_that_we_do_not_have_is_refused_by_name() {
        assert!(check_storage("PutObject", Some("STANDARD"), Some("AES256")).is_ok());
        let glacier = check_storage("PutObject", Some("GLACIER"), None).map_err(|error| error.message);
        assert_eq!(glacier, Err("underpass does not support PutObject.StorageClass=GLACIER yet".into()));
        assert!(check_storage("PutObject", None, Some("aws:kms")).is_err());
    }
}
