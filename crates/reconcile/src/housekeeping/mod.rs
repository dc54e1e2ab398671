//! Housekeeping: takes away what is only kept for a while, and the interfaces and keys of programs that have ended.

mod overdue;
mod peering;
mod process;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use resource::{
    AccessKey, AddressAssociation, Bearer, ElasticAddress, Holder, InterfaceId, NetworkInterface, Resource, Timestamp,
};
use store::{Change, Snapshot, Store, StoreError, Txn};

use crate::{Domain, TimeScale};
use process::Process;

/// How often it is seen whether programs still run, while there are any.
const LOOK: Duration = Duration::from_secs(1);
/// How often the rest is looked for: what is kept is kept for an hour or more.
const SWEEP: Duration = Duration::from_secs(60);

/// Housekeeping of the store.
#[derive(Default)]
pub struct Housekeeping {
    /// What programs of the host have.
    programs: BTreeMap<Held, Process>,
    looked: Option<Instant>,
    swept: Option<Instant>,
    scale: TimeScale,
}

/// What goes with a program of the host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Interface(InterfaceId),
    Key(String),
}

impl Domain for Housekeeping {
    const NAME: &'static str = "housekeeping";

    fn note(&mut self, _: &Snapshot, change: &Change) {
        if let Some(before) = change.before::<NetworkInterface>() {
            self.programs.remove(&Held::Interface(before.id.clone()));
        }
        if let Some(before) = change.before::<AccessKey>() {
            self.programs.remove(&Held::Key(before.id.clone()));
        }
        self.programs.extend(change.after::<NetworkInterface>().and_then(|interface| program(&interface)));
        self.programs.extend(change.after::<AccessKey>().and_then(|key| bearer(&key)));
    }

    fn note_all(&mut self, world: &Snapshot) {
        if self.is_due() {
            let interfaces = world.all::<NetworkInterface>().filter_map(|interface| program(&interface));
            self.programs = interfaces.chain(world.all::<AccessKey>().filter_map(|key| bearer(&key))).collect();
        }
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let mut done = Ok(());
        // A change says nothing of programs, and there may be a change every millisecond.
        if self.looked.is_none_or(|looked| looked.elapsed() >= LOOK / 2) {
            self.looked = Some(Instant::now());
            done = self.free_programs(store).await;
        }
        if self.is_due() {
            self.swept = Some(Instant::now());
            done = done.and(sweep(store, self.scale).await);
        }
        if let Err(error) = done {
            tracing::error!(error = &error as &dyn std::error::Error, "what is over could not be taken away; trying again");
        }
        if self.programs.is_empty() { self.period() } else { LOOK }
    }
}

impl Housekeeping {
    /// Housekeeping where AWS's long periods pass faster.
    #[must_use]
    pub fn at(scale: TimeScale) -> Self {
        Self { scale, ..Self::default() }
    }

    fn is_due(&self) -> bool {
        self.swept.is_none_or(|swept| swept.elapsed() >= self.period())
    }

    fn period(&self) -> Duration {
        self.scale.shorten(SWEEP).max(LOOK)
    }

    /// Removes the interfaces and keys of programs that have ended.
    async fn free_programs(&self, store: &Store) -> Result<(), StoreError> {
        let ended: Vec<&Held> = self.programs.iter().filter(|(_, process)| !process.runs()).map(|(id, _)| id).collect();
        if ended.is_empty() {
            return Ok(());
        }
        tracing::info!(things = ended.len(), "programs ended without giving back their interfaces and keys");
        store.write(|txn| Ok(ended.iter().for_each(|held| held.free(txn)))).await
    }
}

impl Held {
    fn free(&self, txn: &mut Txn) {
        match self {
            Self::Interface(id) => free(txn, id),
            Self::Key(id) => txn.remove::<AccessKey>(id),
        }
    }
}

fn bearer(key: &AccessKey) -> Option<(Held, Process)> {
    match key.bearer {
        Bearer::Process { pid, started } => Some((Held::Key(key.id.clone()), Process { pid, started })),
        Bearer::User(_) | Bearer::Session { .. } | Bearer::UserSession { .. } => None,
    }
}

fn program(interface: &NetworkInterface) -> Option<(Held, Process)> {
    match interface.attachment.as_ref()?.holder {
        Holder::Process { pid, started } => Some((Held::Interface(interface.id.clone()), Process { pid, started })),
        Holder::Instance(_) | Holder::Service => None,
    }
}

/// Removes an interface; public addresses that stood for it are free, or go when nobody asked for them.
fn free(txn: &mut Txn, id: &InterfaceId) {
    let addresses: Vec<_> = txn.linked::<ElasticAddress>(NetworkInterface::KIND, id).collect();
    for address in addresses {
        match address.automatic {
            true => txn.remove::<ElasticAddress>(address.id.as_str()),
            false => drop(
                txn.update::<ElasticAddress>(address.id.as_str(), |address| address.association = None::<AddressAssociation>),
            ),
        }
    }
    txn.remove::<NetworkInterface>(id.as_str());
}

/// Removes everything whose time is over.
async fn sweep(store: &Store, scale: TimeScale) -> Result<(), StoreError> {
    let now = Timestamp::now();
    let peerings = peering::due(&store.snapshot(), now, scale);
    if !peerings.is_empty() {
        store.write(|txn| Ok(peering::settle(txn, &peerings, now, scale))).await?;
    }
    if overdue::overdue(&store.snapshot(), now).is_empty() {
        return Ok(());
    }
    // Looked for again: what was overdue may have been written anew.
    store.write(|txn| Ok(overdue::overdue(txn, now).iter().for_each(|thing| thing.remove(txn)))).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use resource::{Attachment, AttachmentId};

    use super::*;
    use crate::testing::{address, elastic, interface, store, vpc_id};

    fn held_by(process: Process, n: u8) -> NetworkInterface {
        let holder = Holder::Process { pid: process.pid, started: process.started };
        let (id, since) = (AttachmentId::random(), Timestamp(0));
        let attachment = Attachment { id, holder, device_index: 0, delete_on_termination: true, since, leaving: false };
        NetworkInterface { attachment: Some(attachment), ..interface(&vpc_id(1), address(n)) }
    }

    #[tokio::test]
    async fn an_interface_and_a_key_go_with_their_program_and_its_elastic_address_is_free() {
        let own = Process::of(std::process::id()).unwrap();
        let (running, ended) = (held_by(own, 5), held_by(Process { started: own.started + 1, ..own }, 6));
        let public = elastic(1, Some(&ended));
        let key = |id: &str, process: &Process| AccessKey {
            id: id.into(),
            owner: crate::testing::owner(),
            secret: "s".into(),
            bearer: Bearer::Process { pid: process.pid, started: process.started },
            active: true,
            created: Timestamp(0),
        };
        let keys = [key("AKIARUNNING", &own), key("AKIAENDED", &Process { started: own.started + 1, ..own })];
        let put = |txn: &mut Txn| {
            keys.iter().for_each(|key| txn.put(key.clone()));
            txn.put(running.clone());
            txn.put(ended.clone());
            txn.put(public.clone());
        };
        let store = store(put).await;
        let mut domain = Housekeeping::default();
        domain.note_all(&store.snapshot());
        assert_eq!(domain.converge(&store).await, LOOK);
        let world = store.snapshot();
        assert!(world.find::<NetworkInterface>(running.id.as_str()).is_some());
        assert!(world.find::<NetworkInterface>(ended.id.as_str()).is_none());
        assert!(world.find::<AccessKey>("AKIARUNNING").is_some() && world.find::<AccessKey>("AKIAENDED").is_none());
        assert_eq!(world.find::<ElasticAddress>(public.id.as_str()).unwrap().association, None);
    }
}
