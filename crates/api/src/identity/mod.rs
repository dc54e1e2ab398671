//! Who sends a request: AWS Signature Version 4, and what an access key means to this listener.

mod answer;
mod caller;
mod canonical;
mod claim;
mod legacy;
mod payload;
mod pieces;
mod proof;
mod refusal;
mod signature;

use policy::Principal;
use time::OffsetDateTime;
use wire::Request;

use claim::Claim;
use legacy::Legacy;

pub use answer::Family;
pub use caller::{Caller, Scope};
pub use payload::Payload;
pub use pieces::Pieces;
pub use refusal::{Flaw, Refusal};

/// The account of access keys that nobody issued, on a trusted listener.
pub const DEFAULT_ACCOUNT: &str = "000000000000";

/// How much a listener trusts keys that nobody issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// On loopback: a 12-digit key id is the root of that account, any other unknown key of [`DEFAULT_ACCOUNT`],
    /// with any secret. Issued keys are verified here too.
    Loopback,
    /// Beyond loopback: only issued keys.
    Enforce,
}

/// The access keys that were issued.
pub trait Credentials {
    /// The key with this id, whether or not it may be used now.
    fn find(&self, access_key_id: &str) -> Option<Known>;
}

/// An issued access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The secret that signs.
    pub secret: String,
    /// The token that must come along, for a session.
    pub session_token: Option<String>,
    /// The moment from which the key is refused, for a session.
    pub expires: Option<OffsetDateTime>,
    /// False for a key that its owner has switched off.
    pub active: bool,
    /// Who it speaks for.
    pub principal: Principal,
}

/// Says who sent `request`, or why it is refused.
///
/// An operation that AWS leaves unsigned (`AssumeRoleWithWebIdentity`) is the caller's to let pass: on
/// [`Refusal::Unsigned`] it goes on as [`Caller::anonymous`].
///
/// # Errors
/// See [`Refusal`]; [`Refusal::failure`] puts it in the words of the request's protocol.
pub fn authenticate(
    trust: Trust,
    credentials: &dyn Credentials,
    now: OffsetDateTime,
    request: &Request,
) -> Result<Caller, Refusal> {
    if let Some(legacy) = Legacy::parse(request) {
        return by_legacy(trust, credentials, now, &legacy);
    }
    let claim = Claim::parse(request)?;
    match credentials.find(&claim.access_key_id) {
        Some(known) => verify(&claim, known, now),
        None if trust == Trust::Enforce => Err(Refusal::UnknownKey),
        None => proof::lives(&claim, now).map(|()| trusted(&claim)),
    }
}

/// What a body that has not come yet has to turn out to be.
#[derive(Clone)]
pub enum Promise {
    /// Anything.
    Anything,
    /// Its SHA-256 in lower-case hex.
    Hash(String),
    /// Pieces in `aws-chunked` encoding, each signed if there is something to check that with.
    Chunks(Option<Box<Pieces>>),
}

/// As [`authenticate`], for a request to S3 whose body has not come yet; says what the body must turn out to be.
///
/// # Errors
/// See [`Refusal`].
pub fn authenticate_head(
    trust: Trust,
    credentials: &dyn Credentials,
    now: OffsetDateTime,
    request: &Request,
) -> Result<(Caller, Promise), Refusal> {
    if let Some(legacy) = Legacy::parse(request) {
        return Ok((by_legacy(trust, credentials, now, &legacy)?, unsigned_promise(request)));
    }
    let claim = Claim::parse(request)?;
    let Some(known) = credentials.find(&claim.access_key_id) else {
        return match trust {
            Trust::Enforce => Err(Refusal::UnknownKey),
            Trust::Loopback => {
                proof::lives(&claim, now).map(|()| (trusted(&claim), promise(request, payload::declared(request), None)))
            }
        };
    };
    usable(claim.token().as_deref(), &known, now)?;
    let (payload, pieces) = proof::verify_head(&claim, &known.secret, now)?;
    let promise = promise(request, payload, Some(Box::new(pieces)));
    Ok((claim.caller(known.principal, true, payload), promise))
}

/// The promise of a request that nobody signed: only its encoding is told.
pub fn unsigned_promise(request: &Request) -> Promise {
    promise(request, payload::declared(request), None)
}

fn promise(request: &Request, payload: Payload, pieces: Option<Box<Pieces>>) -> Promise {
    match payload {
        Payload::SignedChunks => Promise::Chunks(pieces),
        Payload::UnsignedChunks => Promise::Chunks(None),
        Payload::Signed => payload::declared_hash(request).map_or(Promise::Anything, |hash| Promise::Hash(hash.to_owned())),
        Payload::Unsigned => Promise::Anything,
    }
}

/// An issued key: usable, with its token, in time, and signed over what came.
fn verify(claim: &Claim<'_>, known: Known, now: OffsetDateTime) -> Result<Caller, Refusal> {
    usable(claim.token().as_deref(), &known, now)?;
    let payload = proof::verify(claim, &known.secret, now)?;
    Ok(claim.caller(known.principal, true, payload))
}

/// Whether a key may be used now, with its token.
fn usable(token: Option<&str>, known: &Known, now: OffsetDateTime) -> Result<(), Refusal> {
    if !known.active {
        return Err(Refusal::UnknownKey);
    }
    if !signature::equal(known.session_token.as_deref(), token) {
        return Err(Refusal::InvalidToken);
    }
    if known.expires.is_some_and(|end| end <= now) {
        return Err(Refusal::ExpiredToken);
    }
    Ok(())
}

/// A presigned URL of the old kind.
fn by_legacy(trust: Trust, credentials: &dyn Credentials, now: OffsetDateTime, legacy: &Legacy<'_>) -> Result<Caller, Refusal> {
    match credentials.find(&legacy.access_key_id) {
        Some(known) => {
            usable(legacy.token.as_deref(), &known, now)?;
            legacy.verify(&known.secret, now)?;
            Ok(legacy.caller(known.principal, true))
        }
        None if trust == Trust::Enforce => Err(Refusal::UnknownKey),
        None => legacy.lives(now).map(|()| legacy.caller(trusted_root(&legacy.access_key_id), false)),
    }
}

fn trusted(claim: &Claim<'_>) -> Caller {
    claim.caller(trusted_root(&claim.access_key_id), false, payload::declared(claim.request))
}

/// The root of the account that an unknown key means on a trusted listener.
fn trusted_root(id: &str) -> Principal {
    let is_account = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    let account = if is_account { id } else { DEFAULT_ACCOUNT };
    Principal::Root { account: account.to_owned() }
}
