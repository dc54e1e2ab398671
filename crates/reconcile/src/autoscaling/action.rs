//! The steps that a group can take, as plain data that tests print.

use std::fmt;

use resource::{LifecycleState, SubnetId, Transition};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// An instance shall be launched; it is written down as one of the group.
    Launch { subnet: SubnetId, zone: String, why: Why },
    /// The launch of an instance that was written down is carried out.
    Send { member: String },
    /// A running instance becomes a target.
    Register { member: String, target: String },
    /// It is left out, because putting instances into target groups is suspended or the target group is gone.
    LeaveOut { member: String, target: String },
    /// An instance is no longer a target.
    Deregister { member: String, target: String },
    /// The activity says that connections drain.
    Drain { member: String },
    /// An instance is found to be ill.
    Sicken { member: String, illness: &'static str },
    /// An instance is taken out of service, to be terminated.
    Take { member: String, why: Why },
    /// It waits for hooks.
    Wait { member: String, transition: Transition },
    /// A hook that nobody answered for takes its default.
    Expire { member: String, hook: String },
    /// It comes into another state.
    Enter { member: String, state: LifecycleState },
    /// Its machine is terminated.
    Kill { member: String },
    /// It is no longer of the group: it is gone.
    Forget { member: String },
    /// It is no longer of the group, and runs on.
    Release { member: String },
    /// A target group is no longer of the group.
    Drop { target: String },
    /// The wanted capacity is reached.
    Reach,
    /// A scheduled action is carried out.
    Schedule { name: String },
    /// A refresh begins, with so many instances to replace.
    Begin { total: u32 },
    /// So many are left.
    Progress { left: u32 },
    /// A refresh is over.
    Finish,
    /// The group is gone.
    Gone,
}

/// Why an instance comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The capacity is not what is wanted: it goes from one number to another.
    Capacity { from: u32, to: u32 },
    /// An instance is not healthy.
    Illness,
    /// An instance has lived long enough.
    Lifetime,
    /// A refresh replaces it.
    Refresh,
    /// Zones are not equal.
    Balance,
    /// A hook said no.
    Abandoned,
    /// The group goes.
    Deletion,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Launch { zone, why, .. } => write!(f, "launch in {zone}: {why:?}"),
            Self::Send { member } => write!(f, "send the launch of {member}"),
            Self::Register { member, target } => write!(f, "register {member} in {}", short(target)),
            Self::LeaveOut { member, target } => write!(f, "leave {member} out of {}", short(target)),
            Self::Deregister { member, target } => write!(f, "deregister {member} from {}", short(target)),
            Self::Drain { member } => write!(f, "wait until {member} has drained"),
            Self::Sicken { member, illness } => write!(f, "{member} is unhealthy: {illness}"),
            Self::Take { member, why } => write!(f, "take {member} out of service: {why:?}"),
            Self::Wait { member, transition } => write!(f, "let {member} wait for hooks, {transition:?}"),
            Self::Expire { member, hook } => write!(f, "the hook {hook} of {member} is out of time"),
            Self::Enter { member, state } => write!(f, "{member} is {}", state.as_str()),
            Self::Kill { member } => write!(f, "terminate the machine of {member}"),
            Self::Forget { member } => write!(f, "{member} is gone"),
            Self::Release { member } => write!(f, "{member} leaves the group"),
            Self::Drop { target } => write!(f, "{} leaves the group", short(target)),
            Self::Reach => f.write_str("the capacity is reached"),
            Self::Schedule { name } => write!(f, "carry out {name}"),
            Self::Begin { total } => write!(f, "begin to replace {total}"),
            Self::Progress { left } => write!(f, "{left} left to replace"),
            Self::Finish => f.write_str("the refresh is over"),
            Self::Gone => f.write_str("the group is gone"),
        }
    }
}

/// The name in a target group's ARN.
fn short(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}
