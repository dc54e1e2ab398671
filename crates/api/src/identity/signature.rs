//! The cryptography of Signature Version 4: hashes, the derived key, and comparison in constant time.

use std::fmt::Write;

use aws_lc_rs::{digest, hmac};
use subtle::ConstantTimeEq;

use super::caller::Scope;
use super::claim::ALGORITHM;

/// SHA-256 in lower-case hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// The signature that `secret` makes over a canonical request, in lower-case hex.
///
/// `timestamp` is `YYYYMMDDThhmmssZ`.
pub(super) fn sign(secret: &str, scope: &Scope, timestamp: &str, canonical_request: &[u8]) -> String {
    let scope_text = scope.text();
    let string_to_sign = format!("{ALGORITHM}\n{timestamp}\n{scope_text}\n{}", sha256_hex(canonical_request));
    sign_text(&key(secret, scope), &string_to_sign)
}

/// The key that a secret becomes for one day, Region and service.
pub(super) fn key(secret: &str, scope: &Scope) -> Vec<u8> {
    let parts = [&scope.date, &scope.region, &scope.service, "aws4_request"];
    parts.iter().fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part.as_bytes()))
}

/// The signature that a derived key makes, in lower-case hex.
pub(super) fn sign_text(key: &[u8], string_to_sign: &str) -> String {
    hex(&mac(key, string_to_sign.as_bytes()))
}

/// Compares secrets without telling by the time taken where they differ.
pub(super) fn equal(ours: Option<&str>, theirs: Option<&str>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => bool::from(ours.as_bytes().ct_eq(theirs.as_bytes())),
        (None, None) => true,
        _ => false,
    }
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `get-vanilla` of AWS's published test suite for Signature Version 4.
    #[test]
    fn the_published_vanilla_request_has_the_published_signature() {
        let scope = Scope { date: "20150830".into(), region: "us-east-1".into(), service: "service".into() };
        let empty = sha256_hex(b"");
        let canonical = format!("GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n{empty}");
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            sign(secret, &scope, "20150830T123600Z", canonical.as_bytes()),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
    }

    #[test]
    fn secrets_are_equal_only_when_both_are_there_and_the_same() {
        assert!(equal(None, None) && equal(Some("a"), Some("a")));
        assert!(!equal(Some("a"), None) && !equal(None, Some("a")) && !equal(Some("a"), Some("ab")));
    }
}
