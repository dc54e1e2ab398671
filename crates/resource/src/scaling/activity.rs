//! Scaling activities: what a group did, when and why. They outlive their group.

use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, Resource, Timestamp};

/// The namespace of links from an activity to its group: key is the group's.
pub const ACTIVITY_OF: &str = "activity-of";
/// How long activities are listed, in seconds: six weeks.
pub const ACTIVITY_LIFETIME_SECONDS: u64 = 42 * 24 * 3600;

/// Something that a group did or does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingActivity {
    /// Its UUID.
    pub id: String,
    /// Who owns it.
    pub owner: Owner,
    /// The group's name.
    pub group: String,
    /// The group's ARN.
    pub group_arn: String,
    /// What is done.
    pub description: String,
    /// Why.
    pub cause: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Where it stands.
    pub status: ActivityStatus,
    /// What went wrong.
    pub message: Option<String>,
    /// `Subnet ID` and `Availability Zone` of the instance, as JSON text.
    pub details: String,
}

/// Where an activity stands, as AWS names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActivityStatus {
    /// The instance is launched.
    PreInService,
    /// Goes on.
    InProgress,
    /// The instance leaves its target groups.
    WaitingForELBConnectionDraining,
    /// The instance waits for its hooks.
    MidLifecycleAction,
    /// Was done.
    Successful,
    /// Could not be done.
    Failed,
    /// Was given up.
    Cancelled,
}

impl ActivityStatus {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreInService => "PreInService",
            Self::InProgress => "InProgress",
            Self::WaitingForELBConnectionDraining => "WaitingForELBConnectionDraining",
            Self::MidLifecycleAction => "MidLifecycleAction",
            Self::Successful => "Successful",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Successful | Self::Failed | Self::Cancelled)
    }

    /// AWS's progress in percent.
    pub fn progress(self) -> u32 {
        match self {
            Self::PreInService => 30,
            Self::InProgress | Self::WaitingForELBConnectionDraining => 50,
            Self::MidLifecycleAction => 60,
            Self::Successful | Self::Failed | Self::Cancelled => 100,
        }
    }
}

impl Resource for ScalingActivity {
    const KIND: Kind = Kind("scaling-activity");

    fn key(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::name(ACTIVITY_OF, format!("{}/{}", self.owner.key(), self.group))]
    }
}
