//! What an instance of a scaling group may know about that (Amazon EC2 Auto Scaling User Guide, "Retrieve the target
//! lifecycle state through instance metadata").

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{Instance, InstanceId, LifecycleState, SCALED_INSTANCE, ScalingGroup};
use store::{Change, Snapshot};

/// Where an instance is on its way to, in the group that it is in.
pub(super) fn items(world: &Snapshot, instance: &Instance) -> Option<(String, String)> {
    let group = world.named::<ScalingGroup>(SCALED_INSTANCE, &instance.id).next()?;
    let target = target(group.member(instance.id.as_str())?.state);
    Some(("autoscaling/target-lifecycle-state".to_owned(), target.to_owned()))
}

fn target(state: LifecycleState) -> &'static str {
    match state {
        LifecycleState::Pending | LifecycleState::PendingWait | LifecycleState::PendingProceed | LifecycleState::InService => {
            "InService"
        }
        LifecycleState::Terminating | LifecycleState::TerminatingWait | LifecycleState::TerminatingProceed => "Terminated",
        LifecycleState::EnteringStandby | LifecycleState::Standby => "Standby",
        LifecycleState::Detaching => "Detached",
    }
}

/// The instances whose way is another since a change of their group.
pub(super) fn touched(change: &Change) -> Vec<InstanceId> {
    let ways = |group: Option<Arc<ScalingGroup>>| -> BTreeMap<InstanceId, &'static str> {
        let members = group.iter().flat_map(|group| &group.members);
        members.filter_map(|member| Some((member.instance.clone()?, target(member.state)))).collect()
    };
    let (before, after) = (ways(change.before()), ways(change.after()));
    let ids = before.keys().chain(after.keys().filter(|id| !before.contains_key(id)));
    ids.filter(|id| before.get(id) != after.get(id)).cloned().collect()
}
