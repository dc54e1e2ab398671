//! CreateNetworkInterface: an address that waits for an instance.

use resource::InterfaceKind;
use serde::{Deserialize, Serialize};

use super::address_list::{self, AddressList, Chosen};
use super::view::{self, View};
use crate::ec2::address::{self, Wanted};
use crate::ec2::find;
use crate::ec2::firewall::security_group;
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_id: String,
    description: String,
    private_ip_address: Option<String>,
    groups: Vec<String>,
    private_ip_addresses: Vec<Chosen>,
    secondary_private_ip_address_count: Option<usize>,
    interface_type: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_interface: View,
}

pub fn create_network_interface(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let subnet = find::subnet(cx.txn, &owner, &input.subnet_id)?;
    let vpc = find::vpc(cx.txn, &owner, subnet.vpc.as_str())?;
    if let Some(other) = input.interface_type.as_deref().filter(|kind| *kind != "interface") {
        let message = format!("underpass does not support CreateNetworkInterface.InterfaceType={other} yet");
        return Err(Error::new("UnsupportedOperation", message));
    }
    let addresses =
        AddressList::read(input.private_ip_address.as_deref(), &input.private_ip_addresses, input.secondary_private_ip_address_count)?;
    let wanted = Wanted {
        owner: &owner,
        subnet: &subnet,
        address: addresses.primary,
        groups: security_group::for_interface(cx.txn, &owner, &vpc, &input.groups)?,
        kind: InterfaceKind::Workload,
        description: input.description,
        requester: None,
        attachment: None,
        tags: tags::specified(&input.tag_specifications, "network-interface", &["network-interface"])?,
    };
    let mut interface = address::create_interface(cx.txn, wanted)?;
    address_list::extend(cx.txn, &subnet, &mut interface, &addresses.secondary, addresses.count)?;
    Ok(Output { network_interface: view::view(cx.txn, &interface) })
}
