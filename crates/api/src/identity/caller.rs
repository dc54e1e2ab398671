//! The authenticated sender of a request.

use policy::Principal;

use super::payload::Payload;
use super::refusal::Refusal;

/// Who sent a request, and what it was signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// The access key; `None` for an anonymous caller.
    pub access_key_id: Option<String>,
    /// What the signature covers.
    pub scope: Scope,
    /// The signature was checked. On loopback, keys that nobody issued are believed without it.
    pub verified: bool,
    /// How the signature covers the body.
    pub payload: Payload,
}

/// The credential scope: `date/region/service/aws4_request`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// `YYYYMMDD`.
    pub date: String,
    /// The Region.
    pub region: String,
    /// The service's signing name.
    pub service: String,
}

impl Caller {
    /// Nobody, for the operations that AWS leaves unsigned.
    pub fn anonymous(region: &str) -> Self {
        Self {
            principal: Principal::Anonymous,
            access_key_id: None,
            scope: Scope { region: region.to_owned(), ..Scope::default() },
            verified: false,
            payload: Payload::Unsigned,
        }
    }

    /// The account that acts; nobody acts in none.
    pub fn account(&self) -> Option<&str> {
        self.principal.account()
    }

    /// The ARN that `GetCallerIdentity` shows.
    pub fn arn(&self) -> Option<String> {
        self.principal.arn()
    }

    /// The id that `GetCallerIdentity` shows as `UserId`.
    pub fn user_id(&self) -> Option<String> {
        self.principal.user_id()
    }

    /// Checks, once the service is known, that a verified signature was made for it: a signature for one service must
    /// not open another.
    ///
    /// # Errors
    /// [`Refusal::Scope`].
    pub fn scoped_to(&self, signing_name: &str) -> Result<(), Refusal> {
        if self.verified && self.scope.service != signing_name {
            return Err(Refusal::Scope(format!("Credential should be scoped to correct service: '{signing_name}'.")));
        }
        Ok(())
    }
}

impl Scope {
    /// `date/region/service/aws4_request`.
    pub(super) fn text(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }
}
