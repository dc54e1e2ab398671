//! Who sends a request: AWS Signature Version 4, and what an access key means to this listener.

mod answer;
mod caller;
mod canonical;
mod claim;
mod payload;
mod proof;
mod refusal;
mod signature;

use policy::Principal;
use time::OffsetDateTime;
use wire::Request;

use claim::Claim;

pub use answer::Family;
pub use caller::{Caller, Scope};
pub use payload::Payload;
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
    let claim = Claim::parse(request)?;
    match credentials.find(&claim.access_key_id) {
        Some(known) => verify(&claim, known, now),
        None if trust == Trust::Enforce => Err(Refusal::UnknownKey),
        None => Ok(trusted(&claim)),
    }
}

/// An issued key: usable, with its token, in time, and signed over what came.
fn verify(claim: &Claim<'_>, known: Known, now: OffsetDateTime) -> Result<Caller, Refusal> {
    if !known.active {
        return Err(Refusal::UnknownKey);
    }
    if !signature::equal(known.session_token.as_deref(), claim.token().as_deref()) {
        return Err(Refusal::InvalidToken);
    }
    if known.expires.is_some_and(|end| end <= now) {
        return Err(Refusal::ExpiredToken);
    }
    let payload = proof::verify(claim, &known.secret, now)?;
    Ok(claim.caller(known.principal, true, payload))
}

fn trusted(claim: &Claim<'_>) -> Caller {
    let id = claim.access_key_id.as_str();
    let is_account = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    let account = if is_account { id } else { DEFAULT_ACCOUNT };
    claim.caller(Principal::Root { account: account.to_owned() }, false, payload::declared(claim.request))
}
