//! Who asks: the account, the Region and the principal that a request was signed by.

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
}

impl Caller {
    /// The root user of an account.
    pub fn root(account: &str, region: &str) -> Self {
        Self { owner: Owner::new(account, region), arn: format!("arn:aws:iam::{account}:root"), user_id: account.to_owned() }
    }
}
