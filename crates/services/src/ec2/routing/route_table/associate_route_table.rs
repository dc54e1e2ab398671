//! AssociateRouteTable: a subnet uses a table of its own instead of the main one.

use resource::{RouteTable, RouteTableAssociation, random_id};
use serde::{Deserialize, Serialize};

use super::{ASSOCIATED, AssociationState};
use crate::ec2::{defaults, find};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    route_table_id: String,
    subnet_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    association_id: String,
    association_state: AssociationState,
}

/// Associates a subnet with a table.
pub fn associate_route_table(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let table = find::route_table(cx.txn, cx.owner(), &input.route_table_id)?;
    let subnet = find::subnet(cx.txn, cx.owner(), input.subnet_id.as_deref().ok_or_else(|| Error::missing("SubnetId"))?)?;
    if subnet.vpc != table.vpc {
        let message = format!("Route table {} and subnet {} belong to different networks", table.id, subnet.id);
        return Err(Error::invalid_value(message));
    }
    if let Some(other) = defaults::explicit_route_table(cx.txn, &subnet.id) {
        let message = format!(
            "the specified association for route table {} conflicts with an existing association: {} uses {}; ReplaceRouteTableAssociation changes that",
            table.id, subnet.id, other.id
        );
        return Err(Error::new("Resource.AlreadyAssociated", message));
    }
    let association = RouteTableAssociation { id: random_id("rtbassoc-"), subnet: Some(subnet.id.clone()) };
    let output = Output { association_id: association.id.clone(), association_state: ASSOCIATED };
    cx.txn.update::<RouteTable>(table.id.as_str(), |table| table.associations.push(association));
    Ok(output)
}
