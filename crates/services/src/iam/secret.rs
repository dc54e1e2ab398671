//! Secrets: access keys and session tokens, drawn from the system's secure generator.

use base64::{Engine, engine::general_purpose::STANDARD};
use rand::RngCore;
use resource::{AccessKey, Bearer, Kind, Owner, Timestamp};
use serde::Serialize;
use store::Txn;

use super::name::{global, letters};

/// 30 bytes are 40 characters of base64, as long as AWS's secrets.
const SECRET_BYTES: usize = 30;
const TOKEN_BYTES: usize = 240;

/// A fresh secret access key.
pub(crate) fn secret() -> String {
    random_text(SECRET_BYTES)
}

/// A fresh session token.
pub(crate) fn token() -> String {
    random_text(TOKEN_BYTES)
}

/// A fresh access key of `owner`'s account.
pub fn access_key(owner: &Owner, bearer: Bearer, now: Timestamp) -> AccessKey {
    let prefix = if matches!(bearer, Bearer::User(_) | Bearer::Process { .. }) { "AKIA" } else { "ASIA" };
    AccessKey { id: letters(prefix, 16), owner: global(owner), secret: secret(), bearer, active: true, created: now }
}

/// The credentials of a session as STS shows them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: Timestamp,
}

/// Keeps a session's key, and forgets those of the same bearer that are over.
pub(crate) fn keep_session(txn: &mut Txn, key: AccessKey, of: (Kind, &str), now: Timestamp) -> Option<Credentials> {
    let (session_token, expiration) = session(&key)?;
    let shown = Credentials {
        access_key_id: key.id.clone(),
        secret_access_key: key.secret.clone(),
        session_token: session_token.to_owned(),
        expiration,
    };
    let over = |key: &AccessKey| session(key).is_some_and(|(_, expires)| expires <= now);
    let over: Vec<String> = txn.linked::<AccessKey>(of.0, of.1).filter(|key| over(key)).map(|key| key.id.clone()).collect();
    over.iter().for_each(|id| txn.remove::<AccessKey>(id));
    txn.put(key);
    Some(shown)
}

/// The token and end of a session's key.
pub(crate) fn session(key: &AccessKey) -> Option<(&str, Timestamp)> {
    match &key.bearer {
        Bearer::User(_) | Bearer::Process { .. } => None,
        Bearer::Session { token, expires, .. } | Bearer::UserSession { token, expires, .. } => Some((token, *expires)),
    }
}

fn random_text(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    rand::rng().fill_bytes(&mut random);
    STANDARD.encode(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_look_like_those_of_aws() {
        let owner = Owner::new("111111111111", "us-east-1");
        let key = access_key(&owner, Bearer::User("arn:aws:iam::111111111111:user/a".into()), Timestamp(0));
        assert!(key.id.starts_with("AKIA") && key.id.len() == 20);
        assert_eq!(key.secret.len(), 40);
        assert_ne!(secret(), secret());
    }
}
