//! Housekeeping: takes away what is only kept for a while, and the interfaces of programs that have ended.

mod overdue;
mod process;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use resource::{AddressAssociation, ElasticAddress, Holder, InterfaceId, NetworkInterface, Resource, Timestamp};
use store::{Change, Snapshot, Store, StoreError, Txn};

use crate::Domain;
use process::Process;

/// How often it is seen whether programs still run, while there are any.
const LOOK: Duration = Duration::from_secs(1);
/// How often the rest is looked for: what is kept is kept for an hour or more.
const SWEEP: Duration = Duration::from_secs(60);

/// Housekeeping of the store.
#[derive(Default)]
pub struct Housekeeping {
    /// The interfaces of programs of the host.
    programs: BTreeMap<InterfaceId, Process>,
    swept: Option<Instant>,
}

impl Domain for Housekeeping {
    const NAME: &'static str = "housekeeping";

    fn note(&mut self, _: &Snapshot, change: &Change) {
        if change.kind != NetworkInterface::KIND {
            return;
        }
        if let Some(before) = change.before::<NetworkInterface>() {
            self.programs.remove(&before.id);
        }
        if let Some(after) = change.after::<NetworkInterface>() {
            self.programs.extend(program(&after));
        }
    }

    fn note_all(&mut self, world: &Snapshot) {
        if self.is_due() {
            self.programs = world.all::<NetworkInterface>().filter_map(|interface| program(&interface)).collect();
        }
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let mut done = self.free_interfaces(store).await;
        if self.is_due() {
            self.swept = Some(Instant::now());
            done = done.and(sweep(store).await);
        }
        if let Err(error) = done {
            tracing::error!(%error, "what is over could not be taken away; trying again");
        }
        if self.programs.is_empty() { SWEEP } else { LOOK }
    }
}

impl Housekeeping {
    fn is_due(&self) -> bool {
        self.swept.is_none_or(|swept| swept.elapsed() >= SWEEP)
    }

    /// Removes the interfaces of programs that have ended.
    async fn free_interfaces(&self, store: &Store) -> Result<(), StoreError> {
        let ended: Vec<&InterfaceId> = self.programs.iter().filter(|(_, process)| !process.runs()).map(|(id, _)| id).collect();
        if ended.is_empty() {
            return Ok(());
        }
        tracing::info!(interfaces = ended.len(), "programs ended without freeing their interfaces");
        store.write(|txn| Ok(ended.iter().for_each(|id| free(txn, id)))).await
    }
}

fn program(interface: &NetworkInterface) -> Option<(InterfaceId, Process)> {
    match interface.attachment.as_ref()?.holder {
        Holder::Process { pid, started } => Some((interface.id.clone(), Process { pid, started })),
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
async fn sweep(store: &Store) -> Result<(), StoreError> {
    let now = Timestamp::now();
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
        let since = Timestamp(0);
        let attachment = Attachment { id: AttachmentId::random(), holder, device_index: 0, delete_on_termination: true, since };
        NetworkInterface { attachment: Some(attachment), ..interface(&vpc_id(1), address(n)) }
    }

    #[tokio::test]
    async fn an_interface_goes_with_its_program_and_its_elastic_address_is_free() {
        let own = Process::of(std::process::id()).unwrap();
        let (running, ended) = (held_by(own, 5), held_by(Process { started: own.started + 1, ..own }, 6));
        let public = elastic(1, Some(&ended));
        let put = |txn: &mut Txn| {
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
        assert_eq!(world.find::<ElasticAddress>(public.id.as_str()).unwrap().association, None);
    }
}
