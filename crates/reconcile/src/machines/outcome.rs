//! What became of an instance, and how the store says it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resource::{
    ConsoleOutput, ElasticAddress, Holder, Instance, InstanceId, InstanceState, NetworkInterface, Resource, Timestamp,
};
use store::Txn;

/// What became of an instance.
pub(crate) struct Outcome {
    id: InstanceId,
    /// The state and boot in which we found it: if it has others by now, somebody wanted something else meanwhile.
    found: (InstanceState, u32),
    what: What,
}

enum What {
    Moved(InstanceState, Option<(String, String)>),
    Booted,
    Printed(Vec<u8>),
}

impl Outcome {
    /// It is in another state.
    pub(super) fn moved(instance: &Instance, to: InstanceState) -> Self {
        Self::of(instance, What::Moved(to, None))
    }

    /// It runs.
    pub(super) fn booted(instance: &Instance) -> Self {
        Self::of(instance, What::Booted)
    }

    /// It goes on running and printed this.
    pub(super) fn printed(instance: &Instance, text: Vec<u8>) -> Self {
        Self::of(instance, What::Printed(text))
    }

    /// The same with EC2's reason: code and message.
    pub(super) fn because(self, code: &str, message: String) -> Self {
        match self.what {
            What::Moved(to, _) => Self { what: What::Moved(to, Some((code.to_owned(), message))), ..self },
            _ => self,
        }
    }

    fn of(instance: &Instance, what: What) -> Self {
        Self { id: instance.id.clone(), found: (instance.state, instance.boot), what }
    }

    /// Which instance.
    pub(crate) fn instance(&self) -> &InstanceId {
        &self.id
    }

    /// Whether it runs now.
    pub(crate) fn runs(&self) -> bool {
        matches!(self.what, What::Booted | What::Printed(_))
    }

    /// Writes it, unless somebody wanted something else meanwhile.
    pub(crate) fn record(&self, txn: &mut Txn) {
        let Some(instance) = txn.find::<Instance>(self.id.as_str()) else { return };
        if (instance.state, instance.boot) != self.found {
            return;
        }
        match &self.what {
            What::Printed(text) => print(txn, &self.id, text),
            What::Booted => {
                txn.update::<Instance>(self.id.as_str(), |instance| {
                    instance.state = InstanceState::Running;
                    instance.state_reason = None;
                    instance.booted = instance.boot;
                });
            }
            What::Moved(to, reason) => move_to(txn, &self.id, *to, reason.clone()),
        }
    }
}

fn move_to(txn: &mut Txn, id: &InstanceId, to: InstanceState, reason: Option<(String, String)>) {
    txn.update::<Instance>(id.as_str(), |instance| {
        instance.state = to;
        instance.state_reason = reason.or_else(|| instance.state_reason.take());
        instance.terminated = (to == InstanceState::Terminated).then(Timestamp::now);
    });
    if to == InstanceState::Stopped {
        unplug(txn, id);
    }
    if to == InstanceState::Terminated {
        txn.remove::<ConsoleOutput>(id.as_str());
        let interfaces: Vec<_> = txn.linked::<NetworkInterface>(Instance::KIND, id).collect();
        interfaces.iter().for_each(|interface| release(txn, id, interface));
    }
}

/// A stopped machine's links go: when it starts again it must wait for new ones.
fn unplug(txn: &mut Txn, id: &InstanceId) {
    let interfaces: Vec<_> = txn.linked::<NetworkInterface>(Instance::KIND, id).collect();
    for interface in interfaces {
        txn.update::<NetworkInterface>(interface.id.as_str(), |interface| interface.ready = false);
    }
}

/// What goes with an instance: its interfaces that say so, and automatic public addresses. Other interfaces are free.
fn release(txn: &mut Txn, id: &InstanceId, interface: &NetworkInterface) {
    let goes = interface.attachment.as_ref().is_some_and(|attachment| attachment.delete_on_termination);
    let addresses: Vec<_> = txn.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id).collect();
    for address in addresses {
        match (address.automatic, goes) {
            (true, _) => txn.remove::<ElasticAddress>(address.id.as_str()),
            (false, true) => drop(txn.update::<ElasticAddress>(address.id.as_str(), |address| address.association = None)),
            (false, false) => {}
        }
    }
    if goes {
        return txn.remove::<NetworkInterface>(interface.id.as_str());
    }
    txn.update::<NetworkInterface>(interface.id.as_str(), |interface| {
        if matches!(interface.attachment.as_ref().map(|a| &a.holder), Some(Holder::Instance(holder)) if holder == id) {
            interface.attachment = None;
        }
    });
}

fn print(txn: &mut Txn, id: &InstanceId, text: &[u8]) {
    let text = STANDARD.encode(text);
    if txn.find::<ConsoleOutput>(id.as_str()).is_none_or(|known| known.text != text) {
        txn.put(ConsoleOutput { instance: id.clone(), text, at: Timestamp::now() });
    }
}
