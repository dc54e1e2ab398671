//! What to do with one instance, and what to say of it afterwards.

use std::time::Duration;

use resource::{Instance, InstanceId, InstanceState, NetworkInterface, Resource};
use store::Snapshot;
use workload::{Error, MachineId, Status};

use super::Hands;
use super::outcome::Outcome;

/// How long a machine may take to stop by itself.
const GRACE: Duration = Duration::from_secs(5);
/// What EC2 keeps of a console.
const CONSOLE: usize = 64 << 10;

/// Why an instance that shut itself down is as it is.
const SHUT_ITSELF_DOWN: &str = "Client.InstanceInitiatedShutdown";
/// Why an instance that could not be launched is gone.
const NOT_LAUNCHED: &str = "Server.InternalError";

impl Hands {
    /// Brings one instance a step further. `known` says whether it was seen running since this process began: one that
    /// was not is started again, as on a host that comes back; one that was has shut itself down.
    pub(crate) fn act(&self, world: &Snapshot, id: &InstanceId, known: bool) -> Option<Outcome> {
        let machine: MachineId = id.as_str().parse().ok()?;
        let instance = world.find::<Instance>(id.as_str());
        let result = match instance.as_deref() {
            None => self.machines.destroy(&machine).map(|()| None),
            Some(instance) => self.bring(world, instance, &machine, known),
        };
        result.unwrap_or_else(|error| {
            tracing::error!(instance = %id, error = &error as &dyn std::error::Error, "an instance could not be brought to its state");
            let instance = instance.filter(|instance| instance.state == InstanceState::Pending)?;
            let text = format!("{NOT_LAUNCHED}: Internal error on launch");
            // What has run before has a disk that is worth keeping.
            let to = if instance.booted == 0 { InstanceState::ShuttingDown } else { InstanceState::Stopped };
            Some(Outcome::moved(&instance, to).because(NOT_LAUNCHED, text))
        })
    }

    fn bring(&self, world: &Snapshot, instance: &Instance, machine: &MachineId, known: bool) -> Result<Option<Outcome>, Error> {
        use InstanceState::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
        match instance.state {
            Pending => self.boot(world, instance),
            Running => self.keep(world, instance, machine, known),
            Stopping => {
                self.machines.stop(machine, GRACE)?;
                Ok(Some(Outcome::moved(instance, Stopped)))
            }
            ShuttingDown => {
                self.machines.destroy(machine)?;
                Ok(Some(Outcome::moved(instance, Terminated)))
            }
            Terminated => self.machines.destroy(machine).map(|()| None),
            Stopped => Ok(None),
        }
    }

    /// Starts the machine once all its interfaces are in the kernel.
    fn boot(&self, world: &Snapshot, instance: &Instance) -> Result<Option<Outcome>, Error> {
        if !is_connected(world, instance) {
            return Ok(None);
        }
        self.machines.start(&self.spec(world, instance)?)?;
        Ok(Some(Outcome::booted(instance)))
    }

    /// Keeps a running instance running, boots it again when that was asked for, and reads what it prints.
    fn keep(&self, world: &Snapshot, instance: &Instance, machine: &MachineId, known: bool) -> Result<Option<Outcome>, Error> {
        let runs = matches!(self.machines.status(machine)?, Status::Running(_));
        if runs && instance.boot == instance.booted {
            self.tell_resolvers(world, instance, machine)?;
            return Ok(Some(Outcome::printed(instance, self.machines.console(machine, CONSOLE)?)));
        }
        if !runs && known && instance.boot == instance.booted {
            let to = if instance.terminate_on_shutdown { InstanceState::ShuttingDown } else { InstanceState::Stopped };
            let text = format!("{SHUT_ITSELF_DOWN}: Instance initiated shutdown");
            return Ok(Some(Outcome::moved(instance, to).because(SHUT_ITSELF_DOWN, text)));
        }
        self.machines.stop(machine, GRACE)?;
        self.boot(world, instance)
    }
}

impl Hands {
    /// AWS's machines hear of changed DHCP options when they renew their lease; here they do at once.
    fn tell_resolvers(&self, world: &Snapshot, instance: &Instance, machine: &MachineId) -> Result<(), Error> {
        let resolv_conf = super::resolv_conf(world, instance.vpc.as_str(), &instance.owner.region);
        if self.machines.tell_resolvers(machine, &resolv_conf)? {
            tracing::info!(instance = %instance.id, "is told of other resolvers");
        }
        Ok(())
    }
}

/// Whether all of its interfaces are in the kernel.
fn is_connected(world: &Snapshot, instance: &Instance) -> bool {
    let mut interfaces = world.linked::<NetworkInterface>(Instance::KIND, &instance.id).peekable();
    interfaces.peek().is_some() && interfaces.all(|interface| interface.ready)
}
