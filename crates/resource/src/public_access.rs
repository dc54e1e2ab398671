//! Block Public Access: what an account lets pass between its VPCs in a Region and the internet, and what is exempt.

use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, PublicAccessExclusionId, Resource, Subnet, SubnetId, Tags, Timestamp, Vpc, VpcId};

/// What an account has chosen for a Region; while there is none, everything passes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicAccess {
    /// Who has chosen.
    pub owner: Owner,
    /// What does not pass.
    pub mode: BlockMode,
    /// Whether packets obey yet.
    pub settled: bool,
    /// When it was chosen.
    pub updated: Timestamp,
}

/// What does not pass internet gateways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockMode {
    /// Everything passes.
    #[default]
    Off,
    /// Nothing passes.
    Bidirectional,
    /// Only connections that begin behind a NAT gateway pass.
    Ingress,
}

/// A VPC or subnet that is exempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicAccessExclusion {
    /// Its id.
    pub id: PublicAccessExclusionId,
    /// Who owns it.
    pub owner: Owner,
    /// What is exempt.
    pub of: Excluded,
    /// From what.
    pub mode: ExclusionMode,
    /// Where it stands.
    pub state: ExclusionState,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// When it went.
    pub deleted: Option<Timestamp>,
    /// Its tags.
    pub tags: Tags,
}

/// What is exempt from an account's choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Excluded {
    /// A whole VPC.
    Vpc(VpcId),
    /// One subnet.
    Subnet(SubnetId),
}

/// What an exclusion lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExclusionMode {
    /// Everything.
    Bidirectional,
    /// Connections that begin inside, where nothing would pass.
    Egress,
}

/// Where an exclusion stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are AWS's words")]
pub enum ExclusionState {
    Creating,
    Created,
    Updating,
    Updated,
    Deleting,
    Deleted,
}

impl BlockMode {
    /// AWS's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Bidirectional => "block-bidirectional",
            Self::Ingress => "block-ingress",
        }
    }

    /// Reads AWS's word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Off, Self::Bidirectional, Self::Ingress].into_iter().find(|mode| mode.as_str() == text)
    }
}

impl ExclusionMode {
    /// AWS's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bidirectional => "allow-bidirectional",
            Self::Egress => "allow-egress",
        }
    }

    /// Reads AWS's word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Bidirectional, Self::Egress].into_iter().find(|mode| mode.as_str() == text)
    }
}

impl ExclusionState {
    /// AWS's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "create-in-progress",
            Self::Created => "create-complete",
            Self::Updating => "update-in-progress",
            Self::Updated => "update-complete",
            Self::Deleting => "delete-in-progress",
            Self::Deleted => "delete-complete",
        }
    }

    /// What it becomes once packets obey.
    pub fn settled(self) -> Self {
        match self {
            Self::Creating => Self::Created,
            Self::Updating => Self::Updated,
            Self::Deleting => Self::Deleted,
            settled => settled,
        }
    }

    /// Whether it exempts: not any more once it is to go.
    pub fn counts(self) -> bool {
        !matches!(self, Self::Deleting | Self::Deleted)
    }
}

impl Resource for PublicAccess {
    const KIND: Kind = Kind("public-access");

    fn key(&self) -> String {
        self.owner.key()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }
}

impl Resource for PublicAccessExclusion {
    const KIND: Kind = Kind("public-access-exclusion");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        match &self.of {
            Excluded::Vpc(id) => vec![Link::to(Vpc::KIND, id)],
            Excluded::Subnet(id) => vec![Link::to(Subnet::KIND, id)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_read_back() {
        for mode in [BlockMode::Off, BlockMode::Bidirectional, BlockMode::Ingress] {
            assert_eq!(BlockMode::parse(mode.as_str()), Some(mode));
        }
        assert_eq!(ExclusionMode::parse("allow-egress"), Some(ExclusionMode::Egress));
        assert_eq!(ExclusionMode::parse("off"), None);
    }

    #[test]
    fn an_exclusion_that_goes_exempts_nobody() {
        assert!(ExclusionState::Creating.counts() && !ExclusionState::Deleting.counts());
        assert_eq!(ExclusionState::Deleting.settled().as_str(), "delete-complete");
        assert_eq!(ExclusionState::Updated.settled(), ExclusionState::Updated);
    }
}
