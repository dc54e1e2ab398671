//! Verification of a signature: its time, the headers it covers, the body, and the signature itself.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::canonical::canonical_request;
use super::claim::{Claim, Place};
use super::payload::{self, Payload};
use super::pieces::Pieces;
use super::refusal::{Flaw, Refusal};
use super::signature;

const TIMESTAMP: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
/// How far the clocks of the two sides may differ.
const SKEW: Duration = Duration::minutes(15);
/// The longest life of a presigned URL: seven days.
const LONGEST: i64 = 604_800;
/// Headers that every service reads and whose values are bound without being signed: the token is compared with the
/// key's own, and the content hash is the last line of the canonical request.
const BOUND: [&str; 2] = ["x-amz-security-token", "x-amz-content-sha256"];

/// Verifies the claim's signature with the secret of its key.
pub(super) fn verify(claim: &Claim<'_>, secret: &str, now: OffsetDateTime) -> Result<Payload, Refusal> {
    verify_over(claim, secret, now, payload::verify)
}

/// The same for a request whose body has not come yet, and how to go on with the pieces of it.
pub(super) fn verify_head(claim: &Claim<'_>, secret: &str, now: OffsetDateTime) -> Result<(Payload, Pieces), Refusal> {
    let payload = verify_over(claim, secret, now, payload::promised)?;
    let (_, timestamp) = signing_time(claim)?;
    Ok((payload, Pieces::after(secret, &claim.scope, timestamp, claim.parameter("Signature")?)))
}

/// Whether a presigned URL still lives, whoever signed it.
pub(super) fn lives(claim: &Claim<'_>, now: OffsetDateTime) -> Result<(), Refusal> {
    match claim.place {
        Place::Query => in_time(claim, signing_time(claim)?.0, now),
        Place::Header => Ok(()),
    }
}

fn verify_over(
    claim: &Claim<'_>,
    secret: &str,
    now: OffsetDateTime,
    cover: fn(&Claim<'_>) -> Result<(String, Payload), Refusal>,
) -> Result<Payload, Refusal> {
    let signature = claim.parameter("Signature")?;
    let signed_headers: Vec<&str> = claim.parameter("SignedHeaders")?.split(';').collect();
    let (signed_at, timestamp) = signing_time(claim)?;
    scope_is_of_that_day(claim, &timestamp)?;
    in_time(claim, signed_at, now)?;
    all_are_signed(claim, &signed_headers)?;
    let (payload_hash, payload) = cover(claim)?;
    let canonical = canonical_request(claim.request, claim.is_s3(), &signed_headers, &payload_hash);
    let expected = signature::sign(secret, &claim.scope, &timestamp, &canonical);
    if signature::equal(Some(&expected), Some(signature)) { Ok(payload) } else { Err(Refusal::Mismatch) }
}

/// When the request was signed: `X-Amz-Date`, or for a header signature also `Date`; and that time as it was signed.
fn signing_time(claim: &Claim<'_>) -> Result<(OffsetDateTime, String), Refusal> {
    let request = claim.request;
    let text = match claim.place {
        Place::Query => Some(claim.parameter("Date")?),
        Place::Header => request.header("x-amz-date").or_else(|| request.header("date")),
    };
    let text = text.ok_or_else(|| claim.flaw(Flaw::NoDate))?;
    let basic = PrimitiveDateTime::parse(text, TIMESTAMP).map(PrimitiveDateTime::assume_utc);
    let at = basic.or_else(|_| OffsetDateTime::parse(text, &Rfc2822)).map_err(|_| claim.flaw(Flaw::Malformed("Date")))?;
    Ok((at, written(at)))
}

fn scope_is_of_that_day(claim: &Claim<'_>, timestamp: &str) -> Result<(), Refusal> {
    let day = &claim.scope.date;
    if timestamp.starts_with(day.as_str()) {
        return Ok(());
    }
    let dated = timestamp.get(..8).unwrap_or(timestamp);
    Err(Refusal::Scope(format!(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '{day}' != '{dated}', from '{timestamp}'."
    )))
}

/// A header signature lives for 15 minutes, a presigned URL as long as it says.
fn in_time(claim: &Claim<'_>, signed_at: OffsetDateTime, now: OffsetDateTime) -> Result<(), Refusal> {
    let skewed = |limit: OffsetDateTime| (written(signed_at), written(limit), written(now));
    if signed_at > now.saturating_add(SKEW) {
        let (signed, limit, now) = skewed(now.saturating_add(SKEW));
        return Err(Refusal::NotYetCurrent { signed, limit, now });
    }
    match lifetime(claim)? {
        Some(lifetime) if now > signed_at.saturating_add(lifetime) => Err(Refusal::UrlExpired),
        None if signed_at < now.saturating_sub(SKEW) => {
            let (signed, limit, now) = skewed(now.saturating_sub(SKEW));
            Err(Refusal::Expired { signed, limit, now })
        }
        Some(_) | None => Ok(()),
    }
}

/// `X-Amz-Expires`; only S3 insists on it.
fn lifetime(claim: &Claim<'_>) -> Result<Option<Duration>, Refusal> {
    if claim.place == Place::Header {
        return Ok(None);
    }
    let Some(text) = claim.optional("Expires") else {
        return if claim.is_s3() { Err(claim.flaw(Flaw::Missing("Expires"))) } else { Ok(None) };
    };
    let seconds: i64 = text.parse().map_err(|_| claim.flaw(Flaw::Malformed("Expires")))?;
    match seconds {
        ..0 => Err(claim.flaw(Flaw::NegativeLifetime)),
        0..=LONGEST => Ok(Some(Duration::seconds(seconds))),
        _ => Err(claim.flaw(Flaw::LifetimeTooLong)),
    }
}

/// `host` and every `x-amz-` header must be signed: an added one would change what the request asks for.
fn all_are_signed(claim: &Claim<'_>, signed_headers: &[&str]) -> Result<(), Refusal> {
    if !signed_headers.contains(&"host") {
        return Err(claim.flaw(Flaw::HostNotSigned));
    }
    let names = claim.request.headers.keys().map(http::HeaderName::as_str);
    let loose = |name: &&str| name.starts_with("x-amz-") && !BOUND.contains(name) && !signed_headers.contains(name);
    let unsigned: Vec<String> = names.filter(loose).map(str::to_owned).collect();
    if unsigned.is_empty() { Ok(()) } else { Err(Refusal::HeadersNotSigned(unsigned)) }
}

fn written(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    at.format(TIMESTAMP).unwrap_or_else(|_| at.to_string())
}
