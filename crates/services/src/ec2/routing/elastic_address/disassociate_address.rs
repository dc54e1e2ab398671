//! DisassociateAddress: the Elastic IP stays with the account.

use resource::{ElasticAddress, InterfaceKind};
use serde::Deserialize;

use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    association_id: Option<String>,
}

/// Ends the association of an Elastic IP.
pub fn disassociate_address(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let id = input.association_id.as_deref().ok_or_else(|| Error::missing("AssociationId"))?;
    let named = cx.txn.named::<ElasticAddress>("address-association", id);
    let own: Vec<_> = named.filter(|address| address.owner == *cx.owner() && !address.automatic).collect();
    let Some(address) = own.first() else {
        return Err(Error::new("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist")));
    };
    if let Some((_, interface)) = super::association(cx.txn, address).filter(|(_, i)| i.kind != InterfaceKind::Workload) {
        let message =
            format!("You do not have permission to disassociate {}: {} is managed by a service.", address.public, interface.id);
        return Err(Error::new("OperationNotPermitted", message));
    }
    cx.txn.update::<ElasticAddress>(address.id.as_str(), |address| address.association = None);
    Ok(())
}
