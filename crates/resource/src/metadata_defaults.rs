//! How metadata may be read on the instances that an account launches in a Region, where a launch does not say (EC2 User Guide,
//! "Configure instance metadata options for new instances").

use serde::{Deserialize, Serialize};

use crate::{Kind, MetadataOptions, Owner, Resource};

/// An account's choice for a Region; what is none is no preference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetadataDefaults {
    /// Who has chosen.
    pub owner: Owner,
    /// Whether the endpoint answers.
    pub enabled: Option<bool>,
    /// Whether version 1 (no token) is refused.
    pub tokens_required: Option<bool>,
    /// 1 to 64.
    pub hop_limit: Option<u8>,
    /// Whether tags are shown.
    pub instance_tags: Option<bool>,
}

impl MetadataDefaults {
    /// No preference at all.
    pub fn none(owner: Owner) -> Self {
        Self { owner, enabled: None, tokens_required: None, hop_limit: None, instance_tags: None }
    }

    /// What an instance has that says nothing itself.
    pub fn options(&self) -> MetadataOptions {
        let ours = MetadataOptions::default();
        MetadataOptions {
            enabled: self.enabled.unwrap_or(ours.enabled),
            tokens_required: self.tokens_required.unwrap_or(ours.tokens_required),
            hop_limit: self.hop_limit.unwrap_or(ours.hop_limit),
            instance_tags: self.instance_tags.unwrap_or(ours.instance_tags),
        }
    }
}

impl Resource for MetadataDefaults {
    const KIND: Kind = Kind("metadata-defaults");

    fn key(&self) -> String {
        self.owner.key()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_account_does_not_prefer_is_as_ever() {
        let owner = Owner::new("111111111111", "us-east-1");
        assert_eq!(MetadataDefaults::none(owner.clone()).options(), MetadataOptions::default());
        let chosen = MetadataDefaults { tokens_required: Some(true), hop_limit: Some(2), ..MetadataDefaults::none(owner) };
        assert_eq!(chosen.options(), MetadataOptions { tokens_required: true, hop_limit: 2, ..MetadataOptions::default() });
    }
}
