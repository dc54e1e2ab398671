//! CreateRouteTable: a table with the VPC's local routes and no users.

use resource::{Resource, RouteTable, RouteTableId, Vpc};
use serde::{Deserialize, Serialize};

use super::view::RouteTableView;
use crate::ec2::find;
use crate::quotas::{self, known::ROUTE_TABLES};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    route_table: RouteTableView,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

/// Records a new route table.
pub fn create_route_table(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    let tags = tags::specified(&input.tag_specifications, "route-table", &["route-table"])?;
    let most = quotas::most(cx.txn, cx.owner(), &ROUTE_TABLES);
    if cx.txn.linked::<RouteTable>(Vpc::KIND, &vpc.id).count() >= most {
        return Err(Error::new("RouteTableLimitExceeded", format!("A VPC can have at most {most} route tables.")));
    }
    let table = RouteTable {
        id: RouteTableId::random(),
        owner: cx.owner().clone(),
        vpc: vpc.id.clone(),
        routes: Vec::new(),
        associations: Vec::new(),
        tags,
    };
    let route_table = RouteTableView::new(cx.txn, &table);
    cx.txn.put(table);
    Ok(Output { client_token: cx.client_token(), route_table })
}
