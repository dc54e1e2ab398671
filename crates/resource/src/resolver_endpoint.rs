//! Resolver endpoints: where a VPC's resolver answers those whom it would not answer otherwise, and from where it asks others
//! (Route 53 Developer Guide, "Forwarding inbound DNS queries to your VPCs" and "… outbound … to your network").

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::{
    GroupId, InterfaceId, Kind, Link, NetworkInterface, Owner, Resource, SecurityGroup, Subnet, SubnetId, Tags, Timestamp, Vpc,
    VpcId,
};

/// The port of the DNS.
pub const DNS_PORT: u16 = 53;

/// Addresses in subnets of a VPC at which its resolver answers, or from which it and other VPCs' ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResolverEndpoint {
    /// `rslvr-in-…` or `rslvr-out-…`.
    pub id: String,
    /// Which way questions pass.
    #[serde(default)]
    pub direction: ResolverDirection,
    /// Who owns it.
    pub owner: Owner,
    /// What the user calls it.
    pub name: Option<String>,
    /// What the request that made it was called.
    pub request: String,
    /// The VPC as which it answers, or asks.
    pub vpc: VpcId,
    /// The groups on its interfaces.
    pub groups: Vec<GroupId>,
    /// Where it answers, or asks from.
    pub addresses: Vec<ResolverAddress>,
    /// Where it stands.
    pub state: ResolverEndpointState,
    /// Whether its sockets are open, or can be.
    pub served: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// Which way questions pass through an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResolverDirection {
    /// From others to the VPC's resolver.
    #[default]
    Inbound,
    /// From resolvers of VPCs to others.
    Outbound,
}

impl ResolverDirection {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "INBOUND",
            Self::Outbound => "OUTBOUND",
        }
    }

    /// What ids of such endpoints begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Inbound => "rslvr-in-",
            Self::Outbound => "rslvr-out-",
        }
    }
}

/// An address of a resolver endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolverAddress {
    /// `rni-…`.
    pub id: String,
    /// Its subnet.
    pub subnet: SubnetId,
    /// The interface that has it.
    pub interface: InterfaceId,
    /// The address.
    pub address: Ipv4Addr,
}

/// Where a resolver endpoint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResolverEndpointState {
    /// Not yet in the kernel.
    Creating,
    /// Questions pass.
    Operational,
    /// Being taken from the kernel.
    Deleting,
}

impl ResolverEndpointState {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Operational => "OPERATIONAL",
            Self::Deleting => "DELETING",
        }
    }
}

impl ResolverEndpoint {
    /// Its ARN.
    pub fn arn(&self) -> String {
        self.owner.arn("route53resolver", &format!("resolver-endpoint/{}", self.id))
    }
}

impl Resource for ResolverEndpoint {
    const KIND: Kind = Kind("resolver-endpoint");

    fn key(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = vec![Link::to(Vpc::KIND, &self.vpc)];
        links.extend(self.groups.iter().map(|id| Link::to(SecurityGroup::KIND, id)));
        for address in &self.addresses {
            links.extend([Link::to(Subnet::KIND, &address.subnet), Link::to(NetworkInterface::KIND, &address.interface)]);
        }
        links
    }
}
