//! Presigned URLs of Signature Version 2, which boto3 and `aws s3 presign` still make for S3 unless they are told otherwise.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use policy::Principal;
use time::OffsetDateTime;
use wire::Request;

use super::caller::{Caller, Scope};
use super::payload::Payload;
use super::refusal::Refusal;
use super::signature;

/// Parameters of the query that are part of what is signed.
const SUB_RESOURCES: [&str; 33] = [
    "accelerate",
    "acl",
    "attributes",
    "cors",
    "defaultObjectAcl",
    "delete",
    "lifecycle",
    "location",
    "logging",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// A URL that is said to be presigned this way.
pub(super) struct Legacy<'a> {
    request: &'a Request,
    /// The key that is said to have signed.
    pub access_key_id: String,
    /// The session's token.
    pub token: Option<String>,
    expires: String,
    signature: String,
}

impl<'a> Legacy<'a> {
    /// Reads the parameters, if all of them are there.
    pub fn parse(request: &'a Request) -> Option<Self> {
        if request.headers.contains_key("authorization") {
            return None;
        }
        Some(Self {
            request,
            access_key_id: request.query_value("AWSAccessKeyId")?,
            token: request.query_value("x-amz-security-token"),
            expires: request.query_value("Expires")?,
            signature: request.query_value("Signature")?,
        })
    }

    /// Checks time and signature.
    pub fn verify(&self, secret: &str, now: OffsetDateTime) -> Result<(), Refusal> {
        self.lives(now)?;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
        let expected = STANDARD.encode(hmac::sign(&key, self.string_to_sign().as_bytes()));
        // A client may have written a plus of base64 without escaping it, which then reads as a space.
        let given = self.signature.replace(' ', "+");
        if signature::equal(Some(&expected), Some(&given)) { Ok(()) } else { Err(Refusal::Mismatch) }
    }

    /// Whether it still lives, whoever signed it.
    pub fn lives(&self, now: OffsetDateTime) -> Result<(), Refusal> {
        let expires: i64 = self.expires.parse().map_err(|_| Refusal::UrlExpired)?;
        if now.unix_timestamp() > expires { Err(Refusal::UrlExpired) } else { Ok(()) }
    }

    /// The caller that it turns out to be.
    pub fn caller(&self, principal: Principal, verified: bool) -> Caller {
        let scope = Scope { date: String::new(), region: "us-east-1".into(), service: "s3".into() };
        Caller { principal, access_key_id: Some(self.access_key_id.clone()), scope, verified, payload: Payload::Unsigned }
    }

    fn string_to_sign(&self) -> String {
        let header = |name: &str| self.request.header(name).unwrap_or_default();
        let mut text =
            format!("{}\n{}\n{}\n{}\n", self.request.method, header("content-md5"), header("content-type"), self.expires);
        let mut headers: Vec<(&str, &str)> = self
            .request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default().trim()))
            .chain(self.token.as_deref().map(|token| ("x-amz-security-token", token)))
            .filter(|(name, _)| name.starts_with("x-amz-"))
            .collect();
        headers.sort_unstable();
        headers.iter().for_each(|(name, value)| text.extend([name, ":", value, "\n"]));
        text + &self.resource()
    }

    /// Bucket and path, and the parameters that say what of it is meant.
    fn resource(&self) -> String {
        let bucket = self.request.host().and_then(|host| host.split_once(".s3.")).map(|(bucket, _)| format!("/{bucket}"));
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pairs = self.request.query.split('&').map(|pair| pair.split_once('=').map_or((pair, None), |(k, v)| (k, Some(v))));
        let mut parts: Vec<String> = pairs
            .filter(|(name, _)| SUB_RESOURCES.contains(name))
            .map(|(name, value)| value.filter(|v| !v.is_empty()).map_or(name.to_owned(), |v| format!("{name}={}", decoded(v))))
            .collect();
        parts.sort_unstable();
        let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
        format!("{}{}{query}", bucket.unwrap_or_default(), self.request.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(query: &str) -> Request {
        let mut request = Request { path: "/photos/puppy.jpg".into(), query: query.into(), ..Request::default() };
        request.headers.insert("host", http::HeaderValue::from_static("awsexamplebucket1.us-west-1.s3.amazonaws.com"));
        request
    }

    /// The example of AWS's documentation for query strings.
    #[test]
    fn the_published_url_has_the_published_text_to_sign() {
        let query = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=x&Expires=1175139620&response-content-type=text%2Fplain";
        let request = request(query);
        let legacy = Legacy::parse(&request).expect("all is there");
        let expected = "GET\n\n\n1175139620\n/awsexamplebucket1.us-west-1/photos/puppy.jpg?response-content-type=text/plain";
        assert_eq!(legacy.string_to_sign(), expected);
    }

    #[test]
    fn an_old_or_changed_url_opens_nothing() {
        let request = request("AWSAccessKeyId=AK&Signature=x&Expires=1000");
        let legacy = Legacy::parse(&request).expect("all is there");
        let at = |seconds| OffsetDateTime::from_unix_timestamp(seconds).expect("a time");
        assert_eq!(legacy.verify("s", at(1001)), Err(Refusal::UrlExpired));
        assert_eq!(legacy.verify("s", at(1000)), Err(Refusal::Mismatch));
        assert!(Legacy::parse(&Request { query: "AWSAccessKeyId=AK&Signature=x".into(), ..Request::default() }).is_none());
    }
}
