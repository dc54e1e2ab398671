//! AssociateRouteTable: a subnet uses a table of its own instead of the main one, or what an internet gateway brings in goes by
//! a table.

use resource::{InternetGateway, RouteTable, RouteTableAssociation, Subnet, random_id};
use serde::{Deserialize, Serialize};

use super::{ASSOCIATED, AssociationState, edge};
use crate::ec2::{defaults, find};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    route_table_id: String,
    subnet_id: Option<String>,
    gateway_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    association_id: String,
    association_state: AssociationState,
}

/// Associates a subnet or a gateway with a table.
pub fn associate_route_table(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let table = find::route_table(cx.txn, cx.owner(), &input.route_table_id)?;
    let id = random_id("rtbassoc-");
    let association = match (input.subnet_id.as_deref(), input.gateway_id.as_deref()) {
        (Some(subnet), None) => {
            let subnet = find::subnet(cx.txn, cx.owner(), subnet)?;
            usable_by_subnet(cx, &table, &subnet)?;
            RouteTableAssociation { id, subnet: Some(subnet.id.clone()), gateway: None }
        }
        (None, Some(gateway)) => {
            let gateway = edge::gateway(cx.txn, cx.owner(), gateway)?;
            usable_by_gateway(cx, &table, &gateway)?;
            RouteTableAssociation { id, subnet: None, gateway: Some(gateway.id.clone()) }
        }
        (None, None) => return Err(Error::missing("SubnetId")),
        (Some(_), Some(_)) => return Err(Error::combination("Specify either SubnetId or GatewayId, not both.")),
    };
    let output = Output { association_id: association.id.clone(), association_state: ASSOCIATED };
    cx.txn.update::<RouteTable>(table.id.as_str(), |table| table.associations.push(association));
    Ok(output)
}

fn usable_by_subnet(cx: &Write<'_>, table: &RouteTable, subnet: &Subnet) -> Result<(), Error> {
    if subnet.vpc != table.vpc {
        let message = format!("Route table {} and subnet {} belong to different networks", table.id, subnet.id);
        return Err(Error::invalid_value(message));
    }
    match defaults::explicit_route_table(cx.txn, &subnet.id) {
        Some(other) => Err(already(table, subnet.id.as_str(), &other)),
        None => Ok(()),
    }
}

fn usable_by_gateway(cx: &Write<'_>, table: &RouteTable, gateway: &InternetGateway) -> Result<(), Error> {
    if gateway.vpc.as_ref() != Some(&table.vpc) {
        let message = format!("Route table {} and gateway {} belong to different networks", table.id, gateway.id);
        return Err(Error::invalid_value(message));
    }
    match edge::table_of(cx.txn, &gateway.id) {
        Some(other) => Err(already(table, gateway.id.as_str(), &other)),
        None => edge::check(cx.txn, table),
    }
}

fn already(table: &RouteTable, user: &str, other: &RouteTable) -> Error {
    let message = format!(
        "the specified association for route table {} conflicts with an existing association: {user} uses {}; ReplaceRouteTableAssociation changes that",
        table.id, other.id
    );
    Error::new("Resource.AlreadyAssociated", message)
}
