//! Lifecycle hooks: instances wait on their way in or out until somebody says go on.

use serde::{Deserialize, Serialize};

/// A hook of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleHook {
    /// Unique in the group.
    pub name: String,
    /// On the way in, or out.
    pub transition: Transition,
    /// Stored and returned.
    pub metadata: Option<String>,
    /// Seconds until the default result is taken.
    pub heartbeat: u32,
    /// Whether an instance that nobody answers for goes on.
    pub default_continue: bool,
}

/// Where a hook holds instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transition {
    /// Before they come into service.
    Launching,
    /// Before they are terminated.
    Terminating,
}

impl Transition {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Launching, Self::Terminating];

    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Launching => "autoscaling:EC2_INSTANCE_LAUNCHING",
            Self::Terminating => "autoscaling:EC2_INSTANCE_TERMINATING",
        }
    }

    /// The transition with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transition| transition.as_str() == name)
    }
}

impl LifecycleHook {
    /// Seconds that an instance waits at the most: 100 heartbeats, or 48 hours if that is less.
    pub fn limit(&self) -> u64 {
        (u64::from(self.heartbeat) * 100).min(172_800)
    }
}
