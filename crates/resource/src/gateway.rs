//! The ways to the internet: internet gateways, Elastic IP addresses, NAT gateways.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::{
    AllocationId, InterfaceId, InternetGatewayId, Kind, Link, NatGatewayId, NetworkInterface, Owner, Resource, Subnet, SubnetId,
    Tags, Timestamp, Vpc, VpcId,
};

/// The namespace of links from a public address to its resource.
pub const PUBLIC_IP: &str = "public-ip";

/// A VPC's link to the internet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InternetGateway {
    /// Its id.
    pub id: InternetGatewayId,
    /// Who owns it.
    pub owner: Owner,
    /// The VPC it is attached to.
    pub vpc: Option<VpcId>,
    /// Its tags.
    pub tags: Tags,
}

impl Resource for InternetGateway {
    const KIND: Kind = Kind("internet-gateway");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        self.vpc.iter().map(|id| Link::to(Vpc::KIND, id)).collect()
    }
}

/// A public address of the simulated internet, and the private one that it stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElasticAddress {
    /// Its id.
    pub id: AllocationId,
    /// Who owns it.
    pub owner: Owner,
    /// The address, of 198.18.0.0/15.
    pub public: Ipv4Addr,
    /// What it stands for.
    pub association: Option<AddressAssociation>,
    /// Whether it came with an instance and goes with it: not an Elastic IP, not listed by DescribeAddresses.
    pub automatic: bool,
    /// Its tags.
    pub tags: Tags,
}

/// The private address that a public one stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressAssociation {
    /// `eipassoc-…`.
    pub id: String,
    /// The interface.
    pub interface: InterfaceId,
    /// One of its private addresses.
    pub private: Ipv4Addr,
}

impl Resource for ElasticAddress {
    const KIND: Kind = Kind("elastic-address");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let association = self
            .association
            .iter()
            .flat_map(|a| [Link::to(NetworkInterface::KIND, &a.interface), Link::name("address-association", &a.id)]);
        std::iter::once(Link::name(PUBLIC_IP, self.public)).chain(association).collect()
    }
}

/// Source NAT for subnets without public addresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NatGateway {
    /// Its id.
    pub id: NatGatewayId,
    /// Who owns it.
    pub owner: Owner,
    /// The VPC.
    pub vpc: VpcId,
    /// The subnet it stands in.
    pub subnet: SubnetId,
    /// Its interface; none when its creation failed.
    pub interface: Option<InterfaceId>,
    /// Public: its Elastic IP.
    pub allocation: Option<AllocationId>,
    /// Whether it is of connectivity type `public`.
    pub public: bool,
    /// Its state.
    pub state: NatState,
    /// Why it failed: code and message.
    pub failure: Option<(String, String)>,
    /// When it was made.
    pub created: Timestamp,
    /// When it went.
    pub deleted: Option<Timestamp>,
    /// Its tags.
    pub tags: Tags,
}

/// The states of a NAT gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NatState {
    /// Wanted, not yet in the kernel.
    Pending,
    /// Could not be made.
    Failed,
    /// In the kernel.
    Available,
    /// Being taken from the kernel.
    Deleting,
    /// Gone; still listed for an hour.
    Deleted,
}

impl NatState {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Available => "available",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }
}

impl Resource for NatGateway {
    const KIND: Kind = Kind("nat-gateway");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = vec![Link::to(Vpc::KIND, &self.vpc), Link::to(Subnet::KIND, &self.subnet)];
        links.extend(self.interface.iter().map(|id| Link::to(NetworkInterface::KIND, id)));
        links.extend(self.allocation.iter().map(|id| Link::to(ElasticAddress::KIND, id)));
        links
    }
}
