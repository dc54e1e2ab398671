//! Who asks: the account, the Region and the principal that a request was signed by.

use policy::{Principal, Request};
use resource::Owner;

/// The authenticated origin of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account, and the Region that the request is for.
    pub owner: Owner,
    /// The principal's ARN, such as `arn:aws:iam::111111111111:root`.
    pub arn: String,
    /// The principal's unique id (`UserId` of GetCallerIdentity).
    pub user_id: String,
    /// The principal, as policies see it.
    pub principal: Principal,
    /// The access key that signed; none for calls from inside the daemon.
    pub access_key_id: Option<String>,
    /// What else policies may ask about the request: condition keys (`aws:SourceIp`, …) and their values.
    pub facts: Vec<(&'static str, String)>,
}

impl Caller {
    /// The root user of an account.
    pub fn root(account: &str, region: &str) -> Self {
        Self::new(Principal::Root { account: account.to_owned() }, account, region)
    }

    /// A principal that acts in `account`, which is its own if it has one.
    pub fn new(principal: Principal, account: &str, region: &str) -> Self {
        Self {
            owner: Owner::new(account, region),
            arn: principal.arn().unwrap_or_else(|| "anonymous".to_owned()),
            user_id: principal.user_id().unwrap_or_else(|| "anonymous".to_owned()),
            principal,
            access_key_id: None,
            facts: Vec::new(),
        }
    }

    /// The question whether this caller may do `action` to `resource`, with all that is known about the request.
    pub fn asks(&self, action: &str, resource: &str) -> Request {
        let request = Request::new(self.principal.clone(), action, resource);
        self.facts.iter().fold(request, |request, (key, value)| request.with(key, value.as_str()))
    }

    /// Whether it acts for an AWS service, by a role that only that service can take.
    pub fn is_service_linked(&self) -> bool {
        matches!(&self.principal, Principal::AssumedRole { role_arn, .. } if role_arn.contains(":role/aws-service-role/"))
    }

    /// The same caller, known to have signed with this key.
    pub fn with_key(self, access_key_id: Option<String>) -> Self {
        Self { access_key_id, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_about_a_request_is_part_of_every_question() {
        let mut caller = Caller::root("111111111111", "us-east-1");
        caller.facts.push(("aws:SourceIp", "10.0.0.1".to_owned()));
        let asked = caller.asks("ec2:CreateVpc", "*");
        assert_eq!(asked.context.single("aws:SourceIp"), Some("10.0.0.1"));
        assert_eq!(asked.context.single("aws:PrincipalAccount"), Some("111111111111"));
    }
}
