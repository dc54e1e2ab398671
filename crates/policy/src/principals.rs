//! The `Principal` element: whom a statement is about, and how exactly it names them.

use std::fmt::{self, Display, Formatter};

use crate::fault::Fault;
use crate::principal::Principal;

/// How a statement reaches a principal. The order matters: a higher reach grants more (IAM's evaluation logic).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// By its account: the account may pass the permission on with an identity policy.
    Account,
    /// As everyone or by its role: grants, inside the permissions boundary and the session policy.
    Group,
    /// By its own ARN or id: grants, whatever boundary and session policy leave out.
    Exact,
}

/// One entry of a `Principal` element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Named {
    Anyone,
    Account(String),
    Arn(String),
    UniqueId(String),
    Service(String),
    Federated(String),
    Canonical(String),
}

impl Named {
    /// Parses an entry under its type (`AWS`, `Service`, `Federated`, `CanonicalUser`).
    pub fn parse(kind: &str, text: &str) -> Result<Self, Fault> {
        let invalid = || Fault::InvalidPrincipal(format!("\"{kind}\":\"{text}\""));
        let named = match kind {
            "AWS" => return Self::parse_aws(text).ok_or_else(invalid),
            "Service" => Self::Service(text.to_owned()),
            "Federated" => Self::Federated(text.to_owned()),
            "CanonicalUser" => Self::Canonical(text.to_owned()),
            _ => return Err(invalid()),
        };
        if text.is_empty() || text.contains(['*', '?']) { Err(invalid()) } else { Ok(named) }
    }

    fn parse_aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Anyone);
        }
        if is_account(text) {
            return Some(Self::Account(text.to_owned()));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        if let ["arn", partition, "iam" | "sts", "", account, entity] = parts[..] {
            let whole = !text.contains(['*', '?']) && !partition.is_empty() && !entity.is_empty() && is_account(account);
            let named = if entity == "root" { Self::Account(account.to_owned()) } else { Self::Arn(text.to_owned()) };
            return whole.then_some(named);
        }
        let unique = text.starts_with("AIDA") || text.starts_with("AROA");
        (unique && text.chars().all(|c| c.is_ascii_alphanumeric())).then(|| Self::UniqueId(text.to_owned()))
    }

    /// How this entry reaches `principal`, if it does.
    pub fn reaches(&self, principal: &Principal) -> Option<Reach> {
        match (self, principal) {
            (Self::Anyone, _) => Some(Reach::Group),
            (Self::Account(account), Principal::Root { account: own }) => (account == own).then_some(Reach::Exact),
            (Self::Account(account), other) => (other.account()? == account).then_some(Reach::Account),
            (Self::Arn(arn), Principal::AssumedRole { role_arn, .. }) if arn == role_arn => Some(Reach::Group),
            (Self::Arn(arn), other) => (other.arn()? == *arn).then_some(Reach::Exact),
            (Self::UniqueId(id), Principal::User { id: own, .. }) => (id == own).then_some(Reach::Exact),
            (Self::UniqueId(id), Principal::AssumedRole { role_id, .. }) => (id == role_id).then_some(Reach::Group),
            (Self::Service(name), Principal::Service { name: own }) => (name == own).then_some(Reach::Exact),
            (Self::Federated(name), Principal::Federated { provider }) => (name == provider).then_some(Reach::Exact),
            _ => None,
        }
    }
}

impl Display for Named {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("*"),
            Self::Account(text) | Self::Arn(text) | Self::UniqueId(text) => f.write_str(text),
            Self::Service(text) | Self::Federated(text) | Self::Canonical(text) => f.write_str(text),
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn session() -> Principal {
        Principal::AssumedRole {
            role_arn: "arn:aws:iam::111111111111:role/deploy".into(),
            role_id: "AROAX".into(),
            session: "ci".into(),
        }
    }

    #[test]
    fn a_session_is_reached_exactly_by_its_arn_and_as_a_group_by_its_role() {
        let reach = |text| Named::parse("AWS", text).unwrap().reaches(&session());
        assert_eq!(reach("arn:aws:sts::111111111111:assumed-role/deploy/ci"), Some(Reach::Exact));
        assert_eq!(reach("arn:aws:iam::111111111111:role/deploy"), Some(Reach::Group));
        assert_eq!(reach("AROAX"), Some(Reach::Group));
        assert_eq!(reach("*"), Some(Reach::Group));
        assert_eq!(reach("arn:aws:iam::111111111111:root"), Some(Reach::Account));
        assert_eq!(reach("111111111111"), Some(Reach::Account));
        assert_eq!(reach("222222222222"), None);
        assert_eq!(reach("arn:aws:sts::111111111111:assumed-role/deploy/other"), None);
    }

    #[test]
    fn principals_that_name_nobody_are_faults() {
        for (kind, text) in [
            ("AWS", ""),
            ("AWS", "alice"),
            ("AWS", "arn:aws:iam::111111111111:user/*"),
            ("AWS", "arn:aws:iam::1:user/alice"),
            ("AWS", "arn:aws:s3:::bucket"),
            ("Service", "*"),
            ("Service", ""),
            ("Robot", "r2d2"),
        ] {
            assert!(matches!(Named::parse(kind, text), Err(Fault::InvalidPrincipal(_))), "{kind} {text}");
        }
    }

    #[test]
    fn services_providers_and_nobody_are_reached_by_their_kind_only() {
        let service = Principal::Service { name: "ec2.amazonaws.com".into() };
        assert_eq!(Named::parse("Service", "ec2.amazonaws.com").unwrap().reaches(&service), Some(Reach::Exact));
        assert_eq!(Named::parse("Federated", "ec2.amazonaws.com").unwrap().reaches(&service), None);
        assert_eq!(Named::Anyone.reaches(&Principal::Anonymous), Some(Reach::Group));
        assert_eq!(Named::Account("111111111111".into()).reaches(&Principal::Anonymous), None);
    }
}
