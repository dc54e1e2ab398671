//! What a client token stands for, so that a repeated request has the effect of one.

use serde::{Deserialize, Serialize};

use crate::{Kind, Owner, Resource, Timestamp};

/// How long AWS remembers a client token.
pub const TOKEN_LIFETIME_SECONDS: u64 = 24 * 3600;

/// A request that carried a client token, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestToken {
    /// Who asked.
    pub owner: Owner,
    /// The operation, `ec2:CreateVpcEndpoint`.
    pub operation: String,
    /// The token.
    pub token: String,
    /// The request, as JSON text without its token.
    pub request: String,
    /// The answer, as JSON text.
    pub answer: String,
    /// When it was asked first.
    pub created: Timestamp,
}

impl RequestToken {
    /// The key of a token.
    pub fn key_of(owner: &Owner, operation: &str, token: &str) -> String {
        format!("{}/{}/{operation}/{token}", owner.account, owner.region)
    }
}

impl Resource for RequestToken {
    const KIND: Kind = Kind("request-token");

    fn key(&self) -> String {
        Self::key_of(&self.owner, &self.operation, &self.token)
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }
}
