//! How a signature covers the body: `x-amz-content-sha256` and the body's own hash.

use wire::Request;

use super::claim::{Claim, Place};
use super::refusal::Refusal;
use super::signature::sha256_hex;

const HEADER: &str = "x-amz-content-sha256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// Ways of signing every piece, without and with trailers.
const SIGNED_CHUNKS: [&str; 2] = ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"];
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// How the body is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// Its hash is signed.
    Signed,
    /// It is not covered.
    Unsigned,
    /// It is not covered and comes in `aws-chunked` encoding with trailers, for S3 to decode.
    UnsignedChunks,
    /// It comes in `aws-chunked` encoding, every piece signed after the one before it.
    SignedChunks,
}

/// How the request says its body is covered, without checking it.
pub(super) fn declared(request: &Request) -> Payload {
    match request.header(HEADER) {
        Some(UNSIGNED) => Payload::Unsigned,
        Some(text) if text.starts_with("STREAMING-") => Payload::UnsignedChunks,
        _ => Payload::Signed,
    }
}

/// The hash that takes part in the canonical request, after checking that the body has it. Only S3 may leave its
/// body out of the signature.
pub(super) fn verify(claim: &Claim<'_>) -> Result<(String, Payload), Refusal> {
    let request = claim.request;
    let declared = request.headers.get(HEADER).map(|value| value.to_str().unwrap_or_default());
    match declared {
        None if claim.is_s3() && claim.place == Place::Query => Ok((UNSIGNED.to_owned(), Payload::Unsigned)),
        None if claim.is_s3() => Err(Refusal::MissingContentHash),
        None => Ok((sha256_hex(&request.body), Payload::Signed)),
        Some(UNSIGNED) if claim.is_s3() => Ok((UNSIGNED.to_owned(), Payload::Unsigned)),
        Some(UNSIGNED_TRAILER) if claim.is_s3() => Ok((UNSIGNED_TRAILER.to_owned(), Payload::UnsignedChunks)),
        Some(text) if claim.is_s3() && text.starts_with("STREAMING-") => Err(Refusal::UnsupportedPayload(text.to_owned())),
        Some(text) if text == sha256_hex(&request.body) => Ok((text.to_owned(), Payload::Signed)),
        Some(_) => Err(Refusal::PayloadMismatch),
    }
}

/// The same for an S3 body that has not come yet: who receives it checks that it turns out as promised.
pub(super) fn promised(claim: &Claim<'_>) -> Result<(String, Payload), Refusal> {
    let declared = claim.request.headers.get(HEADER).map(|value| value.to_str().unwrap_or_default());
    match declared {
        Some(text) if SIGNED_CHUNKS.contains(&text) => Ok((text.to_owned(), Payload::SignedChunks)),
        Some(text) if is_hash(text) => Ok((text.to_owned(), Payload::Signed)),
        _ => verify(claim),
    }
}

/// The hash that a body is said to have.
pub(super) fn declared_hash(request: &Request) -> Option<&str> {
    request.header(HEADER).filter(|text| is_hash(text))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
