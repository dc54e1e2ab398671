//! `GetSessionToken`.

use policy::Principal;
use resource::{Bearer, Resource, User};
use serde::{Deserialize, Serialize};

use super::denied;
use crate::iam::secret::{Credentials, access_key, keep_session, token};
use crate::{Error, Write};

const DEFAULT_SECONDS: u64 = 43_200;
/// Sessions of the account's root are never longer.
const ROOT_SECONDS: u64 = 3600;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    duration_seconds: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
}

/// Makes a session of the calling user, with the user's permissions.
pub fn get_session_token(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let asked = input.duration_seconds.unwrap_or(DEFAULT_SECONDS);
    let seconds = match &cx.caller.principal {
        Principal::User { .. } => asked,
        Principal::Root { .. } => asked.min(ROOT_SECONDS),
        _ => return Err(denied("Cannot call GetSessionToken with session credentials")),
    };
    let user = cx.caller.arn.clone();
    let bearer = Bearer::UserSession { user: user.clone(), token: token(), expires: cx.now.plus_seconds(seconds) };
    let key = access_key(cx.owner(), bearer, cx.now);
    let kept = keep_session(cx.txn, key, (User::KIND, &user), cx.now);
    Ok(Output { credentials: kept.ok_or_else(|| Error::internal("a session has a token"))? })
}
