//! Instances: brings machines to the states that the store wants, and says there what became of them.

mod act;
mod outcome;
mod spec;

pub use spec::resolv_conf;

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::time::Duration;

use kernel::Namespaces;
use resource::{Holder, Instance, InstanceId, InstanceState, NetworkInterface, Resource, Vpc};
use store::{Change, Snapshot, Store};
use workload::{Image, Machines};

use crate::Domain;
use outcome::Outcome;

/// How often it is seen whether machines still run and what they printed.
const LOOK: Duration = Duration::from_secs(2);
/// How many machines are worked on at once.
const HANDS: usize = 8;

/// Instances on this machine.
pub struct MachinesDomain {
    hands: Hands,
    noted: BTreeSet<InstanceId>,
    /// Instances that were seen running since this process began.
    running: BTreeSet<InstanceId>,
}

/// What working on one machine takes.
pub(crate) struct Hands {
    machines: Machines,
    namespaces: Namespaces,
    image: Image,
    ca_pem: String,
}

impl MachinesDomain {
    /// Instances as machines of `machines`, in namespaces of `namespaces`, from the built-in image, trusting `ca_pem`.
    ///
    /// # Errors
    /// When the image cannot be made.
    pub fn new(machines: Machines, namespaces: Namespaces, private: &[PathBuf], ca_pem: String) -> Result<Self, workload::Error> {
        let image = machines.builtin_image(private)?;
        if let Err(error) = machines.prune_images(std::slice::from_ref(&image)) {
            tracing::warn!(error = &error as &dyn std::error::Error, "images that no machine uses could not be removed");
        }
        Ok(Self { hands: Hands { machines, namespaces, image, ca_pem }, noted: BTreeSet::new(), running: BTreeSet::new() })
    }
}

impl Domain for MachinesDomain {
    const NAME: &'static str = "machines";

    fn note(&mut self, world: &Snapshot, change: &Change) {
        if let (Some(before), Some(after)) = (change.before::<Vpc>(), change.after::<Vpc>())
            && before.dhcp_options != after.dhcp_options
        {
            self.noted.extend(world.linked::<Instance>(Vpc::KIND, &after.id).map(|instance| instance.id.clone()));
        }
        if change.kind == Instance::KIND {
            self.noted.extend(change.before::<Instance>().iter().chain(&change.after::<Instance>()).map(|i| i.id.clone()));
        }
        for interface in change.before::<NetworkInterface>().iter().chain(&change.after()) {
            if let Some(Holder::Instance(id)) = interface.attachment.as_ref().map(|attachment| &attachment.holder) {
                self.noted.insert(id.clone());
            }
        }
    }

    fn note_all(&mut self, world: &Snapshot) {
        self.noted.extend(world.all::<Instance>().filter(|i| i.state != InstanceState::Terminated).map(|i| i.id.clone()));
        match self.hands.machines.ids() {
            Ok(ids) => self.noted.extend(ids.iter().filter_map(|id| InstanceId::parse(id.as_str()).ok())),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "machines that nobody wants cannot be looked for")
            }
        }
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let noted: Vec<InstanceId> = std::mem::take(&mut self.noted).into_iter().collect();
        for some in noted.chunks(HANDS) {
            let world = store.snapshot();
            let outcomes = self.hands.work(&world, some, &self.running);
            for outcome in &outcomes {
                match outcome.runs() {
                    true => self.running.insert(outcome.instance().clone()),
                    false => self.running.remove(outcome.instance()),
                };
            }
            let written = store.write(|txn| -> Result<(), store::StoreError> {
                outcomes.iter().for_each(|outcome| outcome.record(txn));
                Ok(())
            });
            if let Err(error) = written.await {
                tracing::error!(error = &error as &dyn std::error::Error, "what became of instances could not be written");
            }
        }
        LOOK
    }
}

impl Hands {
    /// Works on some instances side by side.
    fn work(&self, world: &Snapshot, some: &[InstanceId], running: &BTreeSet<InstanceId>) -> Vec<Outcome> {
        std::thread::scope(|scope| {
            let hands: Vec<_> = some.iter().map(|id| scope.spawn(move || self.act(world, id, running.contains(id)))).collect();
            hands.into_iter().filter_map(|hand| hand.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    }
}
