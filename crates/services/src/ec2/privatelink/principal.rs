//! Who may make endpoints to a service: principals as providers name them, and whether they mean a caller.

use resource::EndpointService;

use crate::{Caller, Error};

/// A principal, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal<'a> {
    /// `*`: everybody.
    All,
    /// `arn:aws:iam::{account}:root`: everybody in an account.
    Account(&'a str),
    /// `arn:aws:iam::{account}:user/{name}`.
    User(&'a str, &'a str),
    /// `arn:aws:iam::{account}:role/{name}`, in any of its sessions.
    Role(&'a str, &'a str),
}

impl<'a> Principal<'a> {
    /// Reads a principal.
    ///
    /// # Errors
    /// `InvalidParameter` for what is none; AWS allows no path in the name of a user or role.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        let wrong = || {
            let message = format!(
                "The principal '{text}' is not valid. Use '*' or the ARN of an account root, a user or a role without a path."
            );
            Error::new("InvalidParameter", message)
        };
        if text == "*" {
            return Ok(Self::All);
        }
        let (account, rest) = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(':')).ok_or_else(wrong)?;
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        match rest.split_once('/') {
            None if rest == "root" => Ok(Self::Account(account)),
            Some(("user", name)) if is_plain(name) => Ok(Self::User(account, name)),
            Some(("role", name)) if is_plain(name) => Ok(Self::Role(account, name)),
            _ => Err(wrong()),
        }
    }

    /// AWS's word for its kind.
    pub fn kind(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Account(_) => "Account",
            Self::User(..) => "User",
            Self::Role(..) => "Role",
        }
    }

    /// Whether it means `caller`.
    fn means(self, caller: &Caller) -> bool {
        let account = &caller.owner.account;
        match self {
            Self::All => true,
            Self::Account(wanted) => wanted == account,
            Self::User(wanted, name) => wanted == account && user_name(&caller.arn) == Some(name),
            Self::Role(wanted, name) => wanted == account && role_name(&caller.arn) == Some(name),
        }
    }
}

/// Whether `caller` may make endpoints to `service`: its owner may, and whoever a principal means.
pub fn may_connect(service: &EndpointService, caller: &Caller) -> bool {
    service.owner.account == caller.owner.account || is_named(service, caller, true)
}

/// Whether `service` is listed to `caller` without being asked for by name: `*` alone does not do that.
pub fn is_listed(service: &EndpointService, caller: &Caller) -> bool {
    service.owner.account == caller.owner.account || is_named(service, caller, false)
}

fn is_named(service: &EndpointService, caller: &Caller, by_all: bool) -> bool {
    let principals = service.principals.iter().filter_map(|allowed| Principal::parse(&allowed.principal).ok());
    principals.filter(|principal| by_all || *principal != Principal::All).any(|principal| principal.means(caller))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '*', '?'])
}

/// The name at the end of `arn:aws:iam::{account}:user{path}{name}`.
fn user_name(arn: &str) -> Option<&str> {
    resource_of(arn).and_then(|rest| rest.strip_prefix("user/")).and_then(|path| path.rsplit('/').next())
}

/// The role of a session, `arn:aws:sts::{account}:assumed-role/{name}/{session}`.
fn role_name(arn: &str) -> Option<&str> {
    resource_of(arn).and_then(|rest| rest.strip_prefix("assumed-role/")).and_then(|path| path.split('/').next())
}

fn resource_of(arn: &str) -> Option<&str> {
    arn.splitn(6, ':').nth(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(arn: &str) -> Caller {
        Caller { arn: arn.into(), ..Caller::root("222222222222", "us-east-1") }
    }

    fn means(principal: &str, arn: &str) -> bool {
        Principal::parse(principal).is_ok_and(|principal| principal.means(&caller(arn)))
    }

    #[test]
    fn a_principal_means_exactly_who_it_names() {
        let (root, user) = ("arn:aws:iam::222222222222:root", "arn:aws:iam::222222222222:user/team/ann");
        let session = "arn:aws:sts::222222222222:assumed-role/deploy/ci-7";
        for arn in [root, user, session] {
            assert!(means("*", arn));
            assert!(means("arn:aws:iam::222222222222:root", arn));
            assert!(!means("arn:aws:iam::333333333333:root", arn));
        }
        assert!(means("arn:aws:iam::222222222222:user/ann", user));
        assert!(!means("arn:aws:iam::222222222222:user/bob", user));
        assert!(!means("arn:aws:iam::222222222222:role/ann", user));
        assert!(means("arn:aws:iam::222222222222:role/deploy", session));
        assert!(!means("arn:aws:iam::222222222222:role/ci-7", session));
        assert!(!means("arn:aws:iam::333333333333:role/deploy", session));
    }

    #[test]
    fn what_is_no_principal_is_refused() {
        for bad in [
            "",
            "222222222222",
            "arn:aws:iam::2222:root",
            "arn:aws:iam::222222222222:role/a/b",
            "arn:aws:iam::222222222222:user/*",
            "arn:aws:iam::222222222222:group/x",
        ] {
            assert_eq!(Principal::parse(bad).err().map(|e| e.code).as_deref(), Some("InvalidParameter"), "{bad}");
        }
    }
}
