//! Resolver endpoints: where a VPC's resolver answers those whom it would not answer otherwise (Route 53 Developer Guide,
//! "Forwarding inbound DNS queries to your VPCs").

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::{
    GroupId, InterfaceId, Kind, Link, NetworkInterface, Owner, Resource, SecurityGroup, Subnet, SubnetId, Tags, Timestamp, Vpc,
    VpcId,
};

/// The port of the DNS.
pub const DNS_PORT: u16 = 53;

/// An inbound endpoint: addresses in subnets of a VPC at which its resolver answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResolverEndpoint {
    /// `rslvr-in-…`.
    pub id: String,
    /// Who owns it.
    pub owner: Owner,
    /// What the user calls it.
    pub name: Option<String>,
    /// What the request that made it was called.
    pub request: String,
    /// The VPC as which it answers.
    pub vpc: VpcId,
    /// The groups on its interfaces.
    pub groups: Vec<GroupId>,
    /// Where it answers.
    pub addresses: Vec<ResolverAddress>,
    /// Where it stands.
    pub state: ResolverEndpointState,
    /// Whether its sockets are open.
    pub served: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
    /// Its tags.
    pub tags: Tags,
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
    /// It answers.
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
