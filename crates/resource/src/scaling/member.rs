//! An instance in a group, from the decision to launch it until it is gone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{InstanceId, LaunchVersion, SubnetId, Timestamp};

/// An instance of a scaling group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Unique and fixed before there is an instance: the activity that launches it, and the client token of the launch.
    pub token: String,
    /// The instance, once it was launched.
    pub instance: Option<InstanceId>,
    /// The request that launches it, as JSON text, the same however often it is sent; none once it was launched.
    pub launch: Option<String>,
    /// Its subnet.
    pub subnet: SubnetId,
    /// The subnet's zone.
    pub zone: String,
    /// Its type, as launched.
    pub instance_type: Option<String>,
    /// Its image, as launched.
    pub image: Option<String>,
    /// The version of the template that it was launched from; none for an instance that was attached.
    pub version: Option<LaunchVersion>,
    /// Where it stands.
    pub state: LifecycleState,
    /// Since when.
    pub since: Timestamp,
    /// When it was launched or attached.
    pub launched: Timestamp,
    /// When it came into service.
    pub in_service: Option<Timestamp>,
    /// Whether it is healthy.
    pub healthy: bool,
    /// Why it is not, in AWS's words.
    pub illness: Option<String>,
    /// Whether scaling in leaves it.
    pub protected: bool,
    /// Whether it was launched beyond the desired capacity, to take the place of another.
    pub spare: bool,
    /// The target groups in which it was registered, or that it was left out of on purpose.
    pub registered: BTreeSet<String>,
    /// Whether it was seen to drain.
    pub draining: bool,
    /// What it waits for, while it waits.
    pub wait: Option<HookWait>,
    /// The activity that is going on.
    pub activity: Option<String>,
}

/// An instance that waits for its lifecycle hooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookWait {
    /// The token by which the wait can be ended.
    pub token: String,
    /// The hooks that have not been answered.
    pub hooks: Vec<String>,
    /// Since when each of them, or since its last heartbeat.
    pub since: Vec<Timestamp>,
    /// Whether some hook said `ABANDON`.
    pub abandoned: bool,
}

/// The states of an instance in a group, as AWS names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LifecycleState {
    /// Is launched, or comes back from standby.
    Pending,
    /// Waits for hooks before it comes into service.
    PendingWait,
    /// Hooks let it pass.
    PendingProceed,
    /// Serves.
    InService,
    /// Leaves its target groups, to be terminated.
    Terminating,
    /// Waits for hooks before it is terminated.
    TerminatingWait,
    /// Is being terminated.
    TerminatingProceed,
    /// Leaves its target groups, to stand by.
    EnteringStandby,
    /// Stands by: it runs, and does not count.
    Standby,
    /// Leaves its target groups, to leave the group.
    Detaching,
}

impl LifecycleState {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::PendingWait => "Pending:Wait",
            Self::PendingProceed => "Pending:Proceed",
            Self::InService => "InService",
            Self::Terminating => "Terminating",
            Self::TerminatingWait => "Terminating:Wait",
            Self::TerminatingProceed => "Terminating:Proceed",
            Self::EnteringStandby => "EnteringStandby",
            Self::Standby => "Standby",
            Self::Detaching => "Detaching",
        }
    }

    /// Whether it counts towards the desired capacity.
    pub fn counts(self) -> bool {
        self.is_coming() || self == Self::InService
    }

    /// Whether it is on its way into service.
    pub fn is_coming(self) -> bool {
        matches!(self, Self::Pending | Self::PendingWait | Self::PendingProceed)
    }

    /// Whether it is on its way out.
    pub fn is_terminating(self) -> bool {
        matches!(self, Self::Terminating | Self::TerminatingWait | Self::TerminatingProceed)
    }
}

impl Member {
    /// Whether it is this instance.
    pub fn is(&self, instance: &str) -> bool {
        self.instance.as_ref().is_some_and(|id| id.as_str() == instance)
    }

    /// Its id, or what it will be known by until it has one.
    pub fn label(&self) -> &str {
        self.instance.as_ref().map_or(self.token.as_str(), InstanceId::as_str)
    }

    /// Moves it to a state.
    pub fn enter(&mut self, state: LifecycleState, now: Timestamp) {
        self.state = state;
        self.since = now;
        self.draining = false;
        if state == LifecycleState::InService {
            self.in_service = Some(now);
            self.spare = false;
        }
    }
}

/// The tag that instances of a group carry: its value is the group's name.
pub const SCALING_GROUP_TAG: &str = "aws:autoscaling:groupName";
