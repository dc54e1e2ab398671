//! ReleaseAddress: refused while the address stands for another.

use resource::ElasticAddress;
use serde::Deserialize;

use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    allocation_id: Option<String>,
    public_ip: Option<String>,
    network_border_group: Option<String>,
}

/// Gives an Elastic IP back.
pub fn release_address(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let Some(id) = input.allocation_id else {
        return Err(match input.public_ip {
            Some(_) => Error::combination("You must specify an allocation id when releasing a VPC elastic IP address"),
            None => Error::missing("AllocationId"),
        });
    };
    if input.network_border_group.is_some_and(|group| group != cx.owner().region) {
        return Err(Error::invalid_value(format!("The address {id} is not of that network border group.")));
    }
    let address = super::elastic(cx.txn, cx.owner(), &id)?;
    if let Some((association, _)) = super::association(cx.txn, &address) {
        let message = format!("Address {} is in use by {}; disassociate it first.", address.public, association.interface);
        return Err(Error::new("InvalidIPAddress.InUse", message));
    }
    cx.txn.remove::<ElasticAddress>(address.id.as_str());
    Ok(())
}
