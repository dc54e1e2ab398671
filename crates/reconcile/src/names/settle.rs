//! What the store is told once names are published: that changes of zones and rules are in force, and which private names are
//! proved.

use std::time::Duration;

use dataplane::dns::{Kind, View};
use resource::{EndpointService, PrivateName, PrivateNameState, Resource, Timestamp, ZoneChange};
use store::{Change, Snapshot, Store, StoreError};

use crate::TimeScale;

/// How long the proof of a private name is looked for.
const PATIENCE: Duration = Duration::from_secs(72 * 3600);

/// What waits for names to be published.
#[derive(Default)]
pub(super) struct Settling {
    changes: Vec<String>,
    services: Vec<String>,
}

impl Settling {
    /// Remembers what a change leaves waiting.
    pub(super) fn note(&mut self, change: &Change) {
        if change.after::<ZoneChange>().is_some_and(|change| !change.synced) {
            self.changes.push(change.key.clone());
        }
        if change.after::<EndpointService>().is_some_and(|service| is_pending(&service)) {
            self.services.push(change.key.clone());
        }
    }

    /// Remembers everything that waits.
    pub(super) fn note_all(&mut self, world: &Snapshot) {
        self.changes = world.all::<ZoneChange>().filter(|change| !change.synced).map(|change| change.key()).collect();
        self.services = world.all::<EndpointService>().filter(|service| is_pending(service)).map(|s| s.key()).collect();
    }

    /// Tells the store, by what `public` answers. What still waits is looked at again after the next change of names.
    pub(super) async fn tell(&mut self, store: &Store, public: &View, scale: TimeScale) {
        let changes = std::mem::take(&mut self.changes);
        let (found, now) = (store.snapshot(), Timestamp::now());
        let names = self.services.iter().filter_map(|key| Some((key.clone(), found.find::<EndpointService>(key)?)));
        let names = names.filter_map(|(key, service)| Some((key, service.private_name.clone()?)));
        let (decided, waiting): (Vec<_>, Vec<_>) = names
            .map(|(key, name)| (key, state(&name, public, scale, now), name))
            .partition(|(_, state, _)| *state != PrivateNameState::PendingVerification);
        self.services = waiting.into_iter().map(|(key, ..)| key).collect();
        if changes.is_empty() && decided.is_empty() {
            return;
        }
        let written: Result<(), StoreError> = store
            .write(|txn| {
                for key in &changes {
                    txn.update::<ZoneChange>(key, |change| change.synced = true);
                }
                for (key, state, judged) in &decided {
                    // Whoever asked for another name meanwhile waits for that one.
                    txn.update::<EndpointService>(key, |service| {
                        if let Some(name) = service.private_name.as_mut().filter(|name| *name == judged) {
                            name.state = *state;
                        }
                    });
                }
                Ok(())
            })
            .await;
        if let Err(error) = written {
            tracing::error!(%error, "what was published could not be told; trying again");
        }
    }
}

fn is_pending(service: &EndpointService) -> bool {
    service.private_name.as_ref().is_some_and(|name| name.state == PrivateNameState::PendingVerification)
}

/// Where the verification of `name` stands: verified as soon as its proof is public.
fn state(name: &PrivateName, public: &View, scale: TimeScale, now: Timestamp) -> PrivateNameState {
    let places = name.places();
    let mut places = places.iter().filter_map(|place| place.parse().ok());
    let over = scale.passed(name.since, PATIENCE.as_secs(), now);
    match places.any(|place| public.look_up(&place, Kind::TXT).texts().contains(&name.value)) {
        true => PrivateNameState::Verified,
        false if over => PrivateNameState::Failed,
        false => name.state,
    }
}
