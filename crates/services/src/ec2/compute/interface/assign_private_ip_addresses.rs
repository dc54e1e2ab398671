//! AssignPrivateIpAddresses: secondary addresses, chosen or free, some taken over from other interfaces.

use std::net::Ipv4Addr;

use resource::{Attachment, Holder, Instance, NetworkInterface, PRIVATE_IP};
use serde::{Deserialize, Serialize};

use super::super::instance_type;
use super::address_list;
use crate::ec2::find;
use crate::{Error, Write};

/// How many addresses an interface may have that no instance has.
const UNATTACHED_LIMIT: usize = 50;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_interface_id: String,
    private_ip_addresses: Vec<String>,
    secondary_private_ip_address_count: Option<usize>,
    allow_reassignment: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_interface_id: String,
    assigned_private_ip_addresses: Vec<Assigned>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Assigned {
    private_ip_address: String,
}

pub fn assign_private_ip_addresses(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let mut interface = (*super::changeable(cx.txn, &owner, &input.network_interface_id)?).clone();
    let subnet = find::subnet(cx.txn, &owner, interface.subnet.as_str())?;
    let chosen = input.private_ip_addresses.iter().map(|text| address_list::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let count = match (chosen.is_empty(), input.secondary_private_ip_address_count) {
        (true, Some(count)) => count,
        (false, None) => 0,
        (true, None) => return Err(Error::missing("PrivateIpAddresses or SecondaryPrivateIpAddressCount")),
        (false, Some(_)) => return Err(Error::combination("Choose addresses or give a count, not both.")),
    };
    let limit = limit(cx, &interface)?;
    if interface.addresses.len() + chosen.len() + count > limit {
        let message = format!("{} may have at most {limit} private addresses.", interface.id);
        return Err(Error::new("PrivateIpAddressLimitExceeded", message));
    }
    if input.allow_reassignment {
        chosen.iter().for_each(|address| take_over(cx, &interface, *address));
    }
    let new = address_list::extend(cx.txn, &subnet, &mut interface, &chosen, count)?;
    let assigned = new.iter().map(|address| Assigned { private_ip_address: address.to_string() }).collect();
    Ok(Output { network_interface_id: interface.id.to_string(), assigned_private_ip_addresses: assigned })
}

fn limit(cx: &Write<'_>, interface: &NetworkInterface) -> Result<usize, Error> {
    let Some(Attachment { holder: Holder::Instance(id), .. }) = &interface.attachment else { return Ok(UNATTACHED_LIMIT) };
    let instance = cx.txn.find::<Instance>(id.as_str());
    instance.map_or(Ok(UNATTACHED_LIMIT), |instance| Ok(instance_type::find(&instance.instance_type)?.addresses))
}

/// Takes a secondary address from the interface that has it.
fn take_over(cx: &mut Write<'_>, to: &NetworkInterface, address: Ipv4Addr) {
    let key = NetworkInterface::address_key(&to.vpc, address);
    let holder = cx.txn.named::<NetworkInterface>(PRIVATE_IP, key).next();
    let Some(from) = holder.filter(|from| from.id != to.id && from.owner == to.owner && from.primary() != Some(address)) else {
        return;
    };
    super::release_public(cx.txn, &from, |private| private == address);
    cx.txn.update::<NetworkInterface>(from.id.as_str(), |from| from.addresses.retain(|a| *a != address));
}
