//! What to do with one instance, and what to say of it afterwards.

use std::time::Duration;

use resource::{ElasticAddress, Holder, Instance, InstanceId, InstanceState, NetworkInterface, Resource, Timestamp};
use store::{Snapshot, Txn};
use workload::{Error, MachineId, Status};

use super::Hands;

/// How long a machine may take to stop by itself.
const GRACE: Duration = Duration::from_secs(5);
/// What EC2 keeps of a console.
const CONSOLE: usize = 64 << 10;

/// What became of an instance.
pub(crate) enum Outcome {
    /// It is in this state now, if it was in the first when we looked.
    Moved(InstanceId, InstanceState, InstanceState, Option<(String, String)>),
    /// It printed this.
    Printed(InstanceId, Vec<u8>),
}

impl Hands {
    /// Brings one instance a step further; none when there is nothing to say.
    pub(crate) fn act(&self, world: &Snapshot, id: &InstanceId) -> Option<Outcome> {
        let machine: MachineId = id.as_str().parse().ok()?;
        let instance = world.find::<Instance>(id.as_str());
        let result = match instance.as_deref() {
            None => self.machines.destroy(&machine).map(|()| None),
            Some(instance) => self.bring(world, instance, &machine),
        };
        result.unwrap_or_else(|error| {
            tracing::error!(instance = %id, error = chain(&error), "an instance could not be brought to its state");
            let instance = instance.filter(|instance| instance.state == InstanceState::Pending)?;
            let reason = ("Server.InternalError".to_owned(), "Server.InternalError: Internal error on launch".to_owned());
            Some(Outcome::Moved(instance.id.clone(), InstanceState::Pending, InstanceState::ShuttingDown, Some(reason)))
        })
    }

    fn bring(&self, world: &Snapshot, instance: &Instance, machine: &MachineId) -> Result<Option<Outcome>, Error> {
        use InstanceState::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
        let moved = |to| Some(Outcome::Moved(instance.id.clone(), instance.state, to, None));
        Ok(match instance.state {
            Pending => {
                if !is_connected(world, instance) {
                    return Ok(None);
                }
                self.machines.start(&self.spec(world, instance)?)?;
                moved(Running)
            }
            Running => match self.machines.status(machine)? {
                Status::Running(_) => Some(Outcome::Printed(instance.id.clone(), self.machines.console(machine, CONSOLE)?)),
                Status::Stopped | Status::Absent => ended(instance),
            },
            Stopping => {
                self.machines.stop(machine, GRACE)?;
                moved(Stopped)
            }
            ShuttingDown => {
                self.machines.destroy(machine)?;
                moved(Terminated)
            }
            Stopped => None,
            Terminated => {
                self.machines.destroy(machine)?;
                None
            }
        })
    }
}

/// Whether all of its interfaces are in the kernel.
fn is_connected(world: &Snapshot, instance: &Instance) -> bool {
    let mut interfaces = world.linked::<NetworkInterface>(Instance::KIND, &instance.id).peekable();
    interfaces.peek().is_some() && interfaces.all(|interface| interface.ready)
}

/// It shut itself down.
fn ended(instance: &Instance) -> Option<Outcome> {
    let to = if instance.terminate_on_shutdown { InstanceState::ShuttingDown } else { InstanceState::Stopped };
    let reason = "Client.InstanceInitiatedShutdown";
    let text = format!("{reason}: Instance initiated shutdown");
    Some(Outcome::Moved(instance.id.clone(), InstanceState::Running, to, Some((reason.to_owned(), text))))
}

impl Outcome {
    /// Writes what became of the instance, unless somebody wanted something else meanwhile.
    pub(crate) fn record(&self, txn: &mut Txn) {
        match self {
            Self::Moved(id, from, to, reason) => {
                if txn.find::<Instance>(id.as_str()).is_some_and(|instance| instance.state == *from) {
                    txn.update::<Instance>(id.as_str(), |instance| {
                        instance.state = *to;
                        instance.state_reason = reason.clone().or_else(|| instance.state_reason.take());
                        instance.terminated = (*to == InstanceState::Terminated).then(Timestamp::now);
                    });
                    if *to == InstanceState::Terminated {
                        release(txn, id);
                    }
                }
            }
            Self::Printed(id, text) => printed(txn, id, text),
        }
    }
}

/// What goes with an instance: its interfaces that say so, and automatic public addresses. The other interfaces are free.
fn release(txn: &mut Txn, id: &InstanceId) {
    let interfaces: Vec<_> = txn.linked::<NetworkInterface>(Instance::KIND, id).collect();
    for interface in interfaces {
        let addresses: Vec<_> = txn.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id).collect();
        let goes = interface.attachment.as_ref().is_some_and(|attachment| attachment.delete_on_termination);
        for address in addresses {
            match address.automatic {
                true => txn.remove::<ElasticAddress>(address.id.as_str()),
                false if goes => drop(txn.update::<ElasticAddress>(address.id.as_str(), |address| address.association = None)),
                false => {}
            }
        }
        match goes {
            true => txn.remove::<NetworkInterface>(interface.id.as_str()),
            false => drop(txn.update::<NetworkInterface>(interface.id.as_str(), |interface| {
                if matches!(interface.attachment.as_ref().map(|a| &a.holder), Some(Holder::Instance(holder)) if holder == id) {
                    interface.attachment = None;
                }
            })),
        }
    }
}

fn printed(txn: &mut Txn, id: &InstanceId, text: &[u8]) {
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let known = txn.find::<resource::ConsoleOutput>(id.as_str());
    if known.is_none_or(|known| known.text != text) {
        txn.put(resource::ConsoleOutput { instance: id.clone(), text, at: Timestamp::now() });
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |e| e.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
