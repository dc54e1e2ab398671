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
    // The protection is against people: a group that shrinks asks nobody.
    let protects = |instance: &&Arc<Instance>| instance.termination_protection && !cx.caller.is_service_linked();
    if let Some(protected) = instances.iter().find(protects) {
        let message = format!(
            "The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
            protected.id
        );
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

#[cfg(test)]
mod tests {
    use resource::{Instance, InstanceState};
    use serde_json::{Value, json};

    use crate::ec2::compute::testing::{Site, text};

    fn ids(id: &str) -> Value {
        json!({"InstanceIds": [id]})
    }

    #[test]
    fn an_instance_stops_starts_and_reboots() {
        let site = Site::new();
        let id = site.instance(InstanceState::Running);
        let boot = || site.cloud.world().find::<Instance>(&id).expect("it exists").boot;
        let answer = site.cloud.ok("StopInstances", ids(&id))["StoppingInstances"][0].clone();
        assert_eq!(answer["PreviousState"], json!({"Code": 16, "Name": "running"}));
        assert_eq!(answer["CurrentState"], json!({"Code": 64, "Name": "stopping"}));
        assert_eq!(site.cloud.refusal("StartInstances", ids(&id)), "IncorrectInstanceState");
        site.put_in_state(&id, InstanceState::Stopped);
        assert_eq!(site.shown(&id)["StateReason"]["Code"], "Client.UserInitiatedShutdown");
        assert_eq!(site.cloud.refusal("RebootInstances", ids(&id)), "IncorrectInstanceState");
        assert_eq!(site.cloud.ok("StartInstances", ids(&id))["StartingInstances"][0]["CurrentState"]["Name"], "pending");
        assert_eq!(boot(), 2);
        site.put_in_state(&id, InstanceState::Running);
        site.cloud.ok("RebootInstances", ids(&id));
        assert_eq!(boot(), 3);
        assert_eq!(site.shown(&id)["State"]["Name"], "running");
    }

    #[test]
    fn an_automatic_public_address_goes_with_a_stop_and_another_comes_with_a_start() {
        let site = Site::new();
        site.cloud.ok("ModifySubnetAttribute", json!({"SubnetId": site.subnet, "MapPublicIpOnLaunch": {"Value": true}}));
        let id = site.instance(InstanceState::Running);
        let before = text(&site.shown(&id), "PublicIpAddress");
        site.cloud.ok("StopInstances", ids(&id));
        site.put_in_state(&id, InstanceState::Stopped);
        let stopped = site.shown(&id);
        assert_eq!(stopped.get("PublicIpAddress"), None);
        assert_eq!(stopped["NetworkInterfaces"][0].get("Association"), None);
        site.cloud.ok("StartInstances", ids(&id));
        assert_ne!(text(&site.shown(&id), "PublicIpAddress"), before);
    }

    #[test]
    fn a_protected_instance_is_not_terminated_until_it_is_unprotected() {
        let site = Site::new();
        let id = text(&site.launch(json!({"DisableApiTermination": true})), "InstanceId");
        assert_eq!(site.cloud.refusal("TerminateInstances", ids(&id)), "OperationNotPermitted");
        let unprotect = json!({"InstanceId": id, "DisableApiTermination": {"Value": false}});
        site.cloud.ok("ModifyInstanceAttribute", unprotect);
        let twice = site.cloud.ok("TerminateInstances", json!({"InstanceIds": [id, id]}))["TerminatingInstances"].clone();
        assert_eq!(twice.as_array().map(Vec::len), Some(1));
        let answer = twice[0].clone();
        assert_eq!(answer["CurrentState"], json!({"Code": 32, "Name": "shutting-down"}));
        site.put_in_state(&id, InstanceState::Terminated);
        let gone = site.shown(&id);
        assert_eq!((gone.get("PrivateIpAddress"), gone.get("SubnetId")), (None, None));
        assert_eq!(
            site.cloud.ok("TerminateInstances", ids(&id))["TerminatingInstances"][0]["CurrentState"]["Name"],
            "terminated"
        );
        assert_eq!(site.cloud.refusal("StartInstances", ids(&id)), "IncorrectInstanceState");
    }

    #[test]
    fn unknown_instances_are_told_by_awss_codes() {
        let site = Site::new();
        for operation in ["StartInstances", "StopInstances", "RebootInstances", "TerminateInstances"] {
            assert_eq!(site.cloud.refusal(operation, ids("i-0123456789abcdef0")), "InvalidInstanceID.NotFound");
            assert_eq!(site.cloud.refusal(operation, ids("instance")), "InvalidInstanceID.Malformed");
        }
        let hibernate = json!({"InstanceIds": ["i-0123456789abcdef0"], "Hibernate": true});
        assert_eq!(site.cloud.refusal("StopInstances", hibernate), "UnsupportedHibernationConfiguration");
    }
}
