//! The issued access keys, as the store holds them.

use policy::Principal;
use resource::{AccessKey, Bearer, Role, User};
use store::Snapshot;
use time::OffsetDateTime;

use crate::identity::{Credentials, Known};

/// The keys of one snapshot.
pub(crate) struct Keys<'a>(pub(crate) &'a Snapshot);

impl Credentials for Keys<'_> {
    fn find(&self, access_key_id: &str) -> Option<Known> {
        let key = self.0.find::<AccessKey>(access_key_id)?;
        let bearer = self.principal(&key);
        let (session_token, expires) = match &key.bearer {
            Bearer::User(_) | Bearer::Process { .. } => (None, None),
            Bearer::Session { token, expires, .. } | Bearer::UserSession { token, expires, .. } => {
                (Some(token.clone()), OffsetDateTime::from_unix_timestamp_nanos(i128::from(expires.0) * 1_000_000).ok())
            }
        };
        Some(Known {
            secret: key.secret.clone(),
            session_token,
            expires,
            active: key.active && bearer.is_some(),
            principal: bearer.unwrap_or(Principal::Anonymous),
        })
    }
}

impl Keys<'_> {
    /// Who bears a key; nobody when the user or role is gone.
    fn principal(&self, key: &AccessKey) -> Option<Principal> {
        match &key.bearer {
            Bearer::Process { .. } => Some(Principal::Root { account: key.owner.account.clone() }),
            Bearer::User(arn) | Bearer::UserSession { user: arn, .. } => self.user(arn),
            Bearer::Session { role, name, .. } => {
                let found = self.0.find::<Role>(role)?;
                Some(Principal::AssumedRole { role_arn: role.clone(), role_id: found.id.clone(), session: name.clone() })
            }
        }
    }

    fn user(&self, arn: &str) -> Option<Principal> {
        if let Some(account) = arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root")) {
            return Some(Principal::Root { account: account.to_owned() });
        }
        let user = self.0.find::<User>(arn)?;
        Some(Principal::User { arn: arn.to_owned(), id: user.id.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use resource::{GLOBAL, Owner, Timestamp};
    use store::{Store, StoreError};

    async fn with(bearer: Bearer) -> Store {
        let store = Store::in_memory();
        let put = store.write(|txn| {
            txn.put(AccessKey {
                id: "AKIAEXAMPLE".into(),
                owner: Owner::new("111111111111", GLOBAL),
                secret: "s".into(),
                bearer: bearer.clone(),
                active: true,
                created: Timestamp(0),
            });
            Ok::<_, StoreError>(())
        });
        put.await.expect("memory takes every write");
        store
    }

    #[tokio::test]
    async fn a_key_of_the_root_speaks_for_the_account() {
        let world = with(Bearer::User("arn:aws:iam::111111111111:root".into())).await.snapshot();
        let known = Keys(&world).find("AKIAEXAMPLE").expect("it was put");
        assert_eq!(known.principal, Principal::Root { account: "111111111111".into() });
        assert!(known.active && known.session_token.is_none());
    }

    #[tokio::test]
    async fn a_key_of_a_program_speaks_for_the_account_that_runs_it() {
        let world = with(Bearer::Process { pid: 1, started: 2 }).await.snapshot();
        let known = Keys(&world).find("AKIAEXAMPLE").expect("it was put");
        assert_eq!(known.principal, Principal::Root { account: "111111111111".into() });
        assert!(known.active && known.session_token.is_none());
    }

    #[tokio::test]
    async fn a_key_whose_user_or_role_is_gone_opens_nothing() {
        let session = Bearer::Session {
            role: "arn:aws:iam::111111111111:role/gone".into(),
            name: "s".into(),
            token: "t".into(),
            expires: Timestamp(1_000),
            policy: None,
        };
        for bearer in [Bearer::User("arn:aws:iam::111111111111:user/gone".into()), session] {
            let world = with(bearer).await.snapshot();
            let known = Keys(&world).find("AKIAEXAMPLE").expect("it was put");
            assert!(!known.active);
            assert_eq!(known.principal, Principal::Anonymous);
        }
    }
}
