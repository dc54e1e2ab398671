//! Scheduled actions: a change of capacity at a time.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// An action of a group. It goes when it was carried out for the last time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// Unique in the group.
    pub name: String,
    /// The UUID in its ARN.
    pub uuid: String,
    /// When next.
    pub start: Timestamp,
    /// After which it is not carried out any more.
    pub end: Option<Timestamp>,
    /// When it recurs: cron's five fields.
    pub recurrence: Option<String>,
    /// The new least size.
    pub min: Option<u32>,
    /// The new greatest size.
    pub max: Option<u32>,
    /// The new capacity.
    pub desired: Option<u32>,
}
