//! Instance refreshes: all instances of a group are replaced, a few at a time.

use serde::{Deserialize, Serialize};

use crate::{LaunchSource, Timestamp};

/// A refresh of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceRefresh {
    /// Its UUID.
    pub id: String,
    /// Where it stands.
    pub status: RefreshStatus,
    /// Why, in AWS's words.
    pub reason: Option<String>,
    /// What the group shall be launched from; none is what it is launched from.
    pub desired: Option<LaunchSource>,
    /// What the group was launched from before.
    pub previous: LaunchSource,
    /// At least this percentage of the desired capacity stays in service.
    pub min_healthy: u32,
    /// At most this percentage of it runs.
    pub max_healthy: u32,
    /// Seconds until a new instance counts; none is the group's.
    pub warmup: Option<u32>,
    /// Whether instances that are as they should be stay.
    pub skip_matching: bool,
    /// What is done with instances that are protected from scaling in.
    pub protected: Reserved,
    /// What is done with instances that stand by.
    pub standby: Reserved,
    /// How many instances it found to replace.
    pub total: u32,
    /// How many are left.
    pub left: u32,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// What a refresh does with instances that somebody has set apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reserved {
    /// Replaces them all the same.
    Replace,
    /// Leaves them.
    #[default]
    Ignore,
    /// Waits until they are no longer set apart.
    Wait,
}

/// Where a refresh stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefreshStatus {
    /// Was asked for.
    Pending,
    /// Replaces.
    InProgress,
    /// Has replaced all.
    Successful,
    /// Lets what is under way end.
    Cancelling,
    /// Was cancelled.
    Cancelled,
    /// Replaces the new ones by such as there were before.
    RollbackInProgress,
    /// Has done that.
    RollbackSuccessful,
}

impl RefreshStatus {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "InProgress",
            Self::Successful => "Successful",
            Self::Cancelling => "Cancelling",
            Self::Cancelled => "Cancelled",
            Self::RollbackInProgress => "RollbackInProgress",
            Self::RollbackSuccessful => "RollbackSuccessful",
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Successful | Self::Cancelled | Self::RollbackSuccessful)
    }

    /// Whether instances are replaced.
    pub fn replaces(self) -> bool {
        matches!(self, Self::InProgress | Self::RollbackInProgress)
    }
}

impl InstanceRefresh {
    /// How much of it is done, in percent.
    pub fn percentage(&self) -> u32 {
        match self.total {
            0 => u32::from(self.status.is_over()) * 100,
            total => total.saturating_sub(self.left) * 100 / total,
        }
    }
}
