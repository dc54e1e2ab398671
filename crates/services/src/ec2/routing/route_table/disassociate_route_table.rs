//! DisassociateRouteTable: the subnet uses the main table again, the gateway none.

use resource::RouteTable;
use serde::Deserialize;

use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    association_id: String,
}

/// Ends the use of a table by a subnet or a gateway.
pub fn disassociate_route_table(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let (table, association) = super::association(cx.txn, cx.owner(), &input.association_id)?;
    if association.is_main() {
        let message = format!(
            "cannot disassociate the main route table association {}; ReplaceRouteTableAssociation makes another table the main one",
            association.id
        );
        return Err(Error::invalid_value(message));
    }
    cx.txn.update::<RouteTable>(table.id.as_str(), |table| table.associations.retain(|a| a.id != association.id));
    Ok(())
}
