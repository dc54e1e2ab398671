//! VPCs and the DHCP options they hand out (VPC User Guide, "How Amazon VPC works").

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{DhcpOptionsId, Kind, Link, Owner, Resource, Tags, VpcId};

/// The namespace of links from a VPC to the ids of the associations of its blocks.
pub const CIDR_ASSOCIATION: &str = "cidr-association";
/// The namespace of links from a default VPC to `{account}/{region}`.
pub const DEFAULT_VPC: &str = "default-vpc";

/// A virtual private cloud: one isolated router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vpc {
    /// Its id.
    pub id: VpcId,
    /// Who owns it.
    pub owner: Owner,
    /// Its address blocks; the first is the primary one.
    pub cidrs: Vec<CidrAssociation>,
    /// The DHCP options in force; none when `default` was associated.
    pub dhcp_options: Option<DhcpOptionsId>,
    /// Whether the VPC resolver answers at all.
    pub dns_support: bool,
    /// Whether instances get public names and private zones work.
    pub dns_hostnames: bool,
    /// Stored and returned; metrics are not kept.
    pub usage_metrics: bool,
    /// Whether it is the account's default VPC in its Region.
    pub is_default: bool,
    /// `default` or `dedicated`; there is one kind of host here.
    pub tenancy: String,
    /// `pending` until its router carries packets.
    pub state: VpcState,
    /// The number of its router on the fabric between VPCs.
    pub router: u32,
    /// Its tags.
    pub tags: Tags,
}

/// Whether a VPC or subnet can carry packets yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VpcState {
    /// Wanted, not yet in the kernel.
    Pending,
    /// In the kernel.
    Available,
}

impl VpcState {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
        }
    }
}

/// One address block of a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CidrAssociation {
    /// `vpc-cidr-assoc-…`.
    pub id: String,
    /// The block.
    pub cidr: Ipv4Net,
}

impl Vpc {
    /// Whether its resolver knows hosts, services and private zones by name.
    pub fn has_host_names(&self) -> bool {
        self.dns_support && self.dns_hostnames
    }

    /// The primary block.
    pub fn primary(&self) -> Option<Ipv4Net> {
        self.cidrs.first().map(|association| association.cidr)
    }

    /// Where the VPC resolver answers besides 169.254.169.253: the primary block's base plus two.
    pub fn resolver(&self) -> Option<Ipv4Addr> {
        self.primary().map(|cidr| Ipv4Addr::from(u32::from(cidr.network()) + 2))
    }
}

impl Resource for Vpc {
    const KIND: Kind = Kind("vpc");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let options = self.dhcp_options.iter().map(|id| Link::to(DhcpOptions::KIND, id));
        let blocks = self.cidrs.iter().map(|association| Link::name(CIDR_ASSOCIATION, &association.id));
        let default = self.is_default.then(|| Link::name(DEFAULT_VPC, self.owner.key()));
        options.chain(blocks).chain(default).collect()
    }
}

/// What DHCP tells the instances of a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DhcpOptions {
    /// Its id.
    pub id: DhcpOptionsId,
    /// Who owns it.
    pub owner: Owner,
    /// Option name (`domain-name`, `domain-name-servers`, …) to values, in the order given.
    pub options: Vec<(String, Vec<String>)>,
    /// Whether it is the account's default set.
    pub is_default: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Resource for DhcpOptions {
    const KIND: Kind = Kind("dhcp-options");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }
}
