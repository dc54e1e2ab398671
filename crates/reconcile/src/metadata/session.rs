//! The keys by which instances act as their role: issued through the store, renewed before they end.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore;
use resource::{AccessKey, Bearer, Instance, InstanceId, InstanceProfile, InstanceState, Role, Timestamp};
use store::{Snapshot, Store, StoreError};

/// How long a key is valid, in seconds.
const LIFE: u64 = 6 * 3600;
/// How long before its end a key is replaced, in seconds: AWS promises new ones five minutes before.
const MARGIN: u64 = 3600;

/// The letters of access key ids.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The last key of each session, by role and session name.
#[derive(Default)]
pub(super) struct Sessions {
    latest: HashMap<(String, String), Latest>,
}

struct Latest {
    key: String,
    expires: Timestamp,
}

impl Sessions {
    /// Looks at all keys there are.
    pub(super) fn note_all(&mut self, world: &Snapshot) {
        self.latest.clear();
        world.all::<AccessKey>().for_each(|key| self.note(&key));
    }

    /// Remembers a key of an instance's session, if it is the last one.
    pub(super) fn note(&mut self, key: &AccessKey) {
        let Bearer::Session { role, name, expires, policy: None, .. } = &key.bearer else { return };
        if InstanceId::parse(name).is_err() {
            return;
        }
        let session = (role.clone(), name.clone());
        if self.latest.get(&session).is_none_or(|latest| latest.expires < *expires) {
            self.latest.insert(session, Latest { key: key.id.clone(), expires: *expires });
        }
    }

    /// The key that an instance has now; none when it has no role, or no valid key.
    pub(super) fn current(&self, instance: &Instance, world: &Snapshot, now: Timestamp) -> Option<Arc<AccessKey>> {
        let role = role_of(world, instance)?;
        let latest = self.latest.get(&(role.arn.clone(), instance.id.to_string()))?;
        (latest.expires > now).then(|| world.find::<AccessKey>(&latest.key)).flatten()
    }

    /// Writes a new key for each of `instances` that has a role but no key that lasts.
    pub(super) async fn renew(
        &mut self,
        store: &Store,
        world: &mut Snapshot,
        instances: &BTreeSet<InstanceId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let running = instances.iter().filter_map(|id| world.find::<Instance>(id.as_str()));
        let running =
            running.filter(|instance| !matches!(instance.state, InstanceState::ShuttingDown | InstanceState::Terminated));
        let fresh: Vec<AccessKey> = running.filter_map(|instance| self.due(world, &instance, now)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        store.write(|txn| Ok::<_, StoreError>(fresh.iter().cloned().for_each(|key| txn.put(key)))).await?;
        fresh.iter().for_each(|key| self.note(key));
        *world = store.snapshot();
        Ok(())
    }

    /// A new key for an instance that needs one.
    fn due(&self, world: &Snapshot, instance: &Instance, now: Timestamp) -> Option<AccessKey> {
        let role = role_of(world, instance)?;
        let latest = self.latest.get(&(role.arn.clone(), instance.id.to_string()));
        let lasts = latest
            .is_some_and(|latest| latest.expires > now.plus_seconds(MARGIN) && world.find::<AccessKey>(&latest.key).is_some());
        (!lasts).then(|| issue(&role, &instance.id, now))
    }
}

/// The role that an instance acts as.
fn role_of(world: &Snapshot, instance: &Instance) -> Option<Arc<Role>> {
    let profile = world.find::<InstanceProfile>(instance.profile.as_ref()?)?;
    world.find::<Role>(profile.role.as_ref()?)
}

fn issue(role: &Role, instance: &InstanceId, now: Timestamp) -> AccessKey {
    let id: String = random::<16>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    AccessKey {
        id: format!("ASIA{id}"),
        owner: role.owner.clone(),
        secret: STANDARD.encode(random::<30>()),
        bearer: Bearer::Session {
            role: role.arn.clone(),
            name: instance.to_string(),
            token: STANDARD.encode(random::<192>()),
            expires: now.plus_seconds(LIFE),
            policy: None,
        },
        active: true,
        created: now,
    }
}

/// Bytes that nobody can guess.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
