//! StartInstances, StopInstances, RebootInstances and TerminateInstances: a new state is wished for; the reconciler reaches it.

use std::sync::Arc;

use resource::{ElasticAddress, Instance, InstanceState, NetworkInterface, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::super::Done;
use super::view::{self, StateView};
use crate::ec2::{find, public_address};
use crate::{Error, Write};

/// `Force` and `SkipOsShutdown` stop the operating system without asking it, which is how it is stopped here always.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct StopInput {
    instance_ids: Vec<String>,
    hibernate: bool,
    #[serde(rename = "Force")]
    _force: bool,
    #[serde(rename = "SkipOsShutdown")]
    _skip_os_shutdown: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    instance_id: String,
    current_state: StateView,
    previous_state: StateView,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Started {
    starting_instances: Vec<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stopped {
    stopping_instances: Vec<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Terminated {
    terminating_instances: Vec<Change>,
}

pub fn start(cx: &mut Write<'_>, input: Input) -> Result<Started, Error> {
    let mut changes = Vec::new();
    for instance in named(cx, &input.instance_ids)? {
        let next = match instance.state {
            InstanceState::Stopped => InstanceState::Pending,
            InstanceState::Pending | InstanceState::Running => instance.state,
            _ => return Err(wrong_state(&instance, "started")),
        };
        if next != instance.state {
            renew_public_address(cx, &instance)?;
            let boot = instance.boot.wrapping_add(1);
            cx.txn.put(Instance { state: next, state_reason: None, boot, launched: cx.now, ..(*instance).clone() });
        }
        changes.push(Change::new(&instance, next));
    }
    Ok(Started { starting_instances: changes })
}

pub fn stop(cx: &mut Write<'_>, input: StopInput) -> Result<Stopped, Error> {
    if input.hibernate {
        return Err(Error::new("UnsupportedHibernationConfiguration", "underpass does not support StopInstances.Hibernate yet"));
    }
    let mut changes = Vec::new();
    for instance in named(cx, &input.instance_ids)? {
        let next = match instance.state {
            InstanceState::Running => InstanceState::Stopping,
            InstanceState::Stopping | InstanceState::Stopped => instance.state,
            _ => return Err(wrong_state(&instance, "stopped")),
        };
        shut_down(cx, &instance, next);
        changes.push(Change::new(&instance, next));
    }
    Ok(Stopped { stopping_instances: changes })
}

pub fn reboot(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    for instance in named(cx, &input.instance_ids)? {
        match instance.state {
            InstanceState::Running | InstanceState::Pending => {
                cx.txn.put(Instance { boot: instance.boot.wrapping_add(1), ..(*instance).clone() });
            }
            _ => return Err(wrong_state(&instance, "rebooted")),
        }
    }
    Ok(Done {})
}

pub fn terminate(cx: &mut Write<'_>, input: StopInput) -> Result<Terminated, Error> {
    let instances = named(cx, &input.instance_ids)?;
    if let Some(protected) = instances.iter().find(|instance| instance.termination_protection) {
        let message =
            format!("The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", protected.id);
        return Err(Error::new("OperationNotPermitted", message));
    }
    let mut changes = Vec::new();
    for instance in instances {
        let next = if instance.state == InstanceState::Terminated { instance.state } else { InstanceState::ShuttingDown };
        shut_down(cx, &instance, next);
        changes.push(Change::new(&instance, next));
    }
    Ok(Terminated { terminating_instances: changes })
}

fn named(cx: &Write<'_>, ids: &[String]) -> Result<Vec<Arc<Instance>>, Error> {
    ids.iter().map(|id| find::instance(cx.txn, cx.owner(), id)).collect()
}

fn wrong_state(instance: &Instance, wish: &str) -> Error {
    let state = instance.state.code_and_name().1;
    Error::new("IncorrectInstanceState", format!("The instance '{}' is {state}, from which it cannot be {wish}.", instance.id))
}

fn shut_down(cx: &mut Write<'_>, instance: &Instance, next: InstanceState) {
    if next != instance.state {
        let code = "Client.UserInitiatedShutdown".to_owned();
        let message = format!("{code}: User initiated shutdown");
        cx.txn.put(Instance { state: next, state_reason: Some((code, message)), ..instance.clone() });
    }
}

/// An automatic public address is another one after each start.
fn renew_public_address(cx: &mut Write<'_>, instance: &Instance) -> Result<(), Error> {
    for interface in view::interfaces_of(cx.txn, instance) {
        let mut linked = cx.txn.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
        let Some(old) = linked.find(|elastic| elastic.automatic) else { continue };
        drop(linked);
        let new = public_address::allocate(cx.txn, &instance.owner, true, Tags::default())?;
        public_address::associate(cx.txn, &new, &interface)?;
        cx.txn.remove::<ElasticAddress>(old.id.as_str());
    }
    Ok(())
}

impl Change {
    fn new(instance: &Instance, next: InstanceState) -> Self {
        Self { instance_id: instance.id.to_string(), current_state: next.into(), previous_state: instance.state.into() }
    }
}
