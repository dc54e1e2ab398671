//! DeleteRouteTable: refused while a subnet or a gateway uses it, and for the main one.

use resource::{Resource, RouteTable, VpcEndpoint};
use serde::Deserialize;

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    route_table_id: String,
}

/// Removes a route table; gateway endpoints forget it.
pub fn delete_route_table(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let table = find::route_table(cx.txn, cx.owner(), &input.route_table_id)?;
    if let Some(association) = table.associations.first() {
        let user = match (&association.subnet, &association.gateway) {
            (Some(id), _) => format!("{id} uses it"),
            (None, Some(id)) => format!("{id} uses it"),
            (None, None) => format!("it is the main table of {}", table.vpc),
        };
        return Err(Error::dependency(format!("The routeTable '{}' has dependencies and cannot be deleted: {user}.", table.id)));
    }
    let endpoints: Vec<_> = cx.txn.linked::<VpcEndpoint>(RouteTable::KIND, &table.id).collect();
    for endpoint in endpoints {
        cx.txn.update::<VpcEndpoint>(endpoint.id.as_str(), |endpoint| endpoint.route_tables.retain(|id| *id != table.id));
    }
    cx.txn.remove::<RouteTable>(table.id.as_str());
    Ok(())
}
