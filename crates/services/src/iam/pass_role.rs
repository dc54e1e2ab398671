//! `iam:PassRole`: who makes something run as a role needs the permission to pass it on (IAM User Guide, "Grant a user
//! permissions to pass a role to an AWS service"). Without it a user could become any role by launching an instance.

use store::Snapshot;

use super::Authority;
use crate::{Caller, Error};

const ACTION: &str = "iam:PassRole";

/// Checks that the caller may pass `role` to `service`, such as `ec2.amazonaws.com`.
///
/// # Errors
/// `AccessDenied`, which says who may not pass what.
pub(crate) fn may_pass(world: &Snapshot, caller: &Caller, role: &str, service: &str) -> Result<(), Error> {
    let request = caller.asks(ACTION, role).with("iam:PassedToService", service);
    match Authority::of(world, caller)?.decide(&request).refusal(&request) {
        None => Ok(()),
        Some(sentence) => Err(Error::new("AccessDenied", sentence).with_status(403)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::iam::testing::{Account, policy};

    const ROLE: &str = "arn:aws:iam::111111111111:role/web";

    #[test]
    fn a_role_is_passed_only_by_those_who_may_and_only_where_they_may() {
        let account = Account::new();
        let alice = account.user("alice");
        let to = |who: &Account, service: &str| may_pass(&who.world(), who.caller(), ROLE, service);
        assert_eq!(to(&account, "ec2.amazonaws.com"), Ok(()));
        let refused = to(&alice, "ec2.amazonaws.com").expect_err("nobody allowed it");
        assert_eq!((refused.code.as_str(), refused.status), ("AccessDenied", 403));
        let statement = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE,
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}});
        account.iam("PutUserPolicy", json!({"UserName": "alice", "PolicyName": "p", "PolicyDocument": policy(statement)}));
        assert_eq!(to(&alice, "ec2.amazonaws.com"), Ok(()));
        assert!(to(&alice, "lambda.amazonaws.com").is_err());
    }
}
