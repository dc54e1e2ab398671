//! Network ACLs (VPC User Guide, "Control subnet traffic with network access control lists").

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{AclId, Kind, Link, Owner, Resource, Subnet, SubnetId, Tags, Traffic, Vpc, VpcId};

/// An ordered, stateless filter at the boundary of subnets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkAcl {
    /// Its id.
    pub id: AclId,
    /// Who owns it.
    pub owner: Owner,
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// Whether new subnets get it.
    pub is_default: bool,
    /// Its entries, by direction and number; the final deny is implied.
    pub entries: Vec<AclEntry>,
    /// The subnets it guards.
    pub associations: Vec<AclAssociation>,
    /// Its tags.
    pub tags: Tags,
}

/// One numbered rule: the first that matches decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclEntry {
    /// 1 to 32766, ascending.
    pub number: u16,
    /// Out of the subnet (true) or into it (false).
    pub egress: bool,
    /// The traffic.
    pub traffic: Traffic,
    /// The other side.
    pub cidr: Ipv4Net,
    /// Allow or deny.
    pub allow: bool,
}

/// A subnet guarded by an ACL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclAssociation {
    /// `aclassoc-…`.
    pub id: String,
    /// The subnet.
    pub subnet: SubnetId,
}

impl Resource for NetworkAcl {
    const KIND: Kind = Kind("network-acl");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let subnets = self.associations.iter().map(|a| Link::to(Subnet::KIND, &a.subnet));
        let ids = self.associations.iter().map(|a| Link::name("acl-association", &a.id));
        std::iter::once(Link::to(Vpc::KIND, &self.vpc)).chain(subnets).chain(ids).collect()
    }
}
