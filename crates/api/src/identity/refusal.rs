//! Why a request is not believed.

use thiserror::Error;

use super::claim::Place;

/// The meanings; [`Refusal::failure`] gives each the code and status that a family of protocols uses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No signature at all.
    #[error("Request is missing Authentication Token")]
    Unsigned,
    /// Signed, but not by Signature Version 4.
    #[error("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")]
    UnsupportedMechanism,
    /// A signature that lacks something.
    #[error("{flaw}")]
    Incomplete {
        /// Where it stands.
        place: Place,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The key was not issued, or is switched off.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// The key's session token is missing or wrong.
    #[error("The security token included in the request is invalid.")]
    InvalidToken,
    /// The session is over.
    #[error("The security token included in the request is expired")]
    ExpiredToken,
    /// Signed too long ago.
    #[error("Signature expired: {signed} is now earlier than {limit} ({now} - 15 min.)")]
    Expired {
        /// When it was signed.
        signed: String,
        /// The earliest time that would do.
        limit: String,
        /// Our time.
        now: String,
    },
    /// Signed in the future.
    #[error("Signature not yet current: {signed} is still later than {limit} ({now} + 15 min.)")]
    NotYetCurrent {
        /// When it says it was signed.
        signed: String,
        /// The latest time that would do.
        limit: String,
        /// Our time.
        now: String,
    },
    /// A presigned URL past its time.
    #[error("Request has expired")]
    UrlExpired,
    /// The credential scope is for another day or service.
    #[error("{0}")]
    Scope(String),
    /// Headers that decide what the request means are not signed.
    #[error("There were headers present in the request which were not signed: {}", .0.join(", "))]
    HeadersNotSigned(Vec<String>),
    /// S3 only: the body's hash is not declared.
    #[error("Missing required header for this request: x-amz-content-sha256")]
    MissingContentHash,
    /// The body does not have the declared hash.
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    PayloadMismatch,
    /// S3 only: a way of signing the body that we do not verify.
    #[error("underpass does not support x-amz-content-sha256: {0} yet")]
    UnsupportedPayload(String),
    /// The signature is not the one that the key makes over this request.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
}

/// What a signature lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Flaw {
    /// A parameter is absent.
    #[error("Authorization requires '{0}' parameter.")]
    Missing(&'static str),
    /// A parameter cannot be read.
    #[error("'{0}' not in the form that AWS4-HMAC-SHA256 prescribes.")]
    Malformed(&'static str),
    /// No time of signing.
    #[error("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")]
    NoDate,
    /// `host` is not among the signed headers.
    #[error("'Host' must be a 'SignedHeader' in the AWS Authorization.")]
    HostNotSigned,
    /// `X-Amz-Expires` below zero.
    #[error("X-Amz-Expires must be non-negative")]
    NegativeLifetime,
    /// `X-Amz-Expires` beyond seven days.
    #[error(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
         604800 seconds"
    )]
    LifetimeTooLong,
}
