//! What an account asked Service Quotas for: a greater number of something. What was granted is the quota from then on.

use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, Resource, Timestamp};

/// The namespace of links from a change to the quota that it is about.
pub const QUOTA: &str = "quota";

/// A wish for a greater quota, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuotaChange {
    /// Its id, 40 letters and digits.
    pub id: String,
    /// Whose quota it is.
    pub owner: Owner,
    /// The service's code, such as `vpc`.
    pub service: String,
    /// The quota's code, such as `L-29B6F2EB`.
    pub quota: String,
    /// The number that was asked for.
    pub desired: u32,
    /// Whether it was granted.
    pub granted: bool,
    /// The ARN of who asked.
    pub requester: String,
    /// When it was asked for.
    pub created: Timestamp,
}

impl QuotaChange {
    /// The key under which the changes of a quota are found.
    pub fn quota_key(owner: &Owner, service: &str, quota: &str) -> String {
        format!("{}/{service}/{quota}", owner.key())
    }
}

impl Resource for QuotaChange {
    const KIND: Kind = Kind("quota-change");

    fn key(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::name(QUOTA, Self::quota_key(&self.owner, &self.service, &self.quota))]
    }
}
