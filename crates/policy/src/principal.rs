//! Who asks: the identities that AWS knows, their ARNs and the condition keys that follow from them.

use crate::request::Context;

/// The identity behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// The root of an account (12 digits).
    Root {
        /// The account.
        account: String,
    },
    /// An IAM user.
    User {
        /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
        arn: String,
        /// `AIDA…`.
        id: String,
    },
    /// A session of a role.
    AssumedRole {
        /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
        role_arn: String,
        /// `AROA…`.
        role_id: String,
        /// The session's name.
        session: String,
    },
    /// An AWS service, such as `ec2.amazonaws.com`.
    Service {
        /// The service's principal name.
        name: String,
    },
    /// A web or SAML identity that has no session yet.
    Federated {
        /// The provider: its ARN, or a domain such as `cognito-identity.amazonaws.com`.
        provider: String,
    },
    /// Nobody: an unsigned request.
    Anonymous,
}

impl Principal {
    /// The account that the principal belongs to; services, providers and nobody belong to none.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Root { account } => Some(account),
            Self::User { arn, .. } | Self::AssumedRole { role_arn: arn, .. } => arn.split(':').nth(4),
            Self::Service { .. } | Self::Federated { .. } | Self::Anonymous => None,
        }
    }

    /// The ARN that `GetCallerIdentity` shows.
    pub fn arn(&self) -> Option<String> {
        match self {
            Self::Root { account } => Some(format!("arn:aws:iam::{account}:root")),
            Self::User { arn, .. } => Some(arn.clone()),
            Self::AssumedRole { role_arn, session, .. } => {
                let mut parts = role_arn.split(':');
                let (partition, account) = (parts.nth(1)?, parts.nth(2)?);
                Some(format!("arn:{partition}:sts::{account}:assumed-role/{}/{session}", last_segment(role_arn)))
            }
            Self::Service { .. } | Self::Federated { .. } | Self::Anonymous => None,
        }
    }

    /// The unique id that `GetCallerIdentity` shows: the account, `AIDA…` or `AROA…:session`.
    pub fn user_id(&self) -> Option<String> {
        match self {
            Self::Root { account } => Some(account.clone()),
            Self::User { id, .. } => Some(id.clone()),
            Self::AssumedRole { role_id, session, .. } => Some(format!("{role_id}:{session}")),
            Self::Service { .. } | Self::Federated { .. } | Self::Anonymous => None,
        }
    }

    /// The global condition keys that follow from the principal alone.
    pub fn context(&self) -> Context {
        let keys = [
            ("aws:PrincipalArn", self.policy_arn()),
            ("aws:PrincipalAccount", self.account().map(str::to_owned)),
            ("aws:PrincipalType", Some(self.type_name().to_owned())),
            ("aws:userid", self.user_id()),
            ("aws:username", self.user_name()),
            ("aws:PrincipalServiceName", self.service_name()),
            ("aws:PrincipalIsAWSService", Some(matches!(self, Self::Service { .. }).to_string())),
        ];
        keys.into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .fold(Context::default(), |context, (key, value)| context.with(key, value))
    }

    /// The ARN that policies see: for a session it is the role's.
    pub(crate) fn policy_arn(&self) -> Option<String> {
        match self {
            Self::AssumedRole { role_arn, .. } => Some(role_arn.clone()),
            other => other.arn(),
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Root { .. } => "Account",
            Self::User { .. } => "User",
            Self::AssumedRole { .. } => "AssumedRole",
            Self::Service { .. } => "Service",
            Self::Federated { .. } => "FederatedUser",
            Self::Anonymous => "Anonymous",
        }
    }

    fn user_name(&self) -> Option<String> {
        match self {
            Self::User { arn, .. } => Some(last_segment(arn).to_owned()),
            _ => None,
        }
    }

    fn service_name(&self) -> Option<String> {
        match self {
            Self::Service { name } => Some(name.clone()),
            _ => None,
        }
    }
}

fn last_segment(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Principal {
        Principal::AssumedRole {
            role_arn: "arn:aws:iam::111111111111:role/team/deploy".into(),
            role_id: "AROAEXAMPLE".into(),
            session: "ci".into(),
        }
    }

    #[test]
    fn a_session_is_shown_by_its_session_arn_and_seen_by_its_role() {
        let principal = session();
        assert_eq!(principal.arn().as_deref(), Some("arn:aws:sts::111111111111:assumed-role/deploy/ci"));
        assert_eq!(principal.user_id().as_deref(), Some("AROAEXAMPLE:ci"));
        assert_eq!(principal.account(), Some("111111111111"));
        let role = "arn:aws:iam::111111111111:role/team/deploy";
        assert_eq!(principal.context().single("AWS:principalARN"), Some(role));
        assert_eq!(principal.context().single("aws:username"), None);
    }

    #[test]
    fn a_user_has_a_name_and_root_has_the_account_as_id() {
        let user = Principal::User { arn: "arn:aws:iam::111111111111:user/ops/alice".into(), id: "AIDAEXAMPLE".into() };
        assert_eq!(user.context().single("aws:username"), Some("alice"));
        let root = Principal::Root { account: "111111111111".into() };
        assert_eq!(root.arn().as_deref(), Some("arn:aws:iam::111111111111:root"));
        assert_eq!(root.user_id().as_deref(), Some("111111111111"));
    }

    #[test]
    fn nobody_has_neither_account_nor_arn() {
        assert_eq!(Principal::Anonymous.account(), None);
        assert_eq!(Principal::Anonymous.arn(), None);
        assert!(Principal::Anonymous.context().values("aws:PrincipalArn").is_empty());
    }
}
