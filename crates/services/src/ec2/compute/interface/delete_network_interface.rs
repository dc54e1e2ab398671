//! DeleteNetworkInterface: refused while somebody uses it.

use resource::NetworkInterface;
use serde::Deserialize;

use super::super::Done;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_interface_id: String,
}

pub fn delete_network_interface(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let owner = cx.owner().clone();
    let interface = super::changeable(cx.txn, &owner, &input.network_interface_id)?;
    if interface.attachment.is_some() {
        return Err(Error::invalid_value(format!("Network interface '{}' is currently in use.", interface.id)));
    }
    super::release_public(cx.txn, &interface, |_| true);
    cx.txn.remove::<NetworkInterface>(interface.id.as_str());
    Ok(Done {})
}
