//! AssociateAddress: an Elastic IP stands for a private address of an interface.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{AddressAssociation, ElasticAddress, Instance, InstanceState, NetworkInterface, Resource, random_id};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use crate::ec2::find;
use crate::ec2::routing::internet_gateway;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    allocation_id: Option<String>,
    instance_id: Option<String>,
    network_interface_id: Option<String>,
    private_ip_address: Option<String>,
    allow_reassociation: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    association_id: String,
}

/// Associates an Elastic IP. Unless it is forbidden, what the address stood for before, and what stood for the private
/// address before, give way.
pub fn associate_address(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let id = input.allocation_id.as_deref().ok_or_else(|| Error::missing("AllocationId"))?;
    let address = super::elastic(cx.txn, cx.owner(), id)?;
    let interface = interface(cx, &input)?;
    if interface.kind.is_managed() {
        let message = format!("You are not allowed to associate an address with {}: a service manages it.", interface.id);
        return Err(Error::new("OperationNotPermitted", message));
    }
    let private = private_address(&interface, input.private_ip_address.as_deref())?;
    if internet_gateway::of_vpc(cx.txn, &interface.vpc).is_none() {
        return Err(Error::new("Gateway.NotAttached", format!("Network {} is not attached to any internet gateway", interface.vpc)));
    }
    if let Some((known, _)) = super::association(cx.txn, &address)
        && known.interface == interface.id
        && known.private == private
    {
        return Ok(Output { association_id: known.id });
    }
    make_way(cx, &address, &interface, private, input.allow_reassociation.unwrap_or(true))?;
    let association = AddressAssociation { id: random_id("eipassoc-"), interface: interface.id.clone(), private };
    let association_id = association.id.clone();
    cx.txn.update::<ElasticAddress>(address.id.as_str(), |address| address.association = Some(association));
    Ok(Output { association_id })
}

/// The interface that the request means.
fn interface(cx: &Write<'_>, input: &Input) -> Result<Arc<NetworkInterface>, Error> {
    match (input.instance_id.as_deref(), input.network_interface_id.as_deref()) {
        (None, Some(id)) => find::interface(cx.txn, cx.owner(), id),
        (Some(id), None) => {
            let instance = find::instance(cx.txn, cx.owner(), id)?;
            if !matches!(instance.state, InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped) {
                let message = format!("The instance '{id}' is {}, in which no address can be associated.", instance.state.code_and_name().1);
                return Err(Error::new("IncorrectInstanceState", message));
            }
            let primary = primary_interface(cx.txn, &instance);
            primary.ok_or_else(|| Error::invalid_value(format!("The instance '{id}' has no network interface.")))
        }
        (None, None) => Err(Error::new("MissingParameter", "Either InstanceId or NetworkInterfaceId must be specified.")),
        (Some(_), Some(_)) => Err(Error::combination("Specify either InstanceId or NetworkInterfaceId, not both.")),
    }
}

fn primary_interface(world: &Snapshot, instance: &Instance) -> Option<Arc<NetworkInterface>> {
    let mut interfaces = world.linked::<NetworkInterface>(Instance::KIND, &instance.id);
    interfaces.find(|interface| interface.attachment.as_ref().is_some_and(|attachment| attachment.device_index == 0))
}

fn private_address(interface: &NetworkInterface, wanted: Option<&str>) -> Result<Ipv4Addr, Error> {
    let found = match wanted {
        None => interface.primary(),
        Some(text) => interface.addresses.iter().copied().find(|address| address.to_string() == text),
    };
    found.ok_or_else(|| {
        Error::invalid_value(format!("{} is not a private address of {}.", wanted.unwrap_or_default(), interface.id))
    })
}

/// Ends what the new association replaces. An automatic public address goes for good.
fn make_way(cx: &mut Write<'_>, address: &ElasticAddress, interface: &NetworkInterface, private: Ipv4Addr, allowed: bool) -> Result<(), Error> {
    let linked = cx.txn.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
    let standing: Vec<_> = linked.filter(|other| other.association.as_ref().is_some_and(|a| a.private == private)).collect();
    let taken = standing.iter().find(|other| !other.automatic);
    if let Some((known, other)) = super::association(cx.txn, address).filter(|(_, other)| !allowed || other.kind.is_managed()) {
        let message = format!("resource {} is already associated with associate-id {} of {}", address.id, known.id, other.id);
        return Err(Error::new("Resource.AlreadyAssociated", message));
    }
    if let Some(other) = taken.filter(|_| !allowed) {
        let message = format!("resource {} is already associated with {} ({})", interface.id, other.id, other.public);
        return Err(Error::new("Resource.AlreadyAssociated", message));
    }
    for other in standing {
        match other.automatic {
            true => cx.txn.remove::<ElasticAddress>(other.id.as_str()),
            false => drop(cx.txn.update::<ElasticAddress>(other.id.as_str(), |other| other.association = None)),
        }
    }
    Ok(())
}
