//! Security groups (VPC User Guide, "Control traffic to your AWS resources using security groups").

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::{GroupId, GroupRuleId, Kind, Link, Owner, PeeringId, PrefixListId, Resource, Tags, Vpc, VpcId};

/// The namespace of links from a group to the ids of its rules.
pub const GROUP_RULE: &str = "group-rule";
/// The namespace of links from a group to the other VPCs that it is for.
pub const GROUP_VPC: &str = "group-vpc";
/// What groups take of the quota of an account in a Region, `{account}/{region}`.
pub const GROUP_QUOTA: &str = "group-quota";

/// A stateful, allow-only filter that interfaces carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Its id.
    pub id: GroupId,
    /// Who owns it.
    pub owner: Owner,
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// The other VPCs whose interfaces may carry it.
    #[serde(default)]
    pub associations: Vec<VpcAssociation>,
    /// Unique in the VPC.
    pub name: String,
    /// Given at creation.
    pub description: String,
    /// What it allows, in and out.
    pub rules: Vec<GroupRule>,
    /// Its tags.
    pub tags: Tags,
}

/// The use of a group in another VPC than its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcAssociation {
    /// The VPC.
    pub vpc: VpcId,
    /// Where it stands.
    pub state: VpcAssociationState,
}

/// Where the use of a group in another VPC stands; when it has ended there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VpcAssociationState {
    /// Asked for; the VPC's router may not know the group yet.
    Associating,
    /// The group filters there.
    Associated,
    /// No interface there carries it; the VPC's router may know it still.
    Disassociating,
}

impl VpcAssociationState {
    /// AWS's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Associating => "associating",
            Self::Associated => "associated",
            Self::Disassociating => "disassociating",
        }
    }
}

impl SecurityGroup {
    /// The VPCs whose interfaces may carry it: its own first.
    pub fn vpcs(&self) -> impl Iterator<Item = &VpcId> {
        std::iter::once(&self.vpc).chain(self.others())
    }

    /// The VPCs besides its own that it is associated with.
    pub fn others(&self) -> impl Iterator<Item = &VpcId> {
        let others = self.associations.iter().filter(|other| other.state != VpcAssociationState::Disassociating);
        others.map(|other| &other.vpc)
    }

    /// Whether interfaces of `vpc` may carry it.
    pub fn is_for(&self, vpc: &VpcId) -> bool {
        self.vpcs().any(|own| own == vpc)
    }
}

/// One thing that a group allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRule {
    /// Its id.
    pub id: GroupRuleId,
    /// Out of the interface (true) or into it (false).
    pub egress: bool,
    /// The traffic.
    pub traffic: Traffic,
    /// The other side.
    pub peer: RulePeer,
    /// What the user wrote about it.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// Protocol and ports that a rule speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Traffic {
    /// Everything (`-1`).
    All,
    /// TCP to an inclusive range of destination ports.
    Tcp(u16, u16),
    /// UDP to an inclusive range of destination ports.
    Udp(u16, u16),
    /// ICMP of a type and code; none means any.
    Icmp {
        /// The type.
        kind: Option<u8>,
        /// The code.
        code: Option<u8>,
    },
    /// ICMPv6 of a type and code; none means any.
    Icmpv6 {
        /// The type.
        kind: Option<u8>,
        /// The code.
        code: Option<u8>,
    },
    /// Another IP protocol, by number, all of it.
    Protocol(u8),
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RulePeer {
    /// An IPv4 block.
    Cidr(Ipv4Net),
    /// An IPv6 block; stored and returned, no IPv6 packets flow yet, so nothing it allows is lost.
    Cidr6(Ipv6Net),
    /// The private addresses of all interfaces that carry a group.
    Group {
        /// The group.
        id: GroupId,
        /// Its owner's account.
        account: String,
    },
    /// The private addresses of all interfaces that carry a group of a peered VPC. The group or the connection may be gone:
    /// the rule is then stale, and nobody is meant by it.
    PeerGroup {
        /// The group.
        id: GroupId,
        /// Its owner's account.
        account: String,
        /// Its VPC.
        vpc: VpcId,
        /// The connection over which it was named.
        peering: PeeringId,
    },
    /// All blocks of a managed prefix list.
    PrefixList(PrefixListId),
}

impl Resource for SecurityGroup {
    const KIND: Kind = Kind("security-group");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let peers = self.rules.iter().filter_map(|rule| match &rule.peer {
            RulePeer::Group { id, .. } | RulePeer::PeerGroup { id, .. } => Some(Link::to(Self::KIND, id)),
            RulePeer::PrefixList(id) => Some(Link::to(crate::PrefixList::KIND, id)),
            RulePeer::Cidr(_) | RulePeer::Cidr6(_) => None,
        });
        let rules = self.rules.iter().map(|rule| Link::name(GROUP_RULE, &rule.id));
        let others = self.associations.iter().map(|other| Link::name(GROUP_VPC, &other.vpc));
        std::iter::once(Link::to(Vpc::KIND, &self.vpc)).chain(peers).chain(rules).chain(others).collect()
    }

    /// One group.
    fn takes(&self) -> Option<(Link, usize)> {
        Some((Link::name(GROUP_QUOTA, self.owner.key()), 1))
    }
}
