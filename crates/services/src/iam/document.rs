//! Policy documents on their way in, checked and measured, and on their way out, encoded as IAM encodes them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use policy::{Kind, Policy};

use super::name::quota;
use crate::Error;

/// RFC 3986's unreserved characters stay.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What a session policy may measure.
const SESSION_POLICY_SIZE: usize = 2048;

/// Checks that a document is a policy of that kind.
///
/// # Errors
/// `MalformedPolicyDocument` with the fault in IAM's words.
pub(crate) fn parse(document: &str, kind: Kind) -> Result<Policy, Error> {
    Policy::parse(document, kind).map_err(|error| Error::new("MalformedPolicyDocument", error.to_string()))
}

/// Checks a document and its size without white space.
///
/// # Errors
/// As [`parse`]; `LimitExceeded` for one that is larger than the quota allows.
pub(super) fn check(document: &str, kind: Kind, quota_name: &str, limit: usize) -> Result<(), Error> {
    parse(document, kind)?;
    if size(document) > limit { Err(quota(quota_name, limit)) } else { Ok(()) }
}

/// Checks the policy of a session; returns how much of its room it takes, in per cent.
///
/// # Errors
/// As [`parse`]; `PackedPolicyTooLarge`.
pub(crate) fn session_policy(document: &str) -> Result<usize, Error> {
    parse(document, Kind::Identity)?;
    match document.len() * 100 / SESSION_POLICY_SIZE {
        percent if percent > 100 => {
            let message = format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.");
            Err(Error::new("PackedPolicyTooLarge", message))
        }
        percent => Ok(percent),
    }
}

/// How much a document counts: white space is free.
pub(super) fn size(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

/// A document as IAM answers it: percent-encoded.
pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}
