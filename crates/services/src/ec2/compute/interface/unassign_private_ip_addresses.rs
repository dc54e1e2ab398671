//! UnassignPrivateIpAddresses: secondary addresses go; the primary one stays for ever.

use resource::NetworkInterface;
use serde::Deserialize;

use super::super::Done;
use super::address_list;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_interface_id: String,
    private_ip_addresses: Vec<String>,
}

pub fn unassign_private_ip_addresses(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let owner = cx.owner().clone();
    let interface = super::changeable(cx.txn, &owner, &input.network_interface_id)?;
    let gone = input.private_ip_addresses.iter().map(|text| address_list::parse(text)).collect::<Result<Vec<_>, _>>()?;
    if let Some(other) = gone.iter().find(|address| !interface.addresses.iter().skip(1).any(|a| a == *address)) {
        let message = format!("{other} is not a secondary private IP address of {}", interface.id);
        return Err(Error::invalid_value(message));
    }
    super::release_public(cx.txn, &interface, |address| gone.contains(&address));
    cx.txn.update::<NetworkInterface>(interface.id.as_str(), |interface| interface.addresses.retain(|a| !gone.contains(a)));
    Ok(Done {})
}
