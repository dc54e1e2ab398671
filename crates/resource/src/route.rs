//! Route tables (VPC User Guide, "Configure route tables").

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{
    EndpointId, InterfaceId, InternetGatewayId, Kind, Link, NatGatewayId, Owner, PeeringId, PrefixListId, Resource, RouteTableId,
    Subnet, SubnetId, Tags, Vpc, VpcId,
};

/// Routes and the subnets that use them. Local routes are implied by the VPC's blocks and not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteTable {
    /// Its id.
    pub id: RouteTableId,
    /// Who owns it.
    pub owner: Owner,
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// The routes that were added, in the order they were.
    pub routes: Vec<Route>,
    /// Who uses it.
    pub associations: Vec<RouteTableAssociation>,
    /// Its tags.
    pub tags: Tags,
}

/// Where packets for a destination go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The packets it speaks of.
    pub destination: RouteDestination,
    /// Where they go. The target may be gone: the route is then a blackhole.
    pub target: RouteTarget,
}

/// The destination of a route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RouteDestination {
    /// An address block.
    Cidr(Ipv4Net),
    /// All blocks of a managed prefix list.
    PrefixList(PrefixListId),
}

/// The target of a route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RouteTarget {
    /// The internet gateway of the VPC.
    InternetGateway(InternetGatewayId),
    /// A NAT gateway.
    NatGateway(NatGatewayId),
    /// A network interface (an appliance); an instance's route names its primary interface.
    Interface(InterfaceId),
    /// A connection to another VPC.
    Peering(PeeringId),
    /// A gateway endpoint; managed by the endpoint, not by route operations.
    Endpoint(EndpointId),
}

/// The use of a route table by a subnet or an internet gateway, or as the VPC's main table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTableAssociation {
    /// `rtbassoc-…`.
    pub id: String,
    /// The subnet.
    pub subnet: Option<SubnetId>,
    /// The gateway whose arriving packets go by the table.
    #[serde(default)]
    pub gateway: Option<InternetGatewayId>,
}

impl RouteTableAssociation {
    /// Whether it is the one of subnets without an association of their own.
    pub fn is_main(&self) -> bool {
        self.subnet.is_none() && self.gateway.is_none()
    }
}

impl RouteTable {
    /// Whether subnets without an association of their own use it.
    pub fn is_main(&self) -> bool {
        self.associations.iter().any(RouteTableAssociation::is_main)
    }

    /// The gateways whose arriving packets go by it.
    pub fn gateways(&self) -> impl Iterator<Item = &InternetGatewayId> {
        self.associations.iter().filter_map(|a| a.gateway.as_ref())
    }
}

impl Resource for RouteTable {
    const KIND: Kind = Kind("route-table");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let subnets = self.associations.iter().filter_map(|a| a.subnet.as_ref()).map(|id| Link::to(Subnet::KIND, id));
        let gateways = self.gateways().map(|id| Link::to(crate::InternetGateway::KIND, id));
        let associations = self.associations.iter().map(|a| Link::name("route-table-association", &a.id));
        let targets = self.routes.iter().flat_map(Route::links);
        std::iter::once(Link::to(Vpc::KIND, &self.vpc))
            .chain(subnets)
            .chain(gateways)
            .chain(associations)
            .chain(targets)
            .collect()
    }
}

impl Route {
    fn links(&self) -> Vec<Link> {
        let target = match &self.target {
            RouteTarget::InternetGateway(id) => Link::to(crate::InternetGateway::KIND, id),
            RouteTarget::NatGateway(id) => Link::to(crate::NatGateway::KIND, id),
            RouteTarget::Interface(id) => Link::to(crate::NetworkInterface::KIND, id),
            RouteTarget::Peering(id) => Link::to(crate::PeeringConnection::KIND, id),
            RouteTarget::Endpoint(id) => Link::to(crate::VpcEndpoint::KIND, id),
        };
        match &self.destination {
            RouteDestination::Cidr(_) => vec![target],
            RouteDestination::PrefixList(id) => vec![target, Link::to(crate::PrefixList::KIND, id)],
        }
    }
}
