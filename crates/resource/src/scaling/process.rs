//! What a group does by itself, each part of which can be suspended, and who goes first when it shrinks.

use serde::{Deserialize, Serialize};

/// A process of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Process {
    /// Puts new instances into target groups.
    AddToLoadBalancer,
    /// Lets policies act when they are told to by an alarm.
    AlarmNotification,
    /// Keeps the zones equal.
    AZRebalance,
    /// Looks for instances that are not healthy.
    HealthCheck,
    /// Replaces instances in a refresh.
    InstanceRefresh,
    /// Adds instances.
    Launch,
    /// Replaces instances that are not healthy.
    ReplaceUnhealthy,
    /// Carries out scheduled actions.
    ScheduledActions,
    /// Removes instances.
    Terminate,
}

impl Process {
    /// All of them, as AWS lists them.
    pub const ALL: [Self; 9] = [
        Self::AZRebalance,
        Self::AddToLoadBalancer,
        Self::AlarmNotification,
        Self::HealthCheck,
        Self::InstanceRefresh,
        Self::Launch,
        Self::ReplaceUnhealthy,
        Self::ScheduledActions,
        Self::Terminate,
    ];

    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddToLoadBalancer => "AddToLoadBalancer",
            Self::AlarmNotification => "AlarmNotification",
            Self::AZRebalance => "AZRebalance",
            Self::HealthCheck => "HealthCheck",
            Self::InstanceRefresh => "InstanceRefresh",
            Self::Launch => "Launch",
            Self::ReplaceUnhealthy => "ReplaceUnhealthy",
            Self::ScheduledActions => "ScheduledActions",
            Self::Terminate => "Terminate",
        }
    }

    /// The process with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|process| process.as_str() == name)
    }
}

/// Who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TerminationPolicy {
    /// Who is not of the launch strategy; here all are.
    AllocationStrategy,
    /// Whose hour ends next.
    ClosestToNextInstanceHour,
    /// The oldest launch template, then the next hour.
    Default,
    /// Who has run longest.
    OldestInstance,
    /// Whose launch configuration is oldest; here nobody has one.
    OldestLaunchConfiguration,
    /// Whose version of the launch template is oldest.
    OldestLaunchTemplate,
    /// Who has run shortest.
    NewestInstance,
}

impl TerminationPolicy {
    /// All of them, as AWS lists them.
    pub const ALL: [Self; 7] = [
        Self::AllocationStrategy,
        Self::ClosestToNextInstanceHour,
        Self::Default,
        Self::NewestInstance,
        Self::OldestInstance,
        Self::OldestLaunchConfiguration,
        Self::OldestLaunchTemplate,
    ];

    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllocationStrategy => "AllocationStrategy",
            Self::ClosestToNextInstanceHour => "ClosestToNextInstanceHour",
            Self::Default => "Default",
            Self::OldestInstance => "OldestInstance",
            Self::OldestLaunchConfiguration => "OldestLaunchConfiguration",
            Self::OldestLaunchTemplate => "OldestLaunchTemplate",
            Self::NewestInstance => "NewestInstance",
        }
    }

    /// The policy with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_what_they_name() {
        assert!(Process::ALL.into_iter().all(|process| Process::parse(process.as_str()) == Some(process)));
        assert!(TerminationPolicy::ALL.into_iter().all(|policy| TerminationPolicy::parse(policy.as_str()) == Some(policy)));
        assert_eq!((Process::parse("launch"), TerminationPolicy::parse("Newest")), (None, None));
    }
}
