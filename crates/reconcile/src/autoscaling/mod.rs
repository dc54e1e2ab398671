//! Auto Scaling: groups have as many healthy instances as is wanted of them.
//!
//! What a group should do next is decided purely from what is seen of it, one step at a time, until there is nothing to
//! do. Every step is written down before it is carried out, and carried out so that doing it twice does it once.

mod act;
mod action;
mod decide;
mod record;
mod rest;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use resource::{Instance, Resource, SCALED_INSTANCE, SCALED_TARGET_GROUP, ScalingGroup, TargetGroup, TargetHealth, Timestamp};
use store::{Change, Snapshot, Store};

use crate::{Domain, Operator, TimeScale};
use rest::Rest;
use view::View;

/// How often groups are looked at, for what becomes due by time alone.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked whether there are groups at all.
const IDLE: Duration = Duration::from_secs(3600);
/// How many steps a group may take at once, before others have their turn.
const STEPS: usize = 64;

/// Auto Scaling groups.
pub struct AutoScalingDomain {
    operator: Arc<dyn Operator>,
    scale: TimeScale,
    noted: BTreeSet<String>,
    rest: Rest,
}

impl AutoScalingDomain {
    /// Groups that act through `operator`, where time passes at `scale`.
    pub fn new(operator: Arc<dyn Operator>, scale: TimeScale) -> Self {
        Self { operator, scale, noted: BTreeSet::new(), rest: Rest::default() }
    }

    /// Takes steps until there is none to take.
    async fn settle(&mut self, store: &Store, key: &str) {
        for _ in 0..STEPS {
            let Some(group) = store.snapshot().find::<ScalingGroup>(key) else { return self.rest.forget(key) };
            let view = View::of(&store.snapshot(), &group, self.scale, Timestamp::now(), self.rest.of(key));
            let actions = decide::decide(&view);
            if actions.is_empty() {
                return;
            }
            for action in actions {
                tracing::debug!(group = group.name, %action, "a step");
                if let Err(tired) = act::act(self.operator.as_ref(), store, &view, &action).await {
                    tracing::warn!(group = group.name, %action, error = %tired, "a step could not be taken; trying again later");
                    self.rest.after(key, tired.subject);
                }
            }
        }
        self.noted.insert(key.to_owned());
    }
}

impl Domain for AutoScalingDomain {
    const NAME: &'static str = "autoscaling";

    fn note(&mut self, world: &Snapshot, change: &Change) {
        match change.kind {
            ScalingGroup::KIND => drop(self.noted.insert(change.key.clone())),
            Instance::KIND => self.noted.extend(groups(world, SCALED_INSTANCE, &change.key)),
            TargetGroup::KIND => self.noted.extend(groups(world, SCALED_TARGET_GROUP, &change.key)),
            TargetHealth::KIND => {
                let target_group = change.key.split('|').next().unwrap_or_default();
                self.noted.extend(groups(world, SCALED_TARGET_GROUP, target_group));
            }
            _ => {}
        }
    }

    fn note_all(&mut self, world: &Snapshot) {
        self.noted.extend(world.all::<ScalingGroup>().map(|group| group.key()));
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        for key in std::mem::take(&mut self.noted) {
            self.settle(store, &key).await;
        }
        match store.snapshot().all::<ScalingGroup>().next() {
            Some(_) => LOOK,
            None => IDLE,
        }
    }
}

fn groups(world: &Snapshot, namespace: &'static str, key: &str) -> Vec<String> {
    world.named::<ScalingGroup>(namespace, key).map(|group| group.key()).collect()
}
