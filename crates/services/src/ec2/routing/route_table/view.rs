//! Route tables as answers show them: the local routes that are implied, then the others with the state of their targets.

use resource::{Holder, NetworkInterface, Route, RouteDestination, RouteTable, RouteTarget, Vpc};
use serde::Serialize;
use store::Snapshot;

use super::{ASSOCIATED, AssociationState};
use crate::ec2::routing::route::target;
use crate::tags::{self, Tag};

/// The origin of routes that came with the table.
const WITH_TABLE: &str = "CreateRouteTable";

/// A route table.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteTableView {
    /// Who uses it.
    pub associations: Vec<AssociationView>,
    propagating_vgws: [(); 0],
    /// Its id.
    pub route_table_id: String,
    /// Its routes.
    pub routes: Vec<RouteView>,
    tags: Vec<Tag>,
    /// The VPC.
    pub vpc_id: String,
    /// The account.
    pub owner_id: String,
}

/// The use of a table by a subnet or a gateway, or as the main one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociationView {
    /// Whether it is the main association.
    pub main: bool,
    /// Its id.
    pub route_table_association_id: String,
    /// The table.
    pub route_table_id: String,
    /// The subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// The gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    association_state: AssociationState,
}

/// A route.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteView {
    /// An address block, or
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_cidr_block: Option<String>,
    /// a prefix list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_prefix_list_id: Option<String>,
    /// `local`, an internet gateway or a gateway endpoint, or
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    /// a NAT gateway, or
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_gateway_id: Option<String>,
    /// an interface
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_interface_id: Option<String>,
    /// and its instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_owner_id: Option<String>,
    /// A peering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection_id: Option<String>,
    /// Which operation made it.
    pub origin: &'static str,
    /// `active` or `blackhole`.
    pub state: &'static str,
}

impl RouteTableView {
    /// `table` as answers show it.
    pub fn new(world: &Snapshot, table: &RouteTable) -> Self {
        let blocks = world.find::<Vpc>(table.vpc.as_str()).map(|vpc| vpc.cidrs.clone()).unwrap_or_default();
        let of_block = |route: &&Route| blocks.iter().any(|block| route.destination == RouteDestination::Cidr(block.cidr));
        let (replaced, added): (Vec<_>, Vec<_>) = table.routes.iter().partition(of_block);
        let local = blocks.iter().map(|block| {
            match replaced.iter().find(|route| route.destination == RouteDestination::Cidr(block.cidr)) {
                Some(route) => RouteView { origin: WITH_TABLE, ..RouteView::new(world, table, route) },
                None => RouteView::local(block.cidr.to_string()),
            }
        });
        let added = added.into_iter().map(|route| RouteView::new(world, table, route));
        let associations = table.associations.iter().map(|association| AssociationView {
            main: association.is_main(),
            route_table_association_id: association.id.clone(),
            route_table_id: table.id.to_string(),
            subnet_id: association.subnet.as_ref().map(ToString::to_string),
            gateway_id: association.gateway.as_ref().map(ToString::to_string),
            association_state: ASSOCIATED,
        });
        Self {
            associations: associations.collect(),
            propagating_vgws: [],
            route_table_id: table.id.to_string(),
            routes: local.chain(added).collect(),
            tags: tags::view(&table.tags),
            vpc_id: table.vpc.to_string(),
            owner_id: table.owner.account.clone(),
        }
    }
}

impl RouteView {
    fn local(block: String) -> Self {
        Self {
            destination_cidr_block: Some(block),
            gateway_id: Some("local".to_owned()),
            origin: WITH_TABLE,
            state: "active",
            ..Self::default()
        }
    }

    fn new(world: &Snapshot, table: &RouteTable, route: &Route) -> Self {
        let state = if target::is_reachable(world, &table.vpc, &route.target) { "active" } else { "blackhole" };
        let mut view = Self { origin: "CreateRoute", state, ..Self::default() };
        match &route.destination {
            RouteDestination::Cidr(block) => view.destination_cidr_block = Some(block.to_string()),
            RouteDestination::PrefixList(id) => view.destination_prefix_list_id = Some(id.to_string()),
        }
        match &route.target {
            RouteTarget::InternetGateway(id) => view.gateway_id = Some(id.to_string()),
            RouteTarget::Endpoint(id) => view.gateway_id = Some(id.to_string()),
            RouteTarget::Peering(id) => view.vpc_peering_connection_id = Some(id.to_string()),
            RouteTarget::NatGateway(id) => view.nat_gateway_id = Some(id.to_string()),
            RouteTarget::Interface(id) => {
                view.network_interface_id = Some(id.to_string());
                view.show_instance(world.find(id.as_str()).as_deref());
            }
        }
        view
    }

    fn show_instance(&mut self, interface: Option<&NetworkInterface>) {
        let attachment = interface.and_then(|interface| interface.attachment.as_ref());
        if let (Some(interface), Some(Holder::Instance(id))) = (interface, attachment.map(|a| &a.holder)) {
            self.instance_id = Some(id.to_string());
            self.instance_owner_id = Some(interface.owner.account.clone());
        }
    }
}
