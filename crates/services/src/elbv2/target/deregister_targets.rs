//! DeregisterTargets: targets get no new flows, drain for the deregistration delay, and are gone.

use resource::{TargetGroup, TargetId, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::find;
use super::registration::{TargetDescription, is_present};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
    targets: Vec<TargetDescription>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Deregisters targets; one that is not registered is no error, one without a port goes with all its ports.
pub fn deregister_targets(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let found = find::target_group(cx.txn, cx.owner(), &input.target_group_arn)?;
    let in_use = find::listeners_to(cx.txn, &found.arn).next().is_some();
    let mut group = TargetGroup::clone(&found);
    for description in &input.targets {
        let leaving =
            Leaving { id: description.target_id(&found)?, port: description.port.map(|_| description.port(&found)).transpose()? };
        leaving.leave(&mut group, in_use, cx.now);
    }
    group.targets.retain(|target| is_present(&found, target, cx.now, cx.scale));
    cx.txn.put(group);
    Ok(Output {})
}

/// Who leaves: one port or all.
struct Leaving {
    id: TargetId,
    port: Option<u16>,
}

impl Leaving {
    /// Targets that no listener sends flows to need not drain.
    fn leave(&self, group: &mut TargetGroup, in_use: bool, now: Timestamp) {
        let means = |id: &TargetId, port: u16| *id == self.id && self.port.is_none_or(|wanted| wanted == port);
        if !in_use {
            group.targets.retain(|target| !means(&target.id, target.port));
        }
        for target in group.targets.iter_mut().filter(|target| means(&target.id, target.port)) {
            target.draining_since.get_or_insert(now);
        }
    }
}
