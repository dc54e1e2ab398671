//! What a request declares about its body: length, MD5, one checksum. Whatever is declared is checked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use checksum::{Algorithm, Md5};
use http::HeaderMap;
use wire::{Failure, Request};

use super::refused;

const CHECKSUM: &str = "x-amz-checksum-";
/// Headers that begin so and declare no sum.
const NO_SUMS: [&str; 3] = ["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"];

/// A checksum of the body: its algorithm, and the sum when it comes in the headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    /// How it is computed.
    pub(crate) algorithm: Algorithm,
    /// In base64; absent when it comes in a trailer.
    pub(crate) value: Option<String>,
}

/// The one checksum that the headers declare or announce.
pub(crate) fn checksum(headers: &HeaderMap) -> Result<Option<Declared>, Failure> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let names = headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with(CHECKSUM) && !NO_SUMS.contains(name));
    let mut found = names.map(|name| Ok(Declared { algorithm: algorithm(name)?, value: text(name).map(str::to_owned) }));
    let trailers = text("x-amz-trailer").into_iter().flat_map(|names| names.split(','));
    let mut announced = trailers.map(|name| Ok(Declared { algorithm: algorithm(name.trim())?, value: None }));
    let asked = text("x-amz-sdk-checksum-algorithm").map(|name| format!("{CHECKSUM}{}", name.to_ascii_lowercase()));
    let (first, second) = (found.next().transpose()?, found.next());
    let announced = announced.next().transpose()?;
    if second.is_some() || first.is_some() && announced.is_some() {
        let message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
        return Err(refused("InvalidRequest", message, 400));
    }
    match (first.or(announced), asked) {
        (Some(declared), _) => Ok(Some(declared)),
        (None, Some(asked)) => Ok(Some(Declared { algorithm: algorithm(&asked)?, value: None })),
        (None, None) => Ok(None),
    }
}

/// The algorithm of a header or trailer.
pub(crate) fn algorithm(header: &str) -> Result<Algorithm, Failure> {
    let name = header.strip_prefix(CHECKSUM).unwrap_or(header);
    Algorithm::named(name).ok_or_else(|| refused("NotImplemented", format!("underpass does not support {header} yet"), 501))
}

/// The MD5 that the headers declare.
pub(crate) fn md5(headers: &HeaderMap) -> Result<Option<[u8; 16]>, Failure> {
    let Some(value) = headers.get("content-md5") else { return Ok(None) };
    let sum = value.to_str().ok().and_then(|text| STANDARD.decode(text).ok()).and_then(|sum| sum.try_into().ok());
    let invalid = || refused("InvalidDigest", "The Content-MD5 you specified was invalid.", 400);
    sum.map(Some).ok_or_else(invalid)
}

/// Compares MD5s.
pub(crate) fn check_md5(declared: Option<[u8; 16]>, found: [u8; 16]) -> Result<(), Failure> {
    match declared {
        Some(declared) if declared != found => {
            Err(refused("BadDigest", "The Content-MD5 you specified did not match what we received.", 400))
        }
        _ => Ok(()),
    }
}

/// Compares a declared sum, in base64, with the one that was found.
pub(crate) fn check_sum(algorithm: Algorithm, declared: Option<&str>, found: &[u8]) -> Result<(), Failure> {
    match declared {
        Some(declared) if STANDARD.encode(found) != declared => {
            let message = format!("The {} you specified did not match the calculated checksum.", algorithm.name());
            Err(refused("BadDigest", message, 400))
        }
        _ => Ok(()),
    }
}

/// Checks a body that was read whole: a document of S3.
pub(crate) fn check_document(operation: &str, request: &Request) -> Result<(), Failure> {
    if super::OF_AN_OBJECT.contains(&operation) {
        return Ok(());
    }
    check_md5(md5(&request.headers)?, Md5::of(&request.body))?;
    match checksum(&request.headers)? {
        Some(Declared { algorithm, value }) => check_sum(algorithm, value.as_deref(), &algorithm.of(&request.body)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&'static str, &str)], body: &'static [u8]) -> Request {
        let headers = headers.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).expect("a test's header"))
        });
        Request { headers: headers.collect(), body: body.into(), ..Request::default() }
    }

    fn document(headers: &[(&'static str, &str)]) -> Result<(), String> {
        check_document("DeleteObjects", &request(headers, b"123456789")).map_err(|failure| failure.code)
    }

    #[test]
    fn whatever_is_declared_is_checked() {
        assert_eq!(document(&[("content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="), ("x-amz-checksum-crc32", "y/Q5Jg==")]), Ok(()));
        assert_eq!(document(&[("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")]), Err("BadDigest".into()));
        assert_eq!(document(&[("content-md5", "short")]), Err("InvalidDigest".into()));
        assert_eq!(document(&[("x-amz-checksum-crc32", "AAAAAA==")]), Err("BadDigest".into()));
        assert_eq!(document(&[("x-amz-checksum-xxhash64", "AAAAAA==")]), Err("NotImplemented".into()));
        let two = [("x-amz-checksum-crc32", "y/Q5Jg=="), ("x-amz-checksum-sha1", "x")];
        assert_eq!(document(&two), Err("InvalidRequest".into()));
        assert_eq!(document(&[("x-amz-checksum-mode", "ENABLED")]), Ok(()));
    }

    #[test]
    fn a_checksum_may_be_announced_for_the_trailer() {
        let found = |headers: &[(&'static str, &str)]| checksum(&request(headers, b"").headers).map_err(|failure| failure.code);
        let expected = Declared { algorithm: Algorithm::Crc64Nvme, value: None };
        assert_eq!(found(&[("x-amz-trailer", "x-amz-checksum-crc64nvme")]), Ok(Some(expected.clone())));
        assert_eq!(found(&[("x-amz-sdk-checksum-algorithm", "CRC64NVME")]), Ok(Some(expected)));
        assert_eq!(found(&[]), Ok(None));
    }
}
