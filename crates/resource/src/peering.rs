//! VPC peering connections (Amazon VPC Peering Guide).

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, PeeringId, Resource, Tags, Timestamp, Vpc, VpcId};

/// The namespace of links from a peering to `{account}/{region}` of its accepter, who does not own it and sees it.
pub const PEERING_ACCEPTER: &str = "peering-accepter";

/// How long a request waits for its acceptance, in seconds: seven days.
pub const PEERING_PATIENCE_SECONDS: u64 = 7 * 24 * 3600;

/// A link between two VPCs whose blocks do not overlap. Packets of others do not pass it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeeringConnection {
    /// Its id.
    pub id: PeeringId,
    /// Who asked for it.
    pub requester: PeeringSide,
    /// Who was asked.
    pub accepter: PeeringSide,
    /// Its state.
    pub state: PeeringState,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it came to its last state, after which it is listed for a while only.
    pub ended: Option<Timestamp>,
}

/// One of the two VPCs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeeringSide {
    /// Whose it is.
    pub owner: Owner,
    /// The VPC. The accepter's need not exist.
    pub vpc: VpcId,
    /// Its blocks when the connection last changed: what is shown when the VPC is gone.
    pub cidrs: Vec<Ipv4Net>,
    /// Whether the other side resolves this VPC's public host names to private addresses.
    pub resolves: bool,
    /// Whether this side has deleted or rejected it, and so sees it for two hours only.
    pub ended_it: bool,
    /// Whether this side does not see it any more.
    pub hidden: bool,
    /// Its tags of the connection.
    pub tags: Tags,
}

/// The states of a peering connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeeringState {
    /// Asked for; nobody has looked whether the two go together.
    InitiatingRequest,
    /// The accepter has not decided.
    PendingAcceptance,
    /// Accepted, not yet in the kernel.
    Provisioning,
    /// In the kernel.
    Active,
    /// The two VPCs do not go together.
    Failed,
    /// Not wanted by the accepter.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Being taken from the kernel.
    Deleting,
    /// Gone.
    Deleted,
}

impl PeeringState {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InitiatingRequest => "initiating-request",
            Self::PendingAcceptance => "pending-acceptance",
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }

    /// Whether packets are to pass.
    pub fn carries(self) -> bool {
        matches!(self, Self::Provisioning | Self::Active)
    }

    /// Whether somebody may still accept it.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::InitiatingRequest | Self::PendingAcceptance)
    }

    /// Whether it is or may come to be: one such connection is enough for two VPCs.
    pub fn is_live(self) -> bool {
        self.carries() || self.is_pending()
    }
}

impl PeeringConnection {
    /// The side of a VPC and the other one.
    pub fn sides_from(&self, vpc: &VpcId) -> Option<(&PeeringSide, &PeeringSide)> {
        match vpc {
            vpc if *vpc == self.requester.vpc => Some((&self.requester, &self.accepter)),
            vpc if *vpc == self.accepter.vpc => Some((&self.accepter, &self.requester)),
            _ => None,
        }
    }

    /// Whether the two VPCs are who was named, and no address is in both.
    pub fn fits(&self, requester: Option<&Vpc>, accepter: Option<&Vpc>) -> bool {
        let (Some(one), Some(two)) = (requester, accepter) else { return false };
        let overlap = |a: &Ipv4Net, b: &Ipv4Net| a.contains(b) || b.contains(a);
        let apart = one.cidrs.iter().all(|a| !two.cidrs.iter().any(|b| overlap(&a.cidr, &b.cidr)));
        apart && one.owner == self.requester.owner && two.owner == self.accepter.owner
    }

    /// Whether both VPCs are in one Region: only there rules may name groups of the other side.
    pub fn is_regional(&self) -> bool {
        self.requester.owner.region == self.accepter.owner.region
    }
}

impl Resource for PeeringConnection {
    const KIND: Kind = Kind("peering-connection");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.requester.owner)
    }

    fn links(&self) -> Vec<Link> {
        let (requester, accepter) = (&self.requester, &self.accepter);
        vec![
            Link::to(Vpc::KIND, &requester.vpc),
            Link::to(Vpc::KIND, &accepter.vpc),
            Link::name(PEERING_ACCEPTER, accepter.owner.key()),
        ]
    }
}
